#include "tests/chaos/fleet.hpp"

#include "tests/chaos/stream.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>

namespace weir::chaos {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto graceful_max = 20s;

} // namespace

auto fault_counts::operator+=(const fault_counts& other) -> fault_counts& {
  kills += other.kills;
  stops += other.stops;
  terms += other.terms;
  slow_terms += other.slow_terms;
  full_disks += other.full_disks;
  quotas += other.quotas;
  own_ends += other.own_ends;
  crashes += other.crashes;
  bad_statuses += other.bad_statuses;
  return *this;
}

fleet::fleet(fleet_settings settings, const std::vector<std::string>& classes)
    : settings_(std::move(settings)) {
  for (const auto& type : classes) {
    auto& added = nodes_.emplace_back();
    added.name = type + "-1";
    added.type = type;
  }
}

auto fleet::pid(std::size_t index) const -> pid_t {
  return nodes_[index].running ? nodes_[index].running->id() : 0;
}

/// The logs say what was done to a node, among what it says itself.
static void note(const std::string& log, const std::string& text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch() / 1ms;
  const auto seconds = static_cast<std::time_t>(now / 1000);
  auto parts = std::tm{};
  ::gmtime_r(&seconds, &parts);
  char time[32];
  std::snprintf(time, sizeof time, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(now % 1000));
  std::ofstream{log, std::ios::app} << "---- " << time << ' ' << text << '\n';
}

auto fleet::start(node& which) -> result<void> {
  const auto log = settings_.logs + '/' + which.name + ".log";
  WEIR_TRY(auto child, test::process::start({settings_.weir, "run", settings_.topology, "--node", which.name,
                                             "--as", which.type, "--status", "never"},
                                            log));
  note(log, "start, pid " + std::to_string(child.id()));
  which.running.emplace(std::move(child));
  which.state = condition::running;
  return {};
}

void fleet::kill(std::size_t index, steady_time back) {
  auto& which = nodes_[index];
  if (!which.running) return;
  note(settings_.logs + '/' + which.name + ".log", "SIGKILL");
  which.running.reset(); // kills and waits
  which.state = condition::down;
  which.due = back;
  ++counts_.kills;
}

void fleet::stop(std::size_t index, steady_time back) {
  auto& which = nodes_[index];
  if (which.state != condition::running) return;
  note(settings_.logs + '/' + which.name + ".log", "SIGSTOP");
  which.running->signal(SIGSTOP);
  which.state = condition::stopped;
  which.due = back;
  ++counts_.stops;
}

void fleet::terminate(std::size_t index, milliseconds pause) {
  auto& which = nodes_[index];
  if (which.state != condition::running) return;
  note(settings_.logs + '/' + which.name + ".log", "SIGTERM");
  which.running->signal(SIGTERM);
  which.state = condition::ending;
  which.pause = pause;
  which.due = clock::now() + graceful_max;
  ++counts_.terms;
}

void fleet::note_end(node& which, int status, steady_time now) {
  const auto asked = which.state == condition::ending;
  const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                       : "status " + std::to_string(WEXITSTATUS(status));
  note(settings_.logs + '/' + which.name + ".log",
       "ended with " + how + (asked ? "" : ", of its own accord"));
  if (!asked) ++counts_.own_ends;
  if (asked && WIFEXITED(status) && status != 0) ++counts_.bad_statuses;
  // SIGTERM itself ends a process that has not got as far as to handle it.
  if (WIFSIGNALED(status) && !(asked && WTERMSIG(status) == SIGTERM)) ++counts_.crashes;
  which.running.reset();
  which.due = now + (asked ? which.pause : 300ms);
  which.state = condition::down;
}

auto fleet::look(steady_time now) -> result<void> {
  for (auto& which : nodes_) {
    if (which.running)
      if (const auto status = which.running->poll_end()) note_end(which, *status, now);
    if (which.due > now) continue;
    switch (which.state) {
    case condition::running: break;
    case condition::down: WEIR_CHECK(start(which)); break;
    case condition::stopped:
      note(settings_.logs + '/' + which.name + ".log", "SIGCONT");
      which.running->signal(SIGCONT);
      which.state = condition::running;
      break;
    case condition::ending:
      ++counts_.slow_terms;
      kill(static_cast<std::size_t>(&which - nodes_.data()), now);
      --counts_.kills;
    }
  }
  return {};
}

auto fleet::revive() -> result<void> {
  const auto now = clock::now();
  for (auto& which : nodes_) {
    if (which.state == condition::ending)
      which.pause = 0ms; // is due when it has ended, or in time
    else
      which.due = now;
  }
  return look(now);
}

auto fleet::end_all(milliseconds limit) -> result<bool> {
  for (std::size_t i = 0; i < nodes_.size(); ++i) terminate(i, 0ms);
  const auto before = counts_;
  const auto give_up = clock::now() + limit;
  auto is_running = [](const node& which) { return which.running.has_value(); };
  while (std::ranges::any_of(nodes_, is_running) && clock::now() < give_up) {
    for (auto& which : nodes_)
      if (const auto status = which.running ? which.running->poll_end() : std::nullopt)
        note_end(which, *status, clock::now());
    tick();
  }
  const auto all_ended = std::ranges::none_of(nodes_, is_running);
  if (!all_ended) kill_all();
  const auto well =
      all_ended && counts_.bad_statuses == before.bad_statuses && counts_.crashes == before.crashes;
  counts_.terms -= nodes_.size(); // this was no fault
  return well;
}

void fleet::kill_all() {
  for (auto& which : nodes_) {
    which.running.reset();
    which.state = condition::down;
  }
}

} // namespace weir::chaos
