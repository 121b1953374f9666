#include "runtime/os/random.hpp"

#include "runtime/base/assert.hpp"

#include <sys/random.h>

namespace weir {

auto random_id() -> std::uint64_t {
  auto id = std::uint64_t{0};
  while (id == 0) WEIR_ASSERT(getrandom(&id, sizeof id, 0) == sizeof id);
  return id;
}

} // namespace weir
