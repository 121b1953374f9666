/// Offsets of one time zone from UTC, right across changes of clocks; immutable and thread-safe.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class time_zone {
public:
  /// UTC.
  time_zone() = default;
  /// "" or "UTC", "+02:00", "local", or a name of the system's zone database ("Europe/Berlin").
  static auto named(std::string_view name) -> result<time_zone>;
  /// Reads a compiled zone (RFC 8536). Total: any bytes are a valid argument.
  static auto from_tzif(std::string_view bytes) -> std::optional<time_zone>;

  /// Seconds since the epoch of a wall clock reading, given as if it were UTC. A reading that occurs
  /// twice is taken as the first of the two, one that is skipped as if the clock had not been moved.
  auto to_utc(std::int64_t local_seconds) const -> std::int64_t;
  /// What holds at a second of UTC: `offset` seconds east, from `from` to below `end`.
  struct span {
    std::int32_t offset = 0;
    std::int64_t from = std::numeric_limits<std::int64_t>::min();
    std::int64_t end = std::numeric_limits<std::int64_t>::max();
  };
  auto around(std::int64_t utc_seconds) const -> span;
  /// Offset behind an abbreviation that this zone has used ("CEST").
  auto offset_of(std::string_view abbreviation) const -> std::optional<std::int32_t>;

private:
  struct period {
    std::int64_t local_from = 0; ///< first wall clock reading of the period
    std::int64_t utc_from = 0;
    std::int32_t offset = 0;     ///< seconds east of UTC
  };
  struct name_offset {
    std::string name;
    std::int32_t offset = 0;
  };
  void add_change(std::int64_t utc, std::int32_t offset);
  /// Adds what the rule behind the table says ("CET-1CEST,M3.5.0,M10.5.0/3"), up to the year 2100.
  void extend(std::string_view rule, std::int64_t last_change);

  std::int32_t first_offset_ = 0;
  std::vector<period> periods_; ///< by local_from; empty for fixed offsets
  std::vector<name_offset> names_;
};

} // namespace weir
