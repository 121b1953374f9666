/// A store that is as slow as one behind a network: whatever a commit has, it takes its time, and several may be under
/// way. At its end it appends to a file what it stored, and from when to when.
#include "actors/sinks/store.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

namespace weir::bench {
namespace {

class slow_store final : public store {
public:
  struct settings {
    duration commit_takes = std::chrono::milliseconds{20};
    std::string report;
  };
  static auto promise(const settings&) -> store_promise {
    return {.takes_all = true, .writers_max = store_writers_max, .batch_bytes = std::uint64_t{1} << 20};
  }
  slow_store(settings s, const plugin_context& of) : settings_(std::move(s)) {
    if (const auto at = settings_.report.find("{node}"); at != std::string::npos) settings_.report.replace(at, 6, of.node);
  }
  slow_store(const slow_store&) = delete;
  auto operator=(const slow_store&) -> slow_store& = delete;
  ~slow_store() override {
    if (bytes_ > 0) std::ofstream{settings_.report, std::ios::app} << bytes_ << ' ' << first_ns_ << ' ' << last_ns_ << '\n';
  }

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override {
    auto done = committed{};
    for_each_run(batch, [&](const event_run& run) {
      done.events += run.events;
      done.bytes += run.entries.size();
    });
    if (bytes_ == 0) first_ns_ = now_ns();
    wait_for_the_network();
    bytes_ += done.bytes;
    last_ns_ = now_ns();
    return done;
  }

private:
  void wait_for_the_network() const {
    constexpr auto second_ns = std::int64_t{1'000'000'000};
    const auto all = std::chrono::nanoseconds{settings_.commit_takes}.count();
    auto left = timespec{all / second_ns, all % second_ns};
    while (::nanosleep(&left, &left) != 0) {
    }
  }
  static auto now_ns() -> std::int64_t { return std::chrono::steady_clock::now().time_since_epoch().count(); }

  settings settings_;
  std::uint64_t bytes_ = 0;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
};

template <class Visitor> void describe(Visitor& v, slow_store::settings& s) {
  v.field("commit_takes", s.commit_takes, "How long a commit takes.");
  v.required("report", s.report, "The file that gets what was stored; {node} works.");
}

const register_store<slow_store> registered_slow{"slow", "Takes its time for each commit, for benchmarks."};

} // namespace
} // namespace weir::bench
