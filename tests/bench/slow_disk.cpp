// Preloaded into a process (LD_PRELOAD), it makes every sync of a file take a millisecond longer, as on a
// disk that has to wait for its platter or for a network: the machines that benchmarks run on are often too
// good.
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace {

void wait_for_the_disk() {
  constexpr auto millisecond = 1'000'000L;
  auto left = timespec{0, millisecond};
  while (::nanosleep(&left, &left) != 0) {
  }
}

} // namespace

extern "C" auto fdatasync(int descriptor) -> int {
  wait_for_the_disk();
  return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
}

extern "C" auto fsync(int descriptor) -> int {
  wait_for_the_disk();
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
