#include "actors/collectors/exec_process.hpp"
#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/plain_source.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/codec/piped_lines.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <array>
#include <map>

namespace weir {
namespace {

/// What a command prints once it does not print again.
constexpr auto exec_stream = std::string_view{"!exec"};
static_assert(exec_stream.front() == local_stream_mark);
constexpr auto exec_saved_bytes = std::size_t{256} * 1024;
constexpr auto exec_backoff = backoff_settings{};

enum class exec_restart { always, on_failure, never };
enum class exec_stderr { log, events, drop };

constexpr auto names_of(exec_restart*) {
  return std::array<std::pair<std::string_view, exec_restart>, 3>{
      {{"always", exec_restart::always}, {"on_failure", exec_restart::on_failure}, {"never", exec_restart::never}}};
}
constexpr auto names_of(exec_stderr*) {
  return std::array<std::pair<std::string_view, exec_stderr>, 3>{
      {{"log", exec_stderr::log}, {"events", exec_stderr::events}, {"drop", exec_stderr::drop}}};
}

class exec_source final : public source {
public:
  static constexpr bool listens = true;
  struct settings {
    std::vector<std::string> command;
    duration interval{0};
    exec_restart restart = exec_restart::always;
    std::string tag = "exec";
    exec_stderr stderr_lines = exec_stderr::log;
    std::string stderr_tag = "exec.stderr";
    plain_framing framing = plain_framing::lf;
    byte_count max_message{1 << 20};
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> {
    auto made = std::vector{exact_tag(s.tag)};
    if (s.stderr_lines == exec_stderr::events) made.push_back(exact_tag(s.stderr_tag));
    return made;
  }
  static auto descriptors(const settings&) -> descriptor_need { return {8, false}; }

  exec_source(const settings& s, const plugin_context& context)
      : settings_(s),
        component_(context.component),
        clock_(*context.clock),
        once_(context.once),
        out_{piped_lines{stream_framing_of(s.framing), s.max_message.value}, true},
        err_{piped_lines{stream_framing::lf, s.max_message.value}, false},
        poll_(epoll_create1(EPOLL_CLOEXEC)) {}

  auto open(const resume_info& resume) -> result<void> override {
    for (const auto& known : resume.covered)
      if (known.stream == exec_stream) covered_ = known.end;
    if (!poll_.is_open()) return error_from_errno("cannot make an epoll descriptor", errno);
    start_at_ = clock_.monotonic();
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    if (is_over_) return read_status::finished;
    if (!process_ && start_at_ && clock_.monotonic() >= *start_at_) start();
    if (!process_) return read_status::idle;
    // What it had printed before it ended is all there by now.
    const auto status = process_->take_status();
    if (status) ended_with_ = status;
    auto left = budget;
    const auto more = give(out_, out, left) | give(err_, out, left);
    cover(out);
    if (more) return budget > 0 ? read_status::more : read_status::idle;
    if (ended_with_ && budget > 0) finish(out);
    return is_over_ ? read_status::finished : read_status::idle;
  }

