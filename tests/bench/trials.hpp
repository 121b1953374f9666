/// What is not throughput: latency at a steady rate, and what rest costs.
#pragma once

#include "tests/bench/rows.hpp"

namespace weir::bench {

struct figure {
  std::string name;
  double value = 0;
  std::string_view unit;
  double max = 0; ///< 0: no bound
};

struct trial {
  std::string_view name;
  result<std::vector<figure>> (*run)(const workspace&);
};

auto all_trials() -> const std::vector<trial>&;

} // namespace weir::bench
