/// One line of text -> the fields of a record, written straight into msgpack.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/msgpack.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// Bytes behind a line that must be readable (their content does not matter): SIMD parsers read past ends.
inline constexpr std::size_t line_padding = 64;

/// A field that should have held the event's time.
struct unread_time {
  std::string text;    ///< the beginning of what it holds; empty if it is not there
  std::string key;
  std::string wanted; ///< the format
};

struct parsed_line {
  /// Empty if the line parsed; else one sentence, valid until the next call of the same parser.
  std::string_view problem;
  std::uint32_t fields = 0; ///< key-value pairs appended
  bool has_time = false;
  std::int64_t time_ns = 0; ///< of the event, if has_time
  /// Set if there should have been a time that an event can have; valid until the next call of the same parser.
  const unread_time* time_problem = nullptr;

  auto ok() const -> bool { return problem.empty(); }
};

/// Not thread-safe: a parser keeps scratch memory.
class line_parser {
public:
  virtual ~line_parser() = default;
  /// Appends the fields of `line` (no line ending, line_padding readable bytes behind it) to `out` as
  /// key-value pairs without a map header. If the line does not parse, what was appended is garbage
  /// that the caller truncates. Total: any bytes are a valid line.
  virtual auto parse(std::string_view line, msgpack_writer& out) -> parsed_line = 0;
};

} // namespace weir
