/// Maps that have a key twice: found, and resolved as readers of JSON do it, the last one wins.
//
//  Keys are the same if both are texts (str or bin) of the same bytes, or else if their msgpack is the same. Maps
//  that are deeper than repeated_keys::depth_max inside of others are not looked at.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/record_path.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

/// Not thread-safe: keeps scratch memory, so that nothing is allocated for an ordinary record.
class repeated_keys {
public:
  static constexpr auto depth_max = 128U;

  /// Whether a map in `value`, or it itself, has a key twice. Total: false for what is no whole msgpack value.
  auto is_in(std::string_view value) -> bool;
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
  struct cursor;

  /// Looks at the keys of one map; appends the indices of pairs to drop to dropped_. False if it is malformed.
  auto scan(record_fields fields, bool& repeated) -> bool;
  void begin_scan(std::uint32_t count);
  auto find(std::string_view key) -> slot&;
  auto is_below(std::string_view value, unsigned depth) -> bool;
  auto copy_pairs(cursor& at, std::uint32_t count, unsigned depth) -> std::uint32_t;
  void copy_value(cursor& at, unsigned depth);

  std::vector<slot> slots_;
  std::uint32_t scan_ = 0;
  std::vector<std::uint32_t> dropped_;
};

} // namespace weir
