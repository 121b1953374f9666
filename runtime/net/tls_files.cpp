#include "runtime/net/tls_files.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/os/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <utility>

namespace weir::net {
namespace {

using namespace std::chrono_literals;

constexpr auto told_before_end_s = std::int64_t{14} * 24 * 3600;
constexpr auto end_told_every = 24h;

/// Tells a file from another one of its path; links are followed, so what they lead to may be swapped.
auto which_file(const std::string& path) -> std::string {
  struct stat found {};
  if (path.empty() || ::stat(path.c_str(), &found) != 0) return "-;";
  return std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) + ':' + std::to_string(found.st_size) + ':'
         + std::to_string(found.st_mtim.tv_sec) + '.' + std::to_string(found.st_mtim.tv_nsec) + ';';
}

auto which_files(const tls_settings& files) -> std::string {
  return which_file(files.certificate) + which_file(files.key) + which_file(files.authorities) + which_file(files.revoked);
}

} // namespace

auto tls_files::open(tls_settings files) -> result<std::shared_ptr<tls_files>> {
  auto made = std::shared_ptr<tls_files>{new tls_files{std::move(files)}};
  WEIR_TRY(const auto is_read, made->renew());
  WEIR_ASSERT(is_read);
  return made;
}

auto tls_files::current() const -> std::shared_ptr<const tls_context> {
  const auto lock = std::lock_guard{guard_};
  return current_;
}

auto tls_files::renew() -> result<bool> {
  // Before they are read: what changes meanwhile is read once more.
  auto now = which_files(files_);
  {
    const auto lock = std::lock_guard{guard_};
    if (now == seen_) return false;
  }
  WEIR_TRY(auto loaded, tls_context::load(files_));
  const auto lock = std::lock_guard{guard_};
  current_ = std::move(loaded);
  seen_ = std::move(now);
  return true;
}

struct tls_watch::running : std::enable_shared_from_this<running> {
  running(const std::shared_ptr<boost::asio::io_context>& in, std::shared_ptr<tls_files> which,
          std::chrono::milliseconds how_often)
      : files(std::move(which)), every(how_often), timer(*in) {}

  void wait() {
    timer.expires_after(every);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& stopped) {
      if (stopped || self->is_over) return;
      self->look();
      self->wait();
    });
  }
  /// Certificate and key are two files: what does not fit together the first time may be half of a renewal.
  void look() {
    const auto renewed = files->renew();
    const auto problem = renewed ? std::string{} : renewed.failure().what;
    if (renewed && *renewed) spdlog::info("nodes: certificates were read again; connections from now on use them");
    if (!problem.empty() && problem == seen_problem && problem != told_problem) {
      spdlog::error("nodes: {}; what was read before stays in use", problem);
      told_problem = problem;
    }
    seen_problem = problem;
    if (problem.empty()) told_problem.clear();
    tell_end();
  }
  void tell_end() {
    const auto now = system_clock().monotonic();
    const auto left_s = files->current()->expires_s() - system_clock().wall_ns() / 1'000'000'000;
    if (left_s > told_before_end_s || (end_told_at != monotonic_time{} && now - end_told_at < end_told_every)) return;
    end_told_at = now;
    if (left_s <= 0)
      spdlog::error("nodes: this node's certificate has expired; others refuse it");
    else
      spdlog::warn("nodes: this node's certificate expires in {} hours", left_s / 3600);
  }

  const std::shared_ptr<tls_files> files;
  const std::chrono::milliseconds every;
  boost::asio::steady_timer timer;
  bool is_over = false; // this and the rest: of the io thread
  std::string seen_problem, told_problem;
  monotonic_time end_told_at{};
};

tls_watch::tls_watch(io_thread& in, std::shared_ptr<tls_files> files, std::chrono::milliseconds every)
    : in_(in), running_(std::make_shared<running>(in.context(), std::move(files), every)) {
  in.post([state = running_] {
    state->tell_end();
    state->wait();
  });
}

tls_watch::~tls_watch() {
  in_.post([state = running_] {
    state->is_over = true;
    state->timer.cancel();
  });
}

} // namespace weir::net
