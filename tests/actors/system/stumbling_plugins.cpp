#include "tests/actors/system/stumbling_plugins.hpp"

#include "actors/collectors/source.hpp"
#include "actors/operators/operator.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>

namespace weir::test {

using namespace std::chrono_literals;

auto the_world() -> stumbling_world*& {
  static auto* world = static_cast<stumbling_world*>(nullptr);
  return world;
}

void stumbling_world::stumbles::step(const char* what) {
  if (every == 0 || ++calls % every != 0 || times == 0) return;
  --times;
  throw std::runtime_error{std::string{what} + " stumbles"};
}

auto stumbling_world::stored_all(std::uint64_t count) -> bool {
  auto lock = std::unique_lock{mutex};
  return changed.wait_for(lock, 60s, [&] { return stored.size() >= count; });
}

auto stumbling_world::refused_some() -> bool {
  auto lock = std::unique_lock{mutex};
  return changed.wait_for(lock, 60s, [&] { return refused_commits > 0; });
}

auto stumbling_world::each_once() -> bool {
  const auto lock = std::lock_guard{mutex};
  auto sorted = stored;
  std::sort(sorted.begin(), sorted.end());
  if (sorted.size() != events) return false;
  for (std::uint64_t i = 0; i < events; ++i)
    if (sorted[i] != i) return false;
  return true;
}

namespace {

constexpr auto time_ns = std::int64_t{1'700'000'000'000'000'000};

/// Gives the numbers from 0 on; its position is the next one.
class numbers final : public source {
public:
  struct settings {};
  numbers(const settings&, const plugin_context&) {}

  auto open(const resume_info& resume) -> result<void> override {
    for (const auto& p : resume.covered) next_ = p.end;
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    auto& world = *the_world();
    auto lock = std::unique_lock{world.mutex};
    world.changed.wait(lock, [&] { return next_ < world.source_blocks_at; });
    const auto begin = next_;
    auto used = std::size_t{0};
    for (; next_ < world.events && used < std::min<std::size_t>(budget, 64 << 10); ++next_) {
      record_.clear();
      auto write = msgpack_writer{record_};
      write.map(2);
      write.str("n");
      write.unsigned_integer(next_);
      write.str("payload");
      write.str(std::string(world.payload_bytes, 'x'));
      out.event({"numbers", time_ns, record_.view()});
      used += record_.size() + entry_head_bytes;
    }
    world.source.step("the source"); // after the events, before the save point
    if (next_ > begin) out.covered("numbers", begin, next_);
    return next_ == world.events ? read_status::finished : read_status::more;
  }

private:
  std::uint64_t next_ = 0;
  byte_buffer record_;
};
template <class Visitor> void describe(Visitor&, numbers::settings&) {}

class stumbler final : public event_operator {
public:
  struct settings {};
  stumbler(const settings&, const plugin_context&) {}
  void apply(const event_view& in, event_output& out) override {
    the_world()->operators.step("the operator");
    out.put(in);
  }
};
template <class Visitor> void describe(Visitor&, stumbler::settings&) {}

class shelf final : public store {
public:
  struct settings {};
  shelf(const settings&, const plugin_context&) {}
  auto open() -> result<void> override { return {}; }

  auto commit(const commit_batch& batch) -> result<committed> override {
    auto& world = *the_world();
    auto lock = std::unique_lock{world.mutex};
    world.changed.notify_all();
    world.changed.wait(lock, [&] { return !world.store_blocks; });
    world.store.step("the store");
    if (world.store_stopped) {
      ++world.refused_commits;
      return error{errc::unavailable, "the store has stopped"};
    }
    if (holds(batch, world.rejected)) return error{errc::rejected, "the store wants another number"};
    auto done = committed{};
    for_each_run(batch, [&](const event_run& run) {
      world.bodies.insert(batch.chunks[run.first.chunk]->body.view().data());
      done.bytes += run.entries.size();
      auto read = entry_reader{run.entries};
      for (auto e = entry{}; read.next(e); ++done.events) world.stored.push_back(number_in(e.record));
    });
    return done;
  }

private:
  static auto holds(const commit_batch& batch, std::uint64_t number) -> bool {
    auto found = false;
    for_each_run(batch, [&](const event_run& run) {
      auto read = entry_reader{run.entries};
      for (auto e = entry{}; read.next(e);) found = found || number_in(e.record) == number;
    });
    return found;
  }

  static auto number_in(std::string_view record) -> std::uint64_t {
    auto number = std::uint64_t{UINT64_MAX};
    (void)msgpack_reader{find_field(record, "n")}.unsigned_integer(number);
    return number;
  }
};
template <class Visitor> void describe(Visitor&, shelf::settings&) {}

const register_source<numbers> source_registered{"numbers", "Gives numbers."};
const register_operator<stumbler> operator_registered{"stumbler", "Passes on, mostly."};
const register_store<shelf> store_registered{"shelf", "Keeps numbers in memory."};

} // namespace
} // namespace weir::test
