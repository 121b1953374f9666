/// The signals of a running node as readable events.
#pragma once

#include "runtime/os/owned_fd.hpp"

#include <optional>

namespace weir {

/// SIGUSR1 and SIGUSR2 mean nothing to Weir and must not end it; a SIGHUP that comes too early neither.
void ignore_signals_that_mean_nothing();

/// Takes SIGINT, SIGTERM, SIGQUIT and SIGHUP. Make it before any thread: they inherit the mask.
class run_signals {
public:
  run_signals();

  /// Polls readable when one has come.
  auto fd() const -> int { return come_.fd(); }
  /// The number of one that has come.
  auto take() const -> std::optional<int>;

private:
  owned_fd come_;
};

} // namespace weir
