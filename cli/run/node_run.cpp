#include "cli/run/node_run.hpp"

#include "cli/run/account.hpp"
#include "cli/run/node_console.hpp"
#include "cli/run/topics.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/os/owned_fd.hpp"
#include "runtime/os/threads.hpp"
#include "topology/node.hpp"
#include "topology/process_needs.hpp"

#include <malloc.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <future>
#include <mutex>
#include <new>
#include <system_error>

namespace weir {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto start_patience = 2s; // of who asks a node to stop that has not started yet

/// What the node's threads tell the main one.
class node_events {
public:
  node_events() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { WEIR_ASSERT(wake_.is_open()); }

  void started() {
    locked([&] { started_ = true; });
    note(false, {});
  }
  void finished() { note(true, {}); }
  void ask_drain(const std::string& by) {
    locked([&] { drain_asked_by_ = by; });
    note(false, {});
  }
  /// Empty: by nobody.
  auto drain_asked_by() const -> std::string {
    return locked([&] { return drain_asked_by_; });
  }
  void failed(const std::string& why) { note(false, why); }
  auto fd() const -> int { return wake_.fd(); }
  auto is_started() const -> bool {
    return locked([&] { return started_; });
  }
  auto is_finished() const -> bool {
    return locked([&] { return finished_; });
  }
  auto failure() const -> std::string {
    return locked([&] { return why_; });
  }

private:
  void note(bool done, const std::string& why) {
    locked([&] {
      finished_ = finished_ || done;
      if (why_.empty()) why_ = why;
    });
    const auto one = std::uint64_t{1};
    if (write(fd(), &one, sizeof one) < 0) spdlog::error("cannot wake the main thread");
  }
  template <class F> auto locked(F&& f) const -> decltype(f()) {
    const auto lock = std::lock_guard{mutex_};
    return f();
  }

  owned_fd wake_;
  mutable std::mutex mutex_;
  bool started_ = false; ///< or could not be started
  bool finished_ = false;
  std::string why_;
  std::string drain_asked_by_;
};

volatile std::sig_atomic_t end_status = 0;

/// All is settled or given up when this is called: actors that do not end, whatever they hang in, must not
/// hold up the process.
void bound_the_end(int status) {
  constexpr auto end_seconds_max = 5U;
  end_status = status;
  std::signal(SIGALRM, [](int) { std::_Exit(end_status); });
  alarm(end_seconds_max);
}

/// Drives one run; each member is one phase.
class run {
public:
  run(run_options options, const descriptor_plan& descriptors, steady::time_point began,
      const run_signals& signals)
      : options_(std::move(options)), descriptors_(descriptors), began_(began), signals_(signals),
        reloads_(options_.topology, {options_.node_name, options_.classes}, options_.drain_timeout) {
    if (options_.once) reloads_.stop();
    add_topics(teller_, {options_.log, reloads_, node_, options_.source_name, history_});
  }

  ~run() { teller_.stop(); } // whom it asks for answers goes behind it

  /// `numbers`: what the plan has of them that the file has not.
  auto operator()(const topology_plan& plan, scaled_numbers numbers) -> int {
    auto started = start(plan);
    if (!started) {
      spdlog::error("{}", started.failure().what);
      return 1;
    }
    node_ = std::move(*started);
    running_ = node_.get();
    spdlog::info("{}", start_text(plan, options_));
    const auto who = cli::process_identity{plan.cluster, options_.node_name, options_.version, getpid()};
    reloads_.begin(*node_, plan, std::move(numbers), [this](const auto& wanted) { return console_.renew(wanted.console); });
    if (options_.has_console) history_ = std::make_unique<cli::history_keeper>(*node_);
    teller_.begin();
    reloads_.end_left_ones();
    const auto drain = [this](const std::string& by) { events_.ask_drain(by); };
    service_ = std::make_unique<cli::status_service>(who, *node_, reloads_, teller_, drain, std::move(options_.status));
    if (options_.has_console && !console_.open({who, plan.console, options_.console_note, drain}, *node_, reloads_, teller_)) return 1;
    const auto status = wait();
    bound_the_end(status);
    running_ = nullptr;
    reloads_.stop();
    teller_.stop();
    console_.close();
    service_.reset();
    tell_end(status);
    return status;
  }

private:
  /// Opening a large buffer, or one on a device that does not answer, may take long: signals are heeded.
  auto start(const topology_plan& plan) -> result<std::unique_ptr<node>> {
    auto settings = node_settings{options_.node_name, options_.source_name, options_.classes, options_.once, descriptors_, {}, {}, 0, {}, {}, {}};
    settings.seeds = options_.seeds;
    settings.program = options_.version;
    settings.topology = cli::fingerprint_of(options_.topology);
    settings.obey = [this](const auto& other, const auto& what, auto done) { obey(other, what, std::move(done)); };
    settings.on_finished = [this] { events_.finished(); };
    settings.on_failed = [this](const std::string& why) { events_.failed(why); };
    struct note_at_end {
      node_events& to;
      ~note_at_end() { to.started(); }
    };
    auto started = std::async(std::launch::async, [&] {
      const auto note = note_at_end{events_}; // also if it throws
      return node::start(plan, std::move(settings));
    });
    while (!events_.is_started()) {
      wait_for_news();
      heed_signals();
      if (const auto why = events_.failure(); !why.empty()) fail_start(why);
      if (stop_asked_ && steady::now() >= give_up_start_at_) give_up_start();
    }
    return started.get();
  }

