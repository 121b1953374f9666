#include "cli/console/http_server.hpp"

#include <spdlog/spdlog.h>

#include <exception>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto looks_each = 1s;
constexpr auto unread_bytes_max = std::size_t{8} << 20; // of an answer that its asker does not read

auto busy() -> http_response {
  auto late = problem(503, "too much is asked at once");
  late.fields.emplace_back("Retry-After", "1");
  return late;
}

} // namespace

http_server::http_server(http_server_settings settings, responder answers)
    : settings_(std::move(settings)),
      answers_(std::move(answers)),
      io_([](const std::string& why) { spdlog::error("console: {}", why); }) {
  for (std::size_t i = 0; i < settings_.threads; ++i) {
    threads_.emplace_back([this] { work(); });
    threads_.emplace_back([this] { work_long(); });
  }
}

auto http_server::open(const host_port& at, http_server_settings settings, responder answers)
    -> result<std::unique_ptr<http_server>> {
  auto made = std::unique_ptr<http_server>{new http_server{std::move(settings), std::move(answers)}};
  auto how = net::listener_settings{};
  how.connections_max = made->settings_.connections_max;
  how.strangers_max = made->settings_.connections_max / 2;
  how.admitted_within = made->settings_.limits.request_within;
  how.tls = made->settings_.tls;
  how.streams.control_bytes_max = unread_bytes_max;
  how.told_as = "console";
  WEIR_TRY(made->listener_, net::listener::open(made->io_, at, std::move(how),
                                                [self = made.get()](const auto& who) { self->accept(who); }));
  if (made->settings_.tls) made->watch_ = std::make_unique<net::tls_watch>(made->io_, made->settings_.tls);
  return made;
}

http_server::~http_server() {
  listener_.reset();
  watch_.reset();
  {
    const auto lock = std::lock_guard{mutex_};
    is_over_ = true;
  }
  for (auto* l : {&short_, &long_}) l->came.notify_all();
  for (auto& t : threads_) t.join();
  io_.post([this] {
    for (const auto& s : sessions_)
      if (const auto open = s.lock()) open->close();
  });
}

void http_server::accept(const std::shared_ptr<net::stranger>& who) {
  std::erase_if(sessions_, [](const auto& s) { return s.expired(); });
  auto session = std::make_shared<http_session>(io_, who, settings_.limits, [this](http_request what, const auto& from) {
    take(std::move(what), from);
  });
  sessions_.push_back(session);
  who->bytes()->start(std::move(session));
  {
    const auto lock = std::lock_guard{mutex_};
    has_sessions_ = true;
  }
  short_.came.notify_all(); // they look from now on
}

void http_server::take(http_request what, const std::shared_ptr<http_session>& from) {
  auto& into = settings_.takes_long(what) ? long_ : short_;
  {
    const auto lock = std::lock_guard{mutex_};
    if (!is_over_ && into.waiting.size() < settings_.waiting_max) {
      into.waiting.push_back({std::move(what), from});
      into.came.notify_one();
      return;
    }
  }
  from->answer(busy());
}

void http_server::answer_next(lane& of, std::unique_lock<std::mutex>& lock) {
  const auto next = std::move(of.waiting.front());
  of.waiting.pop_front();
  lock.unlock();
  answer(next);
  lock.lock();
}

void http_server::work() {
  auto lock = std::unique_lock{mutex_};
  while (true) {
    short_.came.wait(lock, [this] { return is_over_ || has_sessions_ || !short_.waiting.empty(); });
    const auto is_wanted = short_.came.wait_for(lock, looks_each, [this] { return is_over_ || !short_.waiting.empty(); });
    if (is_over_) return;
    is_wanted ? answer_next(short_, lock) : look_at_sessions();
  }
}

void http_server::work_long() {
  auto lock = std::unique_lock{mutex_};
  while (true) {
    long_.came.wait(lock, [this] { return is_over_ || !long_.waiting.empty(); });
    if (is_over_) return;
    answer_next(long_, lock);
  }
}

void http_server::answer(const job& next) {
  try {
    next.from->answer(answers_(next.what, next.from));
  } catch (const std::exception& e) {
    spdlog::error("console: {} {}: {}", next.what.method, next.what.path, e.what());
    next.from->answer(problem(500, "it failed; the log says why"));
  }
}

void http_server::look_at_sessions() {
  io_.post([this] {
    const auto now = system_clock().monotonic();
    std::erase_if(sessions_, [](const auto& s) { return s.expired(); });
    for (const auto& s : sessions_)
      if (const auto open = s.lock()) open->look(now);
    const auto lock = std::lock_guard{mutex_};
    has_sessions_ = !sessions_.empty();
  });
}

} // namespace weir::cli
