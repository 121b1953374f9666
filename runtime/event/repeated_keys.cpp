#include "runtime/event/repeated_keys.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack_shape.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

constexpr auto slots_min = std::size_t{64};
constexpr auto slots_kept_max = std::size_t{4096};

/// The bytes by which keys are told apart.
auto take_key(msgpack_reader& read, std::string_view& out) -> bool {
  return read.str_or_bin(out) || read.value(out);
}

auto hash_of(std::string_view key) -> std::size_t {
  auto hash = key.size() * 0x9e3779b97f4a7c15;
  for (; key.size() >= 8; key.remove_prefix(8)) {
    auto word = std::uint64_t{0};
    std::memcpy(&word, key.data(), sizeof word);
    hash = std::rotl((hash ^ word) * 0xff51afd7ed558ccd, 32);
  }
  auto last = std::uint64_t{0};
  std::memcpy(&last, key.data(), key.size());
  hash = (hash ^ last) * 0xc4ceb9fe1a85ec53;
  return hash ^ hash >> 29;
}

auto is_container(char head) -> bool {
  const auto byte = static_cast<unsigned char>(head);
  return (byte & 0xe0) == 0x80 || (byte >= 0xdc && byte <= 0xdf);
}

/// Writes how many values a container holds into its header, whose width stays.
void put_count(char* header, std::uint32_t count) {
  const auto byte = static_cast<unsigned char>(*header);
  if (byte < 0xa0)
    *header = static_cast<char>((byte & 0xf0U) | count);
  else
    for (auto at = byte & 1 ? 4 : 2; at > 0; --at, count >>= 8) header[at] = static_cast<char>(count);
}

} // namespace

/// Reads ahead of where it writes, in the same bytes.
struct repeated_keys::cursor {
  msgpack_reader read;
  char* to;

  void copy(std::string_view bytes) {
    if (bytes.data() != to) std::memmove(to, bytes.data(), bytes.size());
    to += bytes.size();
  }
};

void repeated_keys::begin_scan(std::uint32_t count) {
  const auto wanted = std::bit_ceil(std::max(std::size_t{count} * 2, slots_min));
  if (slots_.size() < wanted || (slots_.size() > slots_kept_max && wanted <= slots_kept_max) || ++scan_ == 0) {
    slots_.assign(wanted, {});
    slots_.shrink_to_fit();
    scan_ = 1;
  }
}

auto repeated_keys::find(std::string_view key) -> slot& {
  for (auto at = hash_of(key);; ++at) {
    auto& s = slots_[at & (slots_.size() - 1)];
    if (s.scan != scan_ || s.key == key) return s;
  }
}

auto repeated_keys::scan(record_fields fields, bool& repeated) -> bool {
  auto read = msgpack_reader{fields.bytes};
  // A count is believed as far as there are bytes for it.
  begin_scan(static_cast<std::uint32_t>(std::min<std::size_t>(fields.count, fields.bytes.size() / 2)));
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto key = std::string_view{};
    if (!take_key(read, key) || !read.skip()) return false;
    auto& known = find(key);
    if (known.scan == scan_) {
      repeated = true;
      dropped_.push_back(known.index);
    }
    known = {key, scan_, i};
  }
  return true;
}

auto repeated_keys::is_below(std::string_view value, unsigned depth) -> bool {
  auto read = msgpack_reader{value};
  auto count = std::uint32_t{0};
  const auto is_map = read.peek() == msgpack_type::map;
  if (depth == depth_max || !(is_map ? read.map(count) : read.array(count))) return false;
  auto repeated = false;
  if (is_map && (!scan({read.rest(), count}, repeated) || repeated)) return repeated;
  for (; count > 0; --count) {
    auto inner = std::string_view{};
    if ((is_map && !read.skip()) || !read.value(inner)) return false;
    if (is_container(inner.front()) && is_below(inner, depth + 1)) return true;
  }
  return false;
}

auto repeated_keys::is_in(std::string_view value) -> bool {
  const auto found = is_below(value, 0);
  dropped_.clear();
  return found;
}

auto repeated_keys::copy_pairs(cursor& at, std::uint32_t count, unsigned depth) -> std::uint32_t {
  const auto mine = dropped_.size();
  auto repeated = false;
  WEIR_ASSERT(scan({at.read.rest(), count}, repeated));
  std::sort(dropped_.begin() + static_cast<std::ptrdiff_t>(mine), dropped_.end());
  auto next = mine;
  const auto end = dropped_.size();
  auto bytes = std::string_view{};
  for (std::uint32_t i = 0; i < count; ++i) {
    if (next < end && dropped_[next] == i) {
      ++next;
      at.read.skip();
      at.read.skip();
      continue;
    }
    at.read.value(bytes);
    at.copy(bytes);
    copy_value(at, depth);
  }
  dropped_.resize(mine);
  return count - static_cast<std::uint32_t>(end - mine);
}

void repeated_keys::copy_value(cursor& at, unsigned depth) {
  auto bytes = std::string_view{};
  if (depth == depth_max || !is_container(*at.read.at())) {
    at.read.value(bytes);
    return at.copy(bytes);
  }
  const auto* begin = at.read.at();
  auto count = std::uint32_t{0};
  const auto is_map = at.read.map(count);
  if (!is_map) at.read.array(count);
  auto* const header = at.to;
  at.copy({begin, static_cast<std::size_t>(at.read.at() - begin)});
  if (is_map) return put_count(header, copy_pairs(at, count, depth + 1));
  for (; count > 0; --count) copy_value(at, depth + 1);
}

auto repeated_keys::resolve(char* begin, record_fields fields) -> record_fields {
  auto at = cursor{msgpack_reader{fields.bytes}, begin};
  const auto count = copy_pairs(at, fields.count, 1);
  return {{begin, static_cast<std::size_t>(at.to - begin)}, count};
}

void repeated_keys::resolve(byte_buffer& record) {
  auto at = cursor{msgpack_reader{record.view()}, record.data()};
  copy_value(at, 0);
  record.truncate(static_cast<std::size_t>(at.to - record.data()));
}

} // namespace weir
