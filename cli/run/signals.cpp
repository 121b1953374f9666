#include "cli/run/signals.hpp"

#include "runtime/base/assert.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace weir {

void ignore_signals_that_mean_nothing() {
  for (const auto number : {SIGUSR1, SIGUSR2, SIGHUP}) std::signal(number, SIG_IGN);
}

run_signals::run_signals() {
  sigset_t taken;
  sigemptyset(&taken);
  for (const auto number : {SIGINT, SIGTERM, SIGQUIT, SIGHUP}) sigaddset(&taken, number);
  pthread_sigmask(SIG_BLOCK, &taken, nullptr);
  // One that is ignored would not be readable. SIGINT stays so where a script has started us in the
  // background: the Ctrl-C that ends what runs before it is not for us.
  for (const auto number : {SIGTERM, SIGQUIT, SIGHUP}) std::signal(number, SIG_DFL);
  come_ = owned_fd{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
  WEIR_ASSERT(come_.is_open());
}

auto run_signals::take() const -> std::optional<int> {
  auto info = signalfd_siginfo{};
  if (read(fd(), &info, sizeof info) != sizeof info) return std::nullopt;
  return static_cast<int>(info.ssi_signo);
}

} // namespace weir
