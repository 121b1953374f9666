/// How figures were: each second for ten minutes, each ten for six hours, each minute for seven days.
#pragma once

#include "runtime/measure/measure.hpp"
#include "runtime/measure/packed_ring.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One figure at one moment.
struct reading {
  measure_kind kind = measure_kind::counter; ///< of what is no counter a step has the greatest; of a counter the last
  measure_unit unit = measure_unit::events;
  std::uint64_t value = 0;
};

/// Some figures over some time, in units (seconds, bytes, …); null where nothing is known.
struct history_slice {
  struct row {
    bool adds_up = true; ///< of two nodes the sum counts, else the greater
    std::vector<std::optional<double>> numbers;
  };
  std::int64_t step = 1; ///< seconds
  std::int64_t from = 0; ///< Unix time of the first number, a multiple of the step
  std::size_t count = 0; ///< of numbers in each row
  std::map<std::string, row> rows;

  /// Another node's. One with another step is left out.
  void add(const history_slice& other);
};

/// Of one thread at a time.
class history {
public:
  struct resolution {
    std::int64_t step; ///< seconds
    std::size_t points;
  };
  static constexpr auto resolutions = std::array{resolution{1, 600}, resolution{10, 2160}, resolution{60, 10080}};
  /// That all of it takes: with more series than fit the oldest minutes go earlier. 200 always fit.
  static constexpr std::size_t bytes_max = std::size_t{32} << 20;
  /// Behind the name of a counter: how much it grew a second.
  static constexpr std::string_view rate_ending = "_per_second";

  /// Once for each second, which only grows; those between are missing.
  void add(std::int64_t second, const std::map<std::string, reading>& now);
  /// From so many seconds ago on. The step is the finest one that reaches so far back and is not below `step`.
  auto read(const std::vector<std::string>& names, std::int64_t seconds_ago, std::int64_t step) const -> history_slice;
  auto names() const -> std::vector<std::string>;
  auto bytes() const -> std::size_t;

private:
  struct track {
    explicit track(std::size_t points) : ring(points) {}
    packed_ring ring;
    packed_ring::point open; ///< of the step that has not ended
  };
  struct series {
    measure_kind kind;
    measure_unit unit;
    std::array<track, resolutions.size()> tracks{track{resolutions[0].points}, track{resolutions[1].points},
                                                 track{resolutions[2].points}};
  };
  void pass(std::int64_t second);
  auto row_of(const series& of, std::size_t at, std::size_t count, bool is_rate) const -> history_slice::row;
  void keep_bound();

  std::map<std::string, series> series_;
  std::int64_t second_ = 0; ///< the last one; 0: none yet
};

/// The other node's slice as text, a line each: "1 STEP FROM COUNT", "+ NAME NUMBER - NUMBER" ("^": the greater counts).
auto encode_slice(const history_slice& of) -> std::string;
/// Nothing if it is none. Total, and bounded by the text.
auto decode_slice(std::string_view text) -> std::optional<history_slice>;

} // namespace weir