  /// In a thread of the node's.
  void obey(const std::string& other, const node_command& what, std::function<void(result<std::string>)> done) {
    const auto by = "node " + other + ", " + what.by;
    if (what.what == "drain") {
      events_.ask_drain(by);
      return done(std::string{"it drains\n"});
    }
    constexpr auto forgets = std::string_view{"forget "};
    if (what.what.starts_with(forgets)) {
      auto* const of = running_.load();
      return done(of == nullptr ? error{errc::unavailable, "it starts, or ends"} : of->give_up(what.what.substr(forgets.size()), by));
    }
    if (what.what.starts_with("tell ") || what.what.starts_with(figures_word))
      return teller_.answer_aside(what.what, {by}, std::move(done));
    auto wanted = cli::reloads::request{};
    wanted.by = by;
    if (what.what.starts_with("scale "))
      wanted.scales = what.what.substr(std::string_view{"scale "}.size());
    else if (what.what == "reload")
      wanted.content = what.content;
    else
      return done(error{errc::rejected, "it does not know \"" + what.what + '"'});
    wanted.done = [done](const cli::reloads::outcome& came) {
      if (came.how == cli::reload_end::done) return done(came.text);
      done(error{errc::rejected, came.text});
    };
    if (const auto begun = reloads_.ask(std::move(wanted)); !begun) done(begun.failure());
  }

  auto wait() -> int {
    while (true) {
      // What is half carried out would not know that it is to drain.
      if (stop_asked_ && !draining_ && !reloads_.is_busy()) begin_drain(steady::now() + options_.drain_timeout);
      heed_orders();
      if (reload_asked_ && !reloads_.is_busy()) reload();
      if (const auto why = events_.failure(); !why.empty()) {
        spdlog::critical("the node ends: {}", why);
        return 1;
      }
      if (events_.is_finished() && (options_.once || draining_)) return 0;
      if (draining_ && steady::now() >= drain_until_)
        give_up("not drained within " + to_text(duration{options_.drain_timeout}));
      if (nobody_reads_) give_up("the standard output was closed");
      wait_for_news();
      heed_signals();
    }
  }

  /// Whoever asks for it waits as long as it takes.
  void heed_orders() {
    const auto by = events_.drain_asked_by();
    if (by.empty() || draining_) return;
    reloads_.stop();
    if (reloads_.is_busy()) return;
    spdlog::info("drain: asked for by {}", by);
    begin_drain(steady::time_point::max());
  }

  void heed_signals() {
    while (const auto number = signals_.take()) {
      if (*number == SIGHUP)
        reload_asked_ = true;
      else if (stop_asked_)
        stop_at_once();
      else
        note_stop();
    }
  }

  void reload() {
    reload_asked_ = false;
    if (const auto begun = reloads_.ask({"SIGHUP", false, {}, {}}); !begun) spdlog::warn("SIGHUP: no reload: {}", begun.failure().what);
  }

  void note_stop() {
    stop_asked_ = true;
    reloads_.stop();
    if (draining_) drain_until_ = steady::now() + options_.drain_timeout;
    give_up_start_at_ = steady::now() + start_patience;
  }

  void wait_for_news() {
    // Without events asked for, a descriptor tells only that it is of no use any more.
    pollfd waits[] = {{signals_.fd(), POLLIN, 0},
                      {events_.fd(), POLLIN, 0},
                      {options_.prints_events && !nobody_reads_ ? STDOUT_FILENO : -1, 0, 0}};
    const auto left = draining_ ? std::max<std::int64_t>(0, (drain_until_ - steady::now()) / 1ms) + 1 : 1000;
    poll(waits, 3, static_cast<int>(std::min<std::int64_t>(left, 1000)));
    nobody_reads_ = nobody_reads_ || waits[2].revents != 0;
    auto count = std::uint64_t{0};
    if ((waits[1].revents & POLLIN) != 0 && read(events_.fd(), &count, sizeof count) < 0) return;
  }

  void begin_drain(steady::time_point until) {
    spdlog::info("stopping: takes nothing more in and passes on what is there (again to stop at once)");
    draining_ = true;
    drain_until_ = until;
    node_->drain();
  }

