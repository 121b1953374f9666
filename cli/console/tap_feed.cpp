#include "cli/console/tap_feed.hpp"

#include "cli/json_text.hpp"

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto polled_each = 250ms;
constexpr auto counts_told_each = 5s; // though they are the same: who is gone is noticed so
constexpr auto listeners_most = std::size_t{16};
constexpr auto unread_bytes_most = std::size_t{256} << 10; // of a viewer who gets nothing more until he has taken some
constexpr auto takes_nothing_most = 30s;
constexpr auto problems_told_most = std::size_t{20};

auto message(std::string_view kind, const std::string& line) -> std::string {
  return "event: " + std::string{kind} + "\ndata: " + line + "\n\n";
}

auto json_of(const tap_counts& c) -> std::string {
  return "{\"passed\": " + std::to_string(c.passed) + ", \"shown\": " + std::to_string(c.shown) + ", \"unfit\": "
         + std::to_string(c.unfit) + ", \"left_out\": " + std::to_string(c.left_out) + '}';
}

} // namespace

auto tap_feed::join(const std::shared_ptr<http_session>& who, poll ask) -> result<http_response> {
  if (!makes_room()) return error{errc::unavailable, "too many are watching what passes"};
  WEIR_TRY(auto first, ask(false));
  const auto lock = std::lock_guard{guard_};
  if (is_over_) return error{errc::unavailable, "the console ends"};
  auto& in = threads_.emplace_back();
  in.thread = std::thread{[this, &in, of = listener{who, std::move(ask), {}, {}, {}, {}}, first = std::move(first)]() mutable {
    follow(std::move(of), std::move(first), in);
  }};
  auto begun = respond(200, "text/event-stream", "retry: 2000\n\n");
  begun.goes_on = true;
  return begun;
}

void tap_feed::stop() {
  {
    const auto lock = std::lock_guard{guard_};
    is_over_ = true;
  }
  ends_.notify_all();
  for (auto& t : threads_)
    if (t.thread.joinable()) t.thread.join();
}

auto tap_feed::makes_room() -> bool {
  const auto lock = std::lock_guard{guard_};
  if (is_over_) return false;
  std::erase_if(threads_, [](auto& t) { return t.is_done && (t.thread.join(), true); });
  return threads_.size() < listeners_most;
}

auto tap_feed::wait() -> bool {
  auto lock = std::unique_lock{guard_};
  return !ends_.wait_for(lock, polled_each, [this] { return is_over_; });
}

/// What of the news the viewer can take now goes to him.
void tap_feed::listener::tell(tap_news news) {
  const auto now = system_clock().monotonic();
  const auto is_behind = who->waiting_bytes() > unread_bytes_most;
  if (!is_behind) takes_nothing_since.reset();
  if (is_behind && !takes_nothing_since) takes_nothing_since = now;
  if (is_behind) {
    news.counts.left_out += std::exchange(news.counts.shown, 0);
    news.events.clear();
  }
  counts.add(news.counts);
  auto text = std::string{};
  for (const auto& e : news.events) text += message("line", e);
  for (const auto& p : news.problems)
    if (problems.size() < problems_told_most && problems.insert(p).second) text += message("problem", "{\"text\": " + json_string(p) + '}');
  if (!is_behind && (news.counts.passed > 0 || now - told_at >= counts_told_each)) {
    text += message("seen", json_of(counts));
    told_at = now;
  }
  if (!text.empty()) who->push(std::move(text));
  if (takes_nothing_since && now - *takes_nothing_since > takes_nothing_most) who->close();
}

void tap_feed::follow(listener of, result<std::string> came, busy_thread& in) {
  for (; of.who->is_open(); came = of.ask(false)) {
    auto news = came ? parse_tap_news(*came) : std::nullopt;
    if (!news) news.emplace().problems.push_back(came ? "what came cannot be read" : came.failure().what);
    of.tell(std::move(*news));
    if (!wait()) break;
  }
  (void)of.ask(true);
  const auto lock = std::lock_guard{guard_};
  in.is_done = true;
}

} // namespace weir::cli
