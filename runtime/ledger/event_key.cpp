#include "runtime/ledger/event_key.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/flow/position_index.hpp"

#include <openssl/evp.h>

#include <cstring>

namespace weir {
namespace {

template <class Number> void put_big_endian(char* to, Number n) {
  for (auto i = sizeof n; i > 0; --i, n >>= 8) to[i - 1] = static_cast<char>(n & 0xffU);
}

void append_big_endian(std::string& to, std::uint64_t n) {
  char bytes[sizeof n];
  put_big_endian(bytes, n);
  to.append(bytes, sizeof n);
}

auto hash_of(const std::string& born) -> std::array<char, 16> {
  static EVP_MD* const method = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  auto whole = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
  WEIR_ASSERT(EVP_Digest(born.data(), born.size(), whole.data(), nullptr, method, nullptr) == 1);
  auto first = std::array<char, 16>{};
  std::memcpy(first.data(), whole.data(), first.size());
  return first;
}

auto cuts_of(const chunk& c, std::size_t begin, std::size_t section) -> std::string_view {
  if (section >= c.sections.size() || begin > c.cuts.size()) return {};
  return std::string_view{c.cuts}.substr(begin, c.sections[section].cuts);
}

} // namespace

event_key::event_key(const std::string& source, std::string_view stream, std::uint64_t position, std::uint32_t ordinal)
    : event_key(event_place::of_stream(source, stream).key(position, ordinal)) {}

auto event_key::text() const -> event_key_text {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto made = event_key_text{};
  auto* to = made.digits.data();
  for (const auto byte : bytes) {
    *to++ = digits[static_cast<unsigned char>(byte) >> 4U];
    *to++ = digits[static_cast<unsigned char>(byte) & 15U];
  }
  return made;
}

auto event_place::of_stream(const std::string& source, std::string_view stream) -> event_place {
  auto born = std::string{'p'};
  for (const auto part : {std::string_view{owner_of(source, stream)}, stream}) {
    append_big_endian(born, part.size());
    born += part;
  }
  auto made = event_place{};
  made.hash_ = hash_of(born);
  return made;
}

auto event_place::of_chunk(const chunk_id& id, std::string_view tag) -> event_place {
  auto born = std::string{'c'};
  for (const auto number : {id.origin, id.sequence}) append_big_endian(born, number);
  born += tag;
  auto made = event_place{};
  made.hash_ = hash_of(born);
  return made;
}

auto event_place::key(std::uint64_t position, std::uint32_t ordinal) const -> event_key {
  auto made = event_key{};
  auto* to = made.bytes.data();
  std::memcpy(to, hash_.data(), hash_.size());
  put_big_endian(to + hash_.size(), position);
  put_big_endian(to + hash_.size() + sizeof position, ordinal);
  return made;
}

event_keys::event_keys(const chunk& c)
    : chunk_(c), walk_(cuts_of(c, 0, 0), c.positions), places_(c.positions.size()) {}

void event_keys::enter_section_of(std::uint64_t index) {
  for (const auto& all = chunk_.sections; index - first_ >= all[section_].count;) {
    const auto& left = all[section_++];
    tags_[left.tag].before += left.count;
    first_ += left.count;
    cuts_ += left.cuts;
    walk_ = {cuts_of(chunk_, cuts_, section_), chunk_.positions};
    walked_ = first_;
  }
}

auto event_keys::of(std::uint64_t index) -> event_key {
  WEIR_ASSERT(index < chunk_.count && index + 1 >= walked_);
  enter_section_of(index);
  for (; walked_ <= index; ++walked_) walk_.next();
  if (const auto& born = walk_.born(); born.is_known()) {
    auto& place = places_[walk_.range()];
    if (!place) place = event_place::of_stream(chunk_.source, chunk_.positions[walk_.range()].stream);
    return place->key(born.position, born.ordinal);
  }
  const auto& tag = chunk_.sections[section_].tag;
  auto& events = tags_[tag];
  if (!events.place) events.place = event_place::of_chunk(chunk_.id, tag);
  return events.place->key(events.before + (index - first_), 0);
}

} // namespace weir
