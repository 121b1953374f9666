#include "runtime/os/host_name.hpp"

#include <unistd.h>

namespace weir {

auto own_host_name() -> std::string {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 && name[0] != '\0' ? name : "local";
}

} // namespace weir
