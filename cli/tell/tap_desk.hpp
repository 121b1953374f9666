/// The taps that are open on this node: each is asked again and again by whoever looks, and ends when nobody does.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/tap_view.hpp"
#include "cli/tell/teller.hpp"
#include "topology/node.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>

namespace weir::cli {

inline constexpr auto taps_max = std::size_t{16};
inline constexpr auto tap_forgotten_after = std::chrono::seconds{5}; ///< that nobody asked it

/// Thread-safe.
class tap_desk {
public:
  /// Both outlive it; `at` is there when somebody asks.
  tap_desk(reloads& of, const std::unique_ptr<node>& at) : reloads_(of), node_(at) {}
  ~tap_desk();
  tap_desk(const tap_desk&) = delete;
  auto operator=(const tap_desk&) -> tap_desk& = delete;

  /// "tap?session=KEY&component=&at=entry|exit&tag=&where=&form=text": what passed since that session asked last, here and
  /// on the other nodes, or with alone= here only. The first question opens it, one with close= ends it. A to_text(tap_news).
  auto tell(const question& what, const asker& by) -> result<std::string>;

private:
  struct open_tap {
    open_tap(question asked, tap_wish wish, tap_filter filter, tag_pattern accepts, const std::string& node)
        : what(std::move(asked)), view(std::move(wish), std::move(filter), std::move(accepts), node) {}

    std::mutex guard; ///< of what follows
    question what;
    tap_view view;
    std::set<std::string> others; ///< that have something of the component, and answer
    monotonic_time others_known_at{};
    monotonic_time asked_at{}; ///< of the desk's guard
  };
  auto find(const question& what) -> result<std::shared_ptr<open_tap>>;
  auto open(const question& what) -> result<std::shared_ptr<open_tap>>;
  auto close(const question& what) -> result<std::string>;
  /// Which there are, now and then; in `to` those of them that are not connected.
  void look_for_others(open_tap& of, tap_news& to) const;
  auto ask_others(open_tap& of, const std::string& by) const -> tap_news;
  void work();

  reloads& reloads_;
  const std::unique_ptr<node>& node_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::map<std::string, std::shared_ptr<open_tap>> taps_; ///< by session
  bool is_over_ = false;
  std::thread thread_; ///< closes those that are forgotten; from the first tap on
};

} // namespace weir::cli
