#include "cli/console/live_feed.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto pictures_each = 1s;
constexpr auto pause_min = 300ms; // where one took longer than that
constexpr auto listeners_max = std::size_t{100};

} // namespace

live_feed::live_feed(std::string event, std::function<std::string()> draw)
    : event_(std::move(event)), draw_(std::move(draw)), thread_([this] { work(); }) {}

live_feed::~live_feed() { stop(); }

void live_feed::stop() {
  {
    const auto lock = std::lock_guard{mutex_};
    is_over_ = true;
    listeners_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

auto live_feed::join(std::shared_ptr<http_session> who) -> http_response {
  const auto lock = std::lock_guard{mutex_};
  std::erase_if(listeners_, [](const auto& l) { return !l->is_open(); });
  if (is_over_ || listeners_.size() >= listeners_max) {
    auto full = problem(503, "too many are watching");
    full.fields.emplace_back("Retry-After", "10");
    return full;
  }
  listeners_.push_back(std::move(who));
  changed_.notify_all();
  auto begun = respond(200, "text/event-stream", "retry: 2000\n\n");
  begun.goes_on = true;
  return begun;
}

void live_feed::work() {
  auto lock = std::unique_lock{mutex_};
  while (true) {
    changed_.wait(lock, [this] { return is_over_ || !listeners_.empty(); });
    if (is_over_) return;
    const auto now = listeners_;
    const auto begun = std::chrono::steady_clock::now();
    lock.unlock();
    const auto text = "event: " + event_ + "\ndata: " + draw_() + '\n'; // it ends with a line feed of its own
    for (const auto& l : now) l->push(text);
    lock.lock();
    std::erase_if(listeners_, [](const auto& l) { return !l->is_open(); });
    const auto was_late = std::chrono::steady_clock::now() - begun > pictures_each;
    changed_.wait_for(lock, was_late ? duration{pause_min} : duration{pictures_each}, [this] { return is_over_; });
  }
}

} // namespace weir::cli
