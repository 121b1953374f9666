#include "runtime/codec/forward_identity.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/codec/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace weir {
namespace {

constexpr auto random_bytes = std::size_t{16};

template <class Is> auto all_are(std::string_view text, Is&& is) -> bool {
  return std::all_of(text.begin(), text.end(), [&](char c) { return is(static_cast<unsigned char>(c)) != 0; });
}

auto is_hex(std::string_view text) -> bool {
  return all_are(text, [](int c) { return std::isxdigit(c); });
}

/// Of MD5, the SHAs, and what is cut to one of their sizes.
auto is_hash_size(std::size_t bytes) -> bool {
  constexpr auto sizes = std::array<std::size_t, 6>{16, 20, 28, 32, 48, 64};
  return std::find(sizes.begin(), sizes.end(), bytes) != sizes.end();
}

/// xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx
auto is_random_uuid(std::string_view id) -> bool {
  if (id.size() != 36 || id[14] != '4') return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const auto is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? id[i] != '-' : !is_hex(id.substr(i, 1))) return false;
  }
  return true;
}

/// How many bytes base64 text stands for; 0 if it is none.
auto base64_bytes(std::string_view text) -> std::size_t {
  const auto digits = text.substr(0, text.find('='));
  const auto padding = text.size() - digits.size();
  const auto is_digit = [](int c) { return std::isalnum(c) != 0 || c == '+' || c == '/'; };
  const auto is_base64 = text.size() % 4 == 0 && padding <= 2 && text.ends_with(std::string_view{"=="}.substr(2 - padding))
                         && all_are(digits, is_digit);
  return is_base64 ? text.size() / 4 * 3 - padding : 0;
}

/// Begins with seconds as 64 bits, little-endian: the upper half is empty until 2106.
auto begins_with_seconds(std::string_view base64) -> bool {
  const auto from_third = from_base64(base64.substr(4, 8));
  return from_third && from_third->substr(1, 4) == std::string_view{"\0\0\0\0", 4};
}

} // namespace

auto kind_of_forward_id(std::string_view id) -> forward_id_kind {
  using enum forward_id_kind;
  if (is_random_uuid(id)) return unique;
  if (is_hex(id)) return is_hash_size(id.size() / 2) && id.size() % 2 == 0 ? hash : own;
  const auto text = id.ends_with('\n') ? id.substr(0, id.size() - 1) : id; // Ruby ends base64 so
  const auto bytes = base64_bytes(text);
  if (bytes == random_bytes) return begins_with_seconds(text) ? seeded : unique;
  const auto is_text = all_are(id, [](int c) { return std::isprint(c); });
  return is_hash_size(bytes) || (!is_text && is_hash_size(id.size())) ? hash : own;
}

auto derive_forward_id(std::string_view name) -> std::string {
  auto bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  WEIR_ASSERT(EVP_Digest(name.data(), name.size(), bytes.data(), nullptr, EVP_sha256(), nullptr) == 1);
  if (bytes[4] == 0) bytes[4] = 1; // or it could look like a second
  return to_base64({reinterpret_cast<const char*>(bytes.data()), random_bytes});
}

auto trust_in(forward_id_kind kind) -> forward_id_trust {
  switch (kind) {
  case forward_id_kind::unique: return {.is_shared = true, .may_recur = false, .is_durable = true, .is_random = true};
  case forward_id_kind::seeded: return {.is_shared = false, .may_recur = true, .is_durable = true, .is_random = true};
  case forward_id_kind::hash: return {.is_shared = false, .may_recur = true, .is_durable = false, .is_random = false};
  case forward_id_kind::own: break;
  }
  return {.is_shared = false, .may_recur = false, .is_durable = true, .is_random = false};
}

struct forward_identity::state {
  EVP_MD* method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  state() { WEIR_ASSERT(method != nullptr && context != nullptr); }
  state(const state&) = delete;
  auto operator=(const state&) -> state& = delete;
  ~state() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(method);
  }
};

forward_identity::forward_identity() : state_(std::make_unique<state>()) {}
forward_identity::~forward_identity() = default;

auto forward_identity::digest(const parts& of) -> std::string_view {
  // Sizes before texts, or two identities could be one text.
  const auto numbers =
      std::array<std::uint64_t, 4>{of.count, of.checksum, std::uint64_t{of.id.size()}, of.client.size()};
  auto bytes = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  auto* context = state_->context;
  WEIR_ASSERT(EVP_DigestInit_ex2(context, state_->method, nullptr) == 1);
  EVP_DigestUpdate(context, numbers.data(), sizeof numbers);
  for (const auto text : {of.id, of.client, of.tag}) EVP_DigestUpdate(context, text.data(), text.size());
  WEIR_ASSERT(EVP_DigestFinal_ex(context, bytes.data(), nullptr) == 1);
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  text_.clear();
  for (std::size_t i = 0; i < random_bytes; ++i) {
    text_ += digits[bytes[i] >> 4U];
    text_ += digits[bytes[i] & 15U];
  }
  return text_;
}

} // namespace weir
