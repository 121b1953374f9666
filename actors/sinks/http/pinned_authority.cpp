#include "actors/sinks/http/pinned_authority.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <memory>

namespace weir {
namespace {

struct stack_free {
  void operator()(STACK_OF(X509) * all) const { sk_X509_free(all); }
};

auto value_of_digit(char digit) -> int {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

auto has_hash(const X509* certificate, const certificate_hash& wanted) -> bool {
  auto found = certificate_hash{};
  auto size = 0U;
  return X509_digest(certificate, EVP_sha256(), found.data(), &size) == 1 && size == found.size() && found == wanted;
}

/// Verifies as usual, with the one that has the hash as the only authority; with none if it is not there.
auto verify(X509_STORE_CTX* context, void* wanted) -> int {
  const auto trusted = std::unique_ptr<STACK_OF(X509), stack_free>{sk_X509_new_null()};
  auto* sent = X509_STORE_CTX_get0_untrusted(context);
  for (auto i = 0; i < sk_X509_num(sent); ++i)
    if (auto* one = sk_X509_value(sent, i); has_hash(one, *static_cast<const certificate_hash*>(wanted))) sk_X509_push(trusted.get(), one);
  X509_STORE_CTX_set0_trusted_stack(context, trusted.get());
  return X509_verify_cert(context);
}

} // namespace

auto parse_certificate_hash(std::string_view text) -> std::optional<certificate_hash> {
  auto made = certificate_hash{};
  auto* to = made.begin();
  while (!text.empty()) {
    if (to != made.begin() && text.front() == ':') text.remove_prefix(1);
    if (text.size() < 2 || to == made.end()) return std::nullopt;
    const auto high = value_of_digit(text[0]);
    const auto low = value_of_digit(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    *to++ = static_cast<unsigned char>(high << 4 | low);
    text.remove_prefix(2);
  }
  return to == made.end() ? std::optional{made} : std::nullopt;
}

void trust_only(void* ssl_context, const certificate_hash& wanted) {
  SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(ssl_context), verify, const_cast<certificate_hash*>(&wanted));
}

} // namespace weir
