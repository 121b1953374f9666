/// The time of an event, from a field of its record.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/parser/time_format.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct timed_record {
  std::optional<std::int64_t> time_ns; ///< nothing: it has no such field, or none that is a time
  std::string_view record;             ///< without the field, if that was a time and is not to stay
};

class record_time {
public:
  /// `key` empty: no record has a time. The clock outlives it.
  record_time(std::string key, bool keeps, const clock& now);

  /// `record` is one msgpack map. The result is valid until the next call.
  auto take(std::string_view record) -> timed_record;
  /// Of one msgpack value: a number of seconds (or what it is too large for), a text as in time_format.hpp, an EventTime.
  auto of(std::string_view value) -> std::optional<std::int64_t>;
  auto of_text(std::string_view text) -> std::optional<std::int64_t> { return texts_.parse(text); }

private:
  std::string key_;
  bool keeps_;
  time_memo texts_;
  byte_buffer rest_;
};

} // namespace weir
