/// Compares what the stores hold with what was written.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/site.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir::chaos {

struct store_account {
  std::string name;
  std::uint64_t lines = 0;
  std::uint64_t lost = 0;
  std::uint64_t repeated = 0;
  std::uint64_t foreign = 0;         ///< damaged, or never written
  std::vector<std::string> examples; ///< of what is wrong

  auto is_clean() const -> bool { return lost == 0 && repeated == 0 && foreign == 0; }
};

/// Reads all stores from their beginning. Nobody may write to them.
auto count_stores(const site& of) -> result<std::vector<store_account>>;

} // namespace weir::chaos
