/// Server-sent events (WHATWG HTML, 9.2): who listens gets a new picture each second, and nobody makes one while nobody does.
#pragma once

#include "cli/console/http_session.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weir::cli {

class live_feed {
public:
  /// `draw` makes one: JSON on one line. Called in the feed's thread, once for all.
  live_feed(std::string event, std::function<std::string()> draw);
  ~live_feed();
  live_feed(const live_feed&) = delete;
  auto operator=(const live_feed&) -> live_feed& = delete;

  /// The answer that begins it for one more; 503 if there are too many.
  auto join(std::shared_ptr<http_session> who) -> http_response;
  /// Nobody hears anything any more.
  void stop();

private:
  void work();

  const std::string event_;
  const std::function<std::string()> draw_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<http_session>> listeners_;
  bool is_over_ = false;
  std::thread thread_;
};

} // namespace weir::cli
