#include "runtime/base/backoff.hpp"

#include <algorithm>

namespace weir {

auto backoff_delay(const backoff_settings& settings, std::uint32_t failures, std::uint64_t random)
    -> duration {
  const auto doublings = std::min<std::uint32_t>(failures > 0 ? failures - 1 : 0, 40);
  const auto grown =
      static_cast<double>(settings.first.count()) * static_cast<double>(std::uint64_t{1} << doublings);
  const auto ceiling = std::min(grown, static_cast<double>(settings.max.count()));
  const auto share = 0.1 + 0.9 * static_cast<double>(random >> 11) / 0x1p53;
  return duration{static_cast<std::int64_t>(ceiling * share)};
}

} // namespace weir
