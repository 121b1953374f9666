#include "actors/sinks/s3/signature.hpp"

#include "runtime/codec/sha256.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cctype>
#include <ctime>

namespace weir {
namespace {

constexpr auto algorithm = std::string_view{"AWS4-HMAC-SHA256"};

auto view_of(const sha256_bytes& digest) -> std::string_view {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

auto keyed_digest(std::string_view key, std::string_view text) -> sha256_bytes {
  auto made = sha256_bytes{};
  auto size = static_cast<unsigned>(made.size());
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       made.data(), &size);
  return made;
}

/// "20130524T000000Z"; its first eight digits are the day.
auto time_of_signature(std::int64_t now_s) -> std::string {
  const auto second = static_cast<std::time_t>(now_s);
  auto parts = std::tm{};
  gmtime_r(&second, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts)};
}

/// Every parameter has an equals sign there.
auto canonical_query(std::string_view query) -> std::string {
  auto made = std::string{};
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto one = query.substr(0, end);
    made += one;
    if (one.find('=') == std::string_view::npos) made += '=';
    query.remove_prefix(std::min(end + 1, query.size()));
    if (!query.empty()) made += '&';
  }
  return made;
}

} // namespace

auto s3_signed_headers(const s3_signed_request& request, const s3_credentials& by, std::string_view region, std::int64_t now_s)
    -> std::vector<std::string> {
  const auto time = time_of_signature(now_s);
  const auto day = time.substr(0, 8);
  const auto content = sha256_hex(request.body);
  auto headers = request.headers;
  headers.emplace_back("host", request.host);
  headers.emplace_back("x-amz-content-sha256", content);
  headers.emplace_back("x-amz-date", time);
  if (!by.token.empty()) headers.emplace_back("x-amz-security-token", by.token);
  std::sort(headers.begin(), headers.end());
  auto lines = std::string{};
  auto names = std::string{};
  for (const auto& [name, value] : headers) {
    ((lines += name) += ':') += value + '\n';
    (names += names.empty() ? "" : ";") += name;
  }
  const auto canonical = std::string{request.method} + '\n' + std::string{request.path} + '\n' + canonical_query(request.query)
                         + '\n' + lines + '\n' + names + '\n' + content;
  const auto scope = day + '/' + std::string{region} + "/s3/aws4_request";
  const auto signed_text = std::string{algorithm} + '\n' + time + '\n' + scope + '\n' + sha256_hex(canonical);
  auto key = keyed_digest("AWS4" + by.secret, day);
  for (const auto part : {region, std::string_view{"s3"}, std::string_view{"aws4_request"}}) key = keyed_digest(view_of(key), part);
  auto made = std::vector<std::string>{};
  for (const auto& [name, value] : headers) made.push_back(name + ": " + value);
  made.push_back("Authorization: " + std::string{algorithm} + " Credential=" + by.access_key + '/' + scope + ",SignedHeaders=" + names
                 + ",Signature=" + hex_digits_of(keyed_digest(view_of(key), signed_text)));
  return made;
}

auto s3_encoded_key(std::string_view key) -> std::string {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto made = std::string{};
  for (const auto byte : key) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 128 && (std::isalnum(code) != 0 || std::string_view{"-._~/"}.find(byte) != std::string_view::npos))
      made += byte;
    else
      (made += '%') += {digits[code >> 4U], digits[code & 15U]};
  }
  return made;
}

} // namespace weir
