/// The signals of a running node as readable events.
#pragma once

#include <optional>

namespace weir {

/// SIGUSR1 and SIGUSR2 mean nothing to Weir and must not end it; a SIGHUP that comes too early neither.
void ignore_signals_that_mean_nothing();

/// Takes SIGINT, SIGTERM, SIGQUIT and SIGHUP. Make it before any thread: they inherit the mask.
class run_signals {
public:
  run_signals();
  ~run_signals();
  run_signals(const run_signals&) = delete;
  auto operator=(const run_signals&) -> run_signals& = delete;

  /// Polls readable when one has come.
  auto fd() const -> int { return fd_; }
  /// The number of one that has come.
  auto take() const -> std::optional<int>;

private:
  int fd_ = -1;
};

} // namespace weir
