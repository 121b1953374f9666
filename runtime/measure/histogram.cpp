#include "runtime/measure/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace weir {

auto histogram::quantile(double part) const -> std::uint64_t {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(count())));
  auto seen = std::uint64_t{0};
  for (std::size_t step = 0; step < steps; ++step)
    if ((seen += of_step(step)) >= wanted && seen > 0) return step + 1 < steps ? std::min(end_of(step), max()) : max();
  return max();
}

} // namespace weir
