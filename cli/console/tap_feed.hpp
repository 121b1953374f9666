/// Live events for browsers and programs, as server-sent events: as many as each takes, and how many more there were.
//
//  event: line      one event as JSON
//  event: seen      {"passed", "shown", "unfit", "left_out"} since it began
//  event: problem   {"text"}: why something is missing
#pragma once

#include "cli/console/http_session.hpp"
#include "cli/tell/tap_news.hpp"
#include "runtime/base/result.hpp"

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace weir::cli {

class tap_feed {
public:
  /// What there is since the last call, as to_text(tap_news); of the last one nobody wants an answer.
  using poll = std::function<result<std::string>(bool is_last)>;

  tap_feed() = default;
  ~tap_feed() { stop(); }
  tap_feed(const tap_feed&) = delete;
  auto operator=(const tap_feed&) -> tap_feed& = delete;

  /// The answer that begins it for one more. An error says why not.
  auto join(const std::shared_ptr<http_session>& who, poll ask) -> result<http_response>;
  /// Nobody hears anything any more.
  void stop();

private:
  /// One who listens; of its thread.
  struct listener {
    /// What it can take now.
    void tell(tap_news news);

    std::shared_ptr<http_session> who;
    poll ask;
    tap_counts counts;
    std::set<std::string> problems; ///< that it was told
    monotonic_time told_at{};
    std::optional<monotonic_time> takes_nothing_since;
  };
  struct busy_thread {
    std::thread thread;
    bool is_done = false;
  };
  void follow(listener of, result<std::string> came, busy_thread& in);
  /// Whether there is some for one more, once those who have gone are out of the way.
  auto makes_room() -> bool;
  /// Until the next question is due; false: it is all over.
  auto wait() -> bool;

  std::mutex guard_;
  std::condition_variable ends_;
  std::list<busy_thread> threads_; ///< one for each who listens: another node may be slow to answer one of them
  bool is_over_ = false;
};

} // namespace weir::cli
