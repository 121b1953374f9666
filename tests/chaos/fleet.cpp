#include "tests/chaos/fleet.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
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
  lost_disks += other.lost_disks;
  cuts += other.cuts;
  stalls += other.stalls;
  delays += other.delays;
  joins += other.joins;
  leaves += other.leaves;
  reloads += other.reloads;
  renewals += other.renewals;
  server_kills += other.server_kills;
  server_stops += other.server_stops;
  own_ends += other.own_ends;
  crashes += other.crashes;
  bad_statuses += other.bad_statuses;
  return *this;
}

fleet::fleet(fleet_settings settings, const std::vector<node_place>& places)
    : settings_(std::move(settings)) {
  for (const auto& at : places) {
    auto& added = nodes_.emplace_back();
    added.at = at;
    if (at.is_guest) added.state = condition::absent;
  }
}

auto fleet::pid(std::size_t index) const -> pid_t {
  return nodes_[index].running ? nodes_[index].running->id() : 0;
}

/// The logs say what was done to a node, among what it says itself.
void fleet::note(const node& about, const std::string& text) const {
  const auto now = std::chrono::system_clock::now().time_since_epoch() / 1ms;
  const auto seconds = static_cast<std::time_t>(now / 1000);
  auto parts = std::tm{};
  ::gmtime_r(&seconds, &parts);
  char time[32];
  std::snprintf(time, sizeof time, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(now % 1000));
  std::ofstream{settings_.logs + '/' + about.at.name + ".log", std::ios::app} << "---- " << time << ' ' << text << '\n';
}

auto fleet::start(node& which) -> result<void> {
  auto command = std::vector<std::string>{"/usr/bin/env"}; // becomes what it starts
  command.insert(command.end(), which.at.environment.begin(), which.at.environment.end());
  for (const auto& word : {settings_.weir, std::string{"run"}, settings_.topology, std::string{"--node"}, which.at.name,
                           std::string{"--as"}, which.at.type, std::string{"--status"}, std::string{"never"}})
    command.push_back(word);
  WEIR_TRY(auto child, test::process::start(command, settings_.logs + '/' + which.at.name + ".log"));
  note(which, "start, pid " + std::to_string(child.id()));
  which.running.emplace(std::move(child));
  which.state = condition::running;
  which.is_reloaded = false;
  return {};
}

void fleet::kill(std::size_t index, steady_time back) {
  auto& which = nodes_[index];
  if (!which.running) return;
  note(which, "SIGKILL");
  which.running.reset(); // kills and waits
  which.state = condition::down;
  which.due = back;
  ++counts_.kills;
}

auto fleet::destroy(std::size_t index, steady_time back) -> result<void> {
  auto& which = nodes_[index];
  if (which.state != condition::running || which.at.disk.empty()) return {};
  kill(index, back);
  auto failed = std::error_code{};
  std::filesystem::remove_all(which.at.disk, failed);
  if (failed) return error{errc::failed, "cannot remove " + which.at.disk + ": " + failed.message()};
  note(which, "its disk is destroyed");
  ++counts_.lost_disks;
  return {};
}

void fleet::reload(std::size_t index) {
  auto& which = nodes_[index];
  if (which.state != condition::running) return;
  note(which, "SIGHUP");
  which.running->signal(SIGHUP);
  which.is_reloaded = true;
  ++counts_.reloads;
}

void fleet::join(std::size_t index, steady_time when) {
  auto& which = nodes_[index];
  if (which.state != condition::absent) return;
  which.state = condition::down;
  which.due = when;
  ++counts_.joins;
}

auto fleet::leave(std::size_t index) -> result<void> {
  auto& which = nodes_[index];
  if (which.state != condition::running || drain_) return {};
  note(which, "weir drain");
  WEIR_TRY(auto child, test::process::start({settings_.weir, "drain", which.at.name}, settings_.logs + "/drain.log"));
  drain_.emplace(std::move(child));
  draining_ = index;
  which.state = condition::leaving;
  ++counts_.leaves;
  return {};
}

/// One that could not be asked, because it had only begun to start, stays.
void fleet::look_at_drain() {
  const auto ended = drain_ ? drain_->poll_end() : std::nullopt;
  if (!ended) return;
  drain_.reset();
  auto& which = nodes_[draining_];
  if (*ended == 0 || which.state != condition::leaving) return;
  note(which, "is not drained");
  which.state = condition::running;
  --counts_.leaves;
}

void fleet::stop(std::size_t index, steady_time back) {
  auto& which = nodes_[index];
  if (which.state != condition::running) return;
  note(which, "SIGSTOP");
  which.running->signal(SIGSTOP);
  which.state = condition::stopped;
  which.due = back;
  ++counts_.stops;
}

void fleet::terminate(std::size_t index, milliseconds pause) {
  auto& which = nodes_[index];
  if (which.state != condition::running) return;
  note(which, "SIGTERM");
  which.running->signal(SIGTERM);
  which.state = condition::ending;
  which.pause = pause;
  which.due = clock::now() + graceful_max;
  ++counts_.terms;
}

void fleet::note_end(node& which, int status, steady_time now) {
  const auto leaves = which.state == condition::leaving;
  const auto asked = which.state == condition::ending || leaves;
  const auto how = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                       : "status " + std::to_string(WEXITSTATUS(status));
  note(which, "ended with " + how + (asked ? "" : ", of its own accord"));
  if (!asked) ++counts_.own_ends;
  if (asked && WIFEXITED(status) && status != 0) ++counts_.bad_statuses;
  // Signals end a process that has not got as far as to handle them.
  const auto is_ours = [&](int number) { return (asked && number == SIGTERM) || (which.is_reloaded && number == SIGHUP); };
  if (WIFSIGNALED(status) && !is_ours(WTERMSIG(status))) ++counts_.crashes;
  which.running.reset();
  which.due = now + (asked ? which.pause : 300ms);
  which.state = leaves && WIFEXITED(status) && status == 0 ? condition::absent : condition::down;
}

auto fleet::look(steady_time now) -> result<void> {
  look_at_drain();
  for (auto& which : nodes_) {
    if (which.running)
      if (const auto status = which.running->poll_end()) note_end(which, *status, now);
    if (which.due > now) continue;
    switch (which.state) {
    case condition::running:
    case condition::leaving:
    case condition::absent: break;
    case condition::down: WEIR_CHECK(start(which)); break;
    case condition::stopped:
      note(which, "SIGCONT");
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
    if (which.state == condition::absent) which.state = condition::down;
    if (which.state == condition::ending) {
      which.pause = 0ms; // is due when it has ended, or in time
    } else if (which.state == condition::leaving) {
      which.state = condition::ending;
      which.pause = 0ms;
      which.due = now + graceful_max;
    } else {
      which.due = now;
    }
  }
  return look(now);
}

auto fleet::end_all(milliseconds limit, const std::string& type) -> result<bool> {
  const auto terms = counts_.terms;
  const auto is_meant = [&](const node& which) { return type.empty() || which.at.type == type; };
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (is_meant(nodes_[i])) terminate(i, 0ms);
  const auto before = counts_;
  const auto give_up = clock::now() + limit;
  const auto is_running = [&](const node& which) { return is_meant(which) && which.running.has_value(); };
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
  counts_.terms = terms; // this was no fault
  return well;
}

void fleet::kill_all() {
  for (auto& which : nodes_) {
    which.running.reset();
    which.state = condition::down;
  }
}

} // namespace weir::chaos