  auto wake_fd() const -> int override { return poll_.fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override { return process_ ? std::nullopt : start_at_; }
  auto summary() const -> std::string override {
    return settings_.command.front() + (process_ ? " runs" : " does not run") + ", started " + std::to_string(starts_) + " times";
  }
  void observe(observation& to) const override {
    if (cut_ > 0) to.noted["message cut"] += cut_;
    for (const auto& [status, count] : statuses_) to.noted[status] += count;
    if (!problem_.empty()) to.problems.push_back(problem_);
  }

private:
  struct printed {
    piped_lines lines;
    bool is_stdout;
  };

  void watch(int fd) {
    auto wanted = epoll_event{};
    wanted.events = EPOLLIN;
    ::epoll_ctl(poll_.fd(), EPOLL_CTL_ADD, fd, &wanted);
  }

  void start() {
    start_at_.reset();
    auto started = exec_process::start(settings_.command);
    if (!started) return fail("not started", started.failure().what);
    ++starts_;
    started_at_ = clock_.monotonic();
    ended_with_.reset();
    process_.emplace(std::move(*started));
    for (const auto fd : {process_->pipes().out.fd(), process_->pipes().err.fd(), process_->end_fd()}) watch(fd);
  }

  /// False: nothing more is there at the moment.
  auto give(printed& from, intake& out, std::size_t& left) -> bool {
    auto& pipe = from.is_stdout ? process_->pipes().out : process_->pipes().err;
    while (left > 0) {
      const auto message = from.lines.next();
      if (message && *message) {
        left -= std::min(left, (*message)->bytes.size() + 1);
        put(**message, from.is_stdout, out);
        continue;
      }
      if (!pipe.is_open()) return false;
      const auto came = message ? from.lines.fill(pipe.fd()) : result<piped_lines::outcome>{message.failure()};
      if (came && *came == piped_lines::outcome::some) continue;
      if (!came) problem_ = settings_.command.front() + ": " + came.failure().what;
      if (!came || *came == piped_lines::outcome::ended) pipe = owned_fd{};
      return false;
    }
    return true;
  }

  void put(const framed_message& message, bool is_stdout, intake& out) {
    uncovered_ += message.bytes.size() + 1;
    if (!is_stdout && settings_.stderr_lines == exec_stderr::drop) return;
    if (!is_stdout && settings_.stderr_lines == exec_stderr::log)
      return spdlog::warn("{}: {}", component_, message.bytes.substr(0, 1000));
    attached_.clear();
    if (message.is_cut) {
      auto write = msgpack_writer{attached_};
      write.str("truncated");
      write.boolean(true);
      ++cut_;
    }
    out.attach(attached_.view(), message.is_cut ? 1 : 0);
    out.line(is_stdout ? settings_.tag : settings_.stderr_tag, clock_.wall_ns(), message.bytes);
    if (uncovered_ >= exec_saved_bytes) cover(out);
  }

  void cover(intake& out) {
    if (uncovered_ == 0) return;
    out.covered(exec_stream, covered_, covered_ + uncovered_);
    covered_ += std::exchange(uncovered_, 0);
  }

  /// It has ended, and all that it has printed was put.
  void finish(intake& out) {
    for (auto* from : {&out_, &err_})
      if (const auto message = from->lines.last()) put(*message, from->is_stdout, out);
    cover(out);
    process_.reset();
    const auto is_good = *ended_with_ == 0;
    if (!is_good) return fail(exec_status_text(*ended_with_), "\"" + settings_.command.front() + "\" ended with " + exec_status_text(*ended_with_));
    problem_.clear();
    if (settings_.interval == duration::zero()) ++statuses_[exec_status_text(0)];
    failures_ = 0;
    plan_next(settings_.restart == exec_restart::always);
  }

  void fail(const std::string& status, const std::string& what) {
    constexpr auto long_enough = std::chrono::minutes{1};
    if (starts_ > 0 && clock_.monotonic() > started_at_ + long_enough) failures_ = 0;
    ++failures_;
    ++statuses_[status];
    problem_ = what;
    spdlog::warn("{}: {}", component_, what);
    plan_next(settings_.restart != exec_restart::never);
  }

  void plan_next(bool is_wanted) {
    const auto now = clock_.monotonic();
    if (once_) return void(is_over_ = true);
    if (settings_.interval > duration::zero()) return void(start_at_ = std::max(now, started_at_ + settings_.interval));
    if (!is_wanted) return void(is_over_ = true);
    start_at_ = now + backoff_delay(exec_backoff, std::max(failures_, 1U), random_id());
  }

  settings settings_;
  std::string component_;
  const class clock& clock_;
  bool once_;
  printed out_, err_;
  owned_fd poll_;
  std::optional<exec_process> process_;
  std::optional<int> ended_with_;
  std::optional<monotonic_time> start_at_;
  monotonic_time started_at_{};
  bool is_over_ = false;
  std::uint32_t starts_ = 0;
  std::uint32_t failures_ = 0; ///< in a row
  std::map<std::string, std::uint64_t> statuses_;
  std::string problem_;
  byte_buffer attached_;
  std::uint64_t covered_ = 0;
  std::uint64_t uncovered_ = 0;
  std::uint64_t cut_ = 0;
};

template <class Visitor> void describe(Visitor& v, exec_source::settings& s) {
  v.required("command", s.command, "Program and arguments, a list; no shell reads them.");
  v.field("interval", s.interval, "Run it so often, each time to its end; 0: it runs on and on, or is started again by \"restart\".");
  v.field("restart", s.restart,
          "What is done when it ends by itself: always start it again, only if it has failed (on_failure), or never. After a pause that "
          "grows from 1s to 1m while it fails.");
  v.field("tag", s.tag, "Tag of what it prints, line by line.");
  v.field("stderr", s.stderr_lines, "What becomes of lines on standard error: Weir's own log, events, or nothing (drop).");
  v.field("stderr_tag", s.stderr_tag, "Their tag, if they are events.");
  v.field("framing", s.framing, "How lines follow one another: each ends with LF (lf) or NUL (nul), or begins with its size and a blank (octets).");
  v.field("max_message", s.max_message, "Of a longer line the beginning is taken, and the record marked with truncated: true.");
}

void validate(const exec_source::settings& s, config::settings_reader& reader) {
  if (s.command.empty() || s.command.front().empty()) reader.complain("command", "\"command\" wants a program, such as [vmstat, -n, 5]");
  if (s.interval < duration::zero()) reader.complain("interval", "\"interval\" wants to be 0 or more");
  if (s.interval > duration::zero()) reader.refuse_useless("restart", "with \"interval\" it is started then, however it ended");
  if (s.stderr_lines != exec_stderr::events) reader.refuse_useless("stderr_tag", "it is for \"stderr: events\"");
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
  if (s.stderr_tag.empty()) reader.complain("stderr_tag", "\"stderr_tag\" is empty");
  check_message_limit(s.max_message, reader);
}

const register_source<exec_source> registered_exec{"exec", "Runs a command and reads what it prints."};

} // namespace
} // namespace weir
