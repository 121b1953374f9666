/// What every operator has to hold, and the means to try one out.
#pragma once

#include "actors/operators/operator.hpp"
#include "runtime/event/msgpack.hpp"
#include "tests/support/config_build.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace weir::test {

/// Keeps what an operator puts and drops.
struct recorded_output final : event_output {
  struct recorded {
    std::string tag;
    std::int64_t time_ns = 0;
    std::string record;
    bool is_timed_at_reading = false;
  };
  std::vector<recorded> events;
  std::map<std::string, std::uint64_t> drops;

  void put(const event_view& e) override {
    events.push_back({std::string{e.tag}, e.time_ns, std::string{e.record}, e.is_timed_at_reading});
  }
  void drop(std::string_view reason, std::uint64_t count) override { drops[std::string{reason}] += count; }
};

/// What `weir check` says about these settings, one finding a line.
inline auto findings(std::string_view type, const config::value& settings) -> std::string {
  auto problems = config::diagnostics{};
  const auto* found = plugin_registry<event_operator>::find(type);
  BOOST_TEST_REQUIRE(found != nullptr);
  found->configure(settings, std::string{type}, problems, {});
  auto text = std::string{};
  for (const auto& p : problems) text += (text.empty() ? "" : "\n") + p.what;
  return text;
}

inline auto make_operator(std::string_view type, const config::value& settings)
    -> std::unique_ptr<event_operator> {
  auto problems = config::diagnostics{};
  const auto* found = plugin_registry<event_operator>::find(type);
  BOOST_TEST_REQUIRE(found != nullptr);
  const auto factory = found->configure(settings, std::string{type}, problems, {});
  BOOST_TEST_REQUIRE(problems.empty(), findings(type, settings));
  return factory({.component = "test", .node = "edge-1"});
}

/// "tag {record}" of what becomes of one event at 7 ns, or "dropped: reason".
inline auto outcome(event_operator& tried, std::string_view record, std::string_view tag = "web.access")
    -> std::string {
  auto out = recorded_output{};
  tried.apply({tag, 7, record}, out);
  auto text = std::string{};
  for (const auto& e : out.events) text += e.tag + ' ' + text_of(e.record);
  for (const auto& [reason, count] : out.drops) text += "dropped: " + reason;
  return text;
}

/// Valid msgpack of every type, some of it under keys that the tried operators look at.
class random_records {
public:
  explicit random_records(std::uint32_t seed) : random_(seed) {}

  auto next() -> std::string {
    auto out = byte_buffer{};
    put_map(out, 0);
    return std::string{out.view()};
  }

private:
  auto below(std::uint32_t limit) -> std::uint32_t { return static_cast<std::uint32_t>(random_()) % limit; }

  void put_map(byte_buffer& out, int depth) {
    const auto count = below(10) == 0 ? 20U : below(6);
    auto write = msgpack_writer{out};
    write.map(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      put_key(out, depth);
      put_value(out, depth + 1);
    }
  }

  void put_key(byte_buffer& out, int depth) {
    static constexpr std::string_view keys[] = {"a", "b", "a.b", "c", "message", "level", "", "\xff\x00"};
    const auto kind = below(12);
    if (kind == 0) return put_value(out, depth + 1);
    if (kind == 1) return msgpack_writer{out}.bin(keys[below(std::size(keys))]);
    msgpack_writer{out}.str(keys[below(std::size(keys))]);
  }

  void put_value(byte_buffer& out, int depth) {
    auto write = msgpack_writer{out};
    switch (below(depth > 4 ? 8 : 10)) {
    case 0: return write.nil();
    case 1: return write.boolean(below(2) == 0);
    case 2: return write.integer(static_cast<std::int32_t>(random_()));
    case 3: return write.unsigned_integer(UINT64_MAX - below(100));
    case 4: return write.real(static_cast<double>(below(1000)) / 7);
    case 5: return write.bin(std::string(below(300), '\xfe'));
    case 6: return write.event_time(1'700'000'000'000'000'000);
    case 7:
      return write.str(below(2) == 0 ? "a=1 b=\"two\""
                                     : std::string(below(70'000) / (below(100) + 1), '\x80'));
    case 8: return put_map(out, depth);
    default: write.array(2), put_value(out, depth + 1), put_value(out, depth + 1);
    }
  }

  std::mt19937 random_;
};

/// Whatever valid record goes in: each event ends as an event or a counted drop; what comes out is one
/// whole map under a tag that is not empty; and what keeps its time keeps that this is of its reading.
inline void check_operator_contract(event_operator& tried) {
  const auto seed = std::uint32_t{42};
  auto records = random_records{seed};
  for (int i = 0; i < 3000; ++i) {
    auto out = recorded_output{};
    const auto record = records.next();
    const auto is_timed_at_reading = i % 2 == 0;
    tried.apply({"web.access", i, record, is_timed_at_reading}, out);
    BOOST_TEST_REQUIRE((!out.events.empty() || !out.drops.empty()),
                       "event " << i << " vanished, seed " << seed);
    for (const auto& [reason, count] : out.drops) BOOST_TEST_REQUIRE((!reason.empty() && count > 0));
    for (const auto& e : out.events) {
      auto read = msgpack_reader{e.record};
      BOOST_TEST_REQUIRE((read.peek() == msgpack_type::map && read.skip() && read.at_end()),
                         "event " << i << ", seed " << seed);
      BOOST_TEST_REQUIRE(!e.tag.empty());
      BOOST_TEST_REQUIRE(e.is_timed_at_reading == (is_timed_at_reading && e.time_ns == i), "event " << i);
    }
  }
}

} // namespace weir::test