  [[noreturn]] void give_up(const std::string& why) {
    const auto left = node_->observe().actors;
    spdlog::error("{}: {} events were not confirmed; {}", why, sum_up(left).unsettled,
                  account_text(left, buffers()));
    // Whoever still works (a store that hangs) would hold up an orderly end.
    withdraw(); // threads of theirs may wait for whoever hangs
    if (options_.once) report(left);
    std::fflush(nullptr);
    std::_Exit(1);
  }

  /// Who starts it may wait for those that have ended.
  [[noreturn]] void fail_start(const std::string& why) {
    spdlog::critical("the node ends: {}", why);
    std::fflush(nullptr);
    std::_Exit(1);
  }

  [[noreturn]] void give_up_start() {
    spdlog::warn("stopped before the start was complete");
    std::fflush(nullptr);
    std::_Exit(0);
  }

  [[noreturn]] void stop_at_once() {
    spdlog::warn("stopped at once");
    withdraw();
    std::fflush(nullptr);
    std::_Exit(1);
  }

  void withdraw() {
    if (service_) service_->withdraw();
    console_.withdraw();
  }

  /// Directory, by component.
  auto buffers() const -> std::map<std::string, std::string> { return disk_buffers(*reloads_.plan(), options_); }

  void tell_end(int status) {
    const auto left = node_->observe().actors;
    if (status == 0) spdlog::info("ended: {}", account_text(left, buffers()));
    if (options_.once) report(left);
  }

  void report(const std::vector<observation>& left) {
    const auto sum = sum_up(left);
    const auto seconds = std::chrono::duration<double>(steady::now() - began_).count();
    std::printf("events=%llu bytes=%llu seconds=%.3f lost=%llu\n",
                static_cast<unsigned long long>(sum.events), static_cast<unsigned long long>(sum.bytes),
                seconds, static_cast<unsigned long long>(sum.unsettled));
    std::fflush(stdout);
  }

  run_options options_;
  descriptor_plan descriptors_;
  steady::time_point began_;
  const run_signals& signals_;
  node_events events_;
  cli::teller teller_; ///< the node's threads ask it until that has gone
  std::unique_ptr<node> node_;
  std::atomic<node*> running_ = nullptr; ///< the same, for those that ask from its threads
  cli::reloads reloads_;
  std::unique_ptr<cli::history_keeper> history_; ///< null without a console
  std::unique_ptr<cli::status_service> service_;
  cli::node_console console_;
  bool reload_asked_ = false; ///< by SIGHUP
  bool stop_asked_ = false;
  steady::time_point give_up_start_at_{};
  bool nobody_reads_ = false; ///< what a sink of this node prints
  bool draining_ = false;
  steady::time_point drain_until_{};
};

/// Chunk bodies come and go by the megabyte: from the heap they are reused, mapped ones fault in anew.
void tune_allocator() {
  mallopt(M_MMAP_THRESHOLD, 8 << 20);
  mallopt(M_TRIM_THRESHOLD, 16 << 20);
}

/// What is not on the disk by now comes again after the next start: an orderly end would need what is lacking.
[[noreturn]] void end_for_want_of(std::string_view sentence) {
  (void)!::write(STDERR_FILENO, sentence.data(), sentence.size());
  std::_Exit(1);
}

/// An exception that nobody catches: a thread or memory that could not be had is no fault of ours.
[[noreturn]] void on_terminate() {
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::system_error& e) {
    end_for_want_of("weir: the system refuses: " + std::string{e.what()} + '\n');
  } catch (const std::exception& e) {
    (void)!::write(STDERR_FILENO, e.what(), std::strlen(e.what()));
  } catch (...) { // nothing is known of it
  }
  std::abort();
}

/// Writing to a closed pipe or past a file size limit is an error to handle, not a reason to die.
void prepare_process() {
  tune_allocator();
  limit_thread_stacks();
  std::set_new_handler([] { end_for_want_of("weir: there is no memory left (see ulimit -v, the limit of the container)\n"); });
  std::set_terminate(on_terminate);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

} // namespace

auto run_node(const topology_plan& written, run_options options, const run_signals& signals) -> int {
  const auto began = steady::now();
  prepare_process();
  auto numbers = left_on_disk(written, options.classes, options.node_name, real_file_system());
  const auto plan = scaled(written, numbers);
  for (const auto& [name, n] : numbers)
    spdlog::warn("{}: the file says {} instances, and on disk there is something that {} had: so many start, and those that are "
                 "too many end when they have passed it on", name, n.written, n.instances);
  const auto hosted = components_of(plan, options.classes);
  const auto descriptors = descriptors_of(plan, hosted, raise_descriptor_limit());
  if (const auto lack = lack_of_descriptors(descriptors); !lack.empty()) {
    spdlog::error("{}", lack);
    return 1;
  }
  if (const auto had = try_threads(threads_of(plan, hosted)); !had) {
    spdlog::error("{}", had.failure().what);
    return 1;
  }
  spdlog::info("descriptors: {}", to_text(descriptors));
  return run{std::move(options), descriptors, began, signals}(plan, std::move(numbers));
}

} // namespace weir
