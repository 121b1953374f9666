/// msgpack -> JSON in one pass, without a tree.
//
//  nil, booleans, integers    as in JSON; integers up to 2^64-1 with all digits
//  reals                      the shortest text that reads back the same, with a fraction or an exponent;
//                             NaN and infinities are null
//  str, bin                   strings; a byte that is not part of valid UTF-8 as in escaped_byte.hpp
//  EventTime (ext type 0)     "2026-11-22T15:04:05.123456789Z"
//  other ext                  {"type":7,"data":"<hex>"}
//  keys that are no strings   their JSON text as a string; containers and ext as "msgpack:<hex>"
//  deeper than json_depth_max "msgpack:<hex>"
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/line_keys.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

/// Containers inside each other, the record included.
inline constexpr unsigned json_depth_max = 128;

/// Appends the JSON text of the msgpack value at the front of `bytes` and takes it from there.
/// Returns false and appends nothing if it is malformed. Total: any byte string is a valid argument.
auto take_json(byte_buffer& out, std::string_view& bytes) -> bool;

/// Appends the JSON text of exactly one msgpack value; false, and nothing appended, if it is not one.
auto append_json(byte_buffer& out, std::string_view value) -> bool;

/// Appends `text` as a JSON string with its quotes.
void append_json_string(byte_buffer& out, std::string_view text);

/// Appends `text` with the bytes that are not part of valid UTF-8 written as in escaped_byte.hpp.
void append_valid_text(byte_buffer& out, std::string_view text);

/// One event as one line: `{"time":…,"tag":…,` and the fields of the record, named as line_keys.hpp says.
class json_writer final : public event_writer {
public:
  explicit json_writer(line_keys include = {}) : include_(include) { begin_section({}); }

  void begin_section(std::string_view tag) override;
  auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds) -> written_run override;
  /// Appends one line; takes the record, one msgpack map, from the front of `record`.
  auto append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& record) -> bool;

private:
  void set_time(std::int64_t time_ns);

  line_keys include_;
  byte_buffer prefix_; ///< what a line begins with
  std::int64_t second_ = 0;
};

} // namespace weir
