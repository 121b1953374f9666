/// Asks for figures once a second in a thread of its own, so that keys are never waited with.
#pragma once

#include "cli/top/asking.hpp"
#include "cli/top/figures_read.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/owned_fd.hpp"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace weir::cli {

/// One look after the other. An error is told in what comes out: the figures are then those of before.
class figures_look {
public:
  explicit figures_look(figures_source& of) : of_(of) { now_.from = of_.name(); }
  /// With events of what is tapped, if something is.
  auto look(const tap_choice& tapped) -> const top_figures&;

private:
  auto take() -> result<void>;
  void take_log();
  void take_tap(const tap_choice& tapped);

  figures_source& of_;
  top_figures now_;
  tap_choice tapped_; ///< last
  std::string session_;
  monotonic_time told_at_{};
};

class figures_watch {
public:
  explicit figures_watch(std::unique_ptr<figures_source> of);
  ~figures_watch();
  figures_watch(const figures_watch&) = delete;
  auto operator=(const figures_watch&) -> figures_watch& = delete;

  /// Readable when there is something new; take() makes it silent again.
  auto fd() const -> int { return came_.fd(); }
  auto take() -> std::shared_ptr<const top_figures>;
  /// From the next look on, which comes at once if it is another.
  void tap(const tap_choice& what);

private:
  void work();

  std::unique_ptr<figures_source> of_;
  owned_fd came_;
  std::mutex guard_;
  std::condition_variable wakes_;
  std::shared_ptr<const top_figures> latest_;
  tap_choice tapped_;
  bool is_tap_new_ = false;
  bool is_over_ = false;
  std::thread thread_;
};

} // namespace weir::cli
