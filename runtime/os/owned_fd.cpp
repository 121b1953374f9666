#include "runtime/os/owned_fd.hpp"

#include <unistd.h>

namespace weir {

owned_fd::~owned_fd() {
  if (fd_ >= 0) ::close(fd_);
}

} // namespace weir
