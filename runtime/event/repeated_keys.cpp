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

auto repeated_keys::add_key(const char*& at, const char* end, std::uint32_t map) -> walk_end {
  auto read = msgpack_reader{{at, static_cast<std::size_t>(end - at)}};
  auto key = std::string_view{};
  const auto head = static_cast<unsigned char>(*at);
  if (const auto size = head & 0x1fU; (head & 0xe0) == 0xa0 && end - at > static_cast<std::ptrdiff_t>(size)) {
    key = {at + 1, size};
    at += size + 1;
  } else {
    if (!take_key(read, key)) return walk_end::broken;
    at = read.at();
  }
  const auto hash = hash_of(key) + map;
  const auto mask = seen_.size() - 1;
  auto i = hash & mask;
  for (; seen_[i].map >= first_map_; i = (i + 1) & mask) {
    const auto& s = seen_[i];
    if (s.hash == hash && s.map == map && std::string_view{s.text, s.size} == key) return walk_end::repeated;
  }
  seen_[i] = {hash, key.data(), static_cast<std::uint32_t>(key.size()), map};
  return ++keys_ * 2 > seen_.size() ? walk_end::crowded : walk_end::distinct;
}

/// Steps over one value that holds no others, or over the head of one that does.
auto repeated_keys::open(const char*& at, const char* end, unsigned& depth) -> bool {
  const auto& s = msgpack_shape::shape_at(at);
  if (s.type == msgpack_type::invalid || end - at < s.fixed) return false;
  const auto announced = std::size_t{msgpack_shape::announced(at, s)};
  const auto is_map = s.type == msgpack_type::map;
  if (!is_map && s.type != msgpack_type::array) {
    const auto is_sized = s.type == msgpack_type::str || s.type == msgpack_type::bin || s.width != 0;
    const auto size = s.fixed + (is_sized ? announced : 0);
    if (static_cast<std::size_t>(end - at) < size) return false;
    at += size;
    return true;
  }
  if (depth == depth_max) {
    auto read = msgpack_reader{{at, static_cast<std::size_t>(end - at)}};
    if (!read.skip()) return false;
    at = read.at();
    return true;
  }
  levels_[depth++] = {static_cast<std::uint32_t>(announced), is_map ? ++maps_ : 0};
  at += s.fixed;
  return true;
}

auto repeated_keys::walk(const char*& at, const char* end) -> walk_end {
  auto depth = 0U;
  do {
    if (at == end || !open(at, end, depth)) return walk_end::broken;
    while (depth > 0 && levels_[depth - 1].left == 0) --depth;
    if (depth == 0) break;
    auto& inner = levels_[depth - 1];
    --inner.left;
    if (inner.map == 0) continue;
    if (at == end) return walk_end::broken;
    if (const auto added = add_key(at, end, inner.map); added != walk_end::distinct) return added;
  } while (true);
  return walk_end::distinct;
}

auto repeated_keys::skip_distinct(std::string_view bytes) -> std::size_t {
  constexpr auto maps_max = std::uint32_t{1} << 31;
  for (;;) {
    if (seen_.empty() || maps_ > maps_max) seen_.assign(std::max(seen_.size(), slots_min), {}), maps_ = 0;
    first_map_ = maps_ + 1;
    keys_ = 0;
    const auto* at = bytes.data();
    const auto end = walk(at, bytes.data() + bytes.size());
    if (end == walk_end::crowded) {
      seen_.assign(seen_.size() * 4, {});
      continue;
    }
    const auto size = static_cast<std::size_t>(at - bytes.data());
    if (seen_.size() > slots_kept_max) seen_ = {};
    return end == walk_end::distinct ? size : 0;
  }
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
