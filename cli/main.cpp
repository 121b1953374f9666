#include "cli/command_line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>

namespace {

/// Where a standard stream is closed, the next file would get its number, a buffer's among them, and with it what
/// is printed. What stands there instead takes and gives nothing, so that using it is an error as before.
void occupy_standard_streams() {
  for (const auto fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF)
      if (::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
}

} // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  return weir::cli::run_command_line({argv, argv + argc}, std::cout, std::cerr);
}
