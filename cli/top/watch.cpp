#include "cli/top/watch.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/os/random.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto looks_each = 1s;

} // namespace

auto figures_look::take() -> result<void> {
  WEIR_TRY(const auto graph, of_.ask("graph"));
  WEIR_TRY(const auto actors, of_.ask("actors"));
  WEIR_TRY(const auto accounts, of_.ask("accounts"));
  const auto at = system_clock().monotonic();
  const auto seconds = now_.is_there ? std::chrono::duration<double>(at - told_at_).count() : 0;
  WEIR_CHECK(read_graph(graph, now_));
  WEIR_CHECK(read_actors(actors, seconds, now_));
  WEIR_CHECK(read_accounts(accounts, now_));
  told_at_ = at;
  return {};
}

/// That there is none is no trouble: it may not be told. A node that begins anew counts its lines anew.
void figures_look::take_log() {
  const auto came = of_.ask_log(now_.log_next);
  auto read = came ? read_log(*came, now_) : result<void>{came.failure()};
  now_.no_log = read ? std::string{} : read.failure().what;
}

/// One session for each choice; a question of an old one that nobody asks any more ends by itself.
void figures_look::take_tap(const tap_choice& tapped) {
  const auto is_other = tapped.component != tapped_.component || tapped.filter != tapped_.filter;
  tapped_ = tapped;
  if (is_other || session_.empty()) session_ = std::to_string(random_id()) + '-' + std::to_string(random_id());
  if (is_other) now_.tap = {};
  now_.tap.component = tapped.component;
  if (tapped.component.empty() || tapped.is_held) return;
  const auto came = of_.ask_tap(question_of_tap(tapped, session_));
  const auto news = came ? parse_tap_news(*came) : std::nullopt;
  if (news)
    now_.tap.take(*news);
  else
    now_.tap.note = came ? "what came cannot be read" : came.failure().what;
}

auto figures_look::look(const tap_choice& tapped) -> const top_figures& {
  const auto was_away = !now_.trouble.empty();
  const auto went = take();
  now_.trouble = went ? std::string{} : now_.from + ": " + went.failure().what;
  now_.age_seconds = std::chrono::duration<double>(system_clock().monotonic() - told_at_).count();
  if (!went) return now_;
  if (was_away) {
    now_.log.clear();
    now_.log_next = 0;
  }
  take_log();
  take_tap(tapped);
  return now_;
}

figures_watch::figures_watch(std::unique_ptr<figures_source> of)
    : of_(std::move(of)), came_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  WEIR_ASSERT(came_.is_open());
  auto nothing_yet = top_figures{};
  nothing_yet.from = of_->name();
  latest_ = std::make_shared<const top_figures>(std::move(nothing_yet));
  thread_ = std::thread{[this] { work(); }};
}

figures_watch::~figures_watch() {
  {
    const auto lock = std::lock_guard{guard_};
    is_over_ = true;
  }
  wakes_.notify_all();
  thread_.join();
}

auto figures_watch::take() -> std::shared_ptr<const top_figures> {
  auto number = std::uint64_t{0};
  [[maybe_unused]] const auto silent = ::read(came_.fd(), &number, sizeof number);
  const auto lock = std::lock_guard{guard_};
  return latest_;
}

void figures_watch::tap(const tap_choice& what) {
  {
    const auto lock = std::lock_guard{guard_};
    if (what == tapped_) return;
    tapped_ = what;
    is_tap_new_ = true;
  }
  wakes_.notify_all();
}

void figures_watch::work() {
  auto looks = figures_look{*of_};
  while (true) {
    auto lock = std::unique_lock{guard_};
    is_tap_new_ = false;
    const auto tapped = tapped_;
    lock.unlock();
    auto seen = std::make_shared<const top_figures>(looks.look(tapped));
    lock.lock();
    latest_ = std::move(seen);
    const auto one = std::uint64_t{1};
    [[maybe_unused]] const auto told = ::write(came_.fd(), &one, sizeof one);
    wakes_.wait_for(lock, looks_each, [this] { return is_over_ || is_tap_new_; });
    if (is_over_) return;
  }
}

} // namespace weir::cli
