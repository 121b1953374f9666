/// Maps that have a key twice: found, and resolved as readers of JSON do it, the last one wins.
//
//  Keys are the same if both are texts (str or bin) of the same bytes, or else if their msgpack is the same. Maps
//  that are deeper than repeated_keys::depth_max inside of others are not looked at.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/record_path.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

/// Not thread-safe: keeps scratch memory, so that nothing is allocated for an ordinary record.
class repeated_keys {
public:
  static constexpr auto depth_max = 128U;

  /// Steps over the msgpack value at the front of `bytes` and returns its size; 0 if it is broken or cut off, or if
  /// it, or a map in it, has a key twice. Total.
  auto skip_distinct(std::string_view bytes) -> std::size_t;
  /// Whether the whole msgpack value has a map with a key twice.
  auto is_in(std::string_view value) -> bool { return !value.empty() && skip_distinct(value) == 0; }
  /// Removes from the valid fields at `begin`, and from the maps in them, all but the last of each key; returns what
  /// is left. Map headers keep their width.
  auto resolve(char* begin, record_fields fields) -> record_fields;
  /// The same of a whole record.
  void resolve(byte_buffer& record);

private:
  struct slot {
    std::string_view key;
    std::uint32_t scan = 0; ///< which one wrote it
    std::uint32_t index = 0;
  };
  /// A key of a map, told by its number; in a table of its own, as the maps of one value are open side by side.
  struct seen_key {
    std::uint64_t hash = 0;
    const char* text = nullptr;
    std::uint32_t size = 0;
    std::uint32_t map = 0;
  };
  struct level {
    std::uint32_t left = 0; ///< values or pairs
    std::uint32_t map = 0;  ///< 0: an array
  };
  enum class walk_end : std::uint8_t { distinct, repeated, broken, crowded };
  struct cursor;

  /// Looks at the keys of one map; appends the indices of pairs to drop to dropped_. False if it is malformed.
  auto scan(record_fields fields, bool& repeated) -> bool;
  void begin_scan(std::uint32_t count);
  auto find(std::string_view key) -> slot&;
  auto walk(const char*& at, const char* end) -> walk_end;
  auto add_key(const char*& at, const char* end, std::uint32_t map) -> walk_end;
  auto open(const char*& at, const char* end, unsigned& depth) -> bool;
  auto copy_pairs(cursor& at, std::uint32_t count, unsigned depth) -> std::uint32_t;
  void copy_value(cursor& at, unsigned depth);

  std::vector<slot> slots_;
  std::uint32_t scan_ = 0;
  std::vector<std::uint32_t> dropped_;

  std::vector<seen_key> seen_;
  std::uint32_t maps_ = 0;       ///< numbers of maps so far
  std::uint32_t first_map_ = 0;  ///< of the value that is looked at; slots of others are free
  std::size_t keys_ = 0;         ///< of it
  std::array<level, depth_max> levels_;
};

} // namespace weir
