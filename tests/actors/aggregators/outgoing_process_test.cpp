/// An aggregator with operators: what goes out, when what does not counts, and that its dead letters are kept first.
#include "actors/aggregators/aggregator_core.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto from_edge = link_id{1};
constexpr auto kib = std::size_t{1024};

/// Drops every fourth event, and makes a dead letter of every fifth.
class sieve final : public event_operator {
public:
  void apply(const event_view& in, event_output& out) override {
    if (in.time_ns % 4 == 0) return out.drop("filtered");
    if (in.time_ns % 5 == 0) return out.dead_letter(in, "five");
    out.put(in);
  }
};

/// Events at 1, 2, … ns: of twenty, five are dropped and three become letters.
auto chunk_of(std::uint64_t sequence, int events = 20, std::size_t padding = 0) -> chunk_ptr {
  auto c = std::make_shared<chunk>();
  auto body = byte_buffer{};
  for (auto i = 1; i <= events; ++i) body.append(entry_of(i, record("n", i, "pad", std::string(padding, '.').c_str())));
  c->id = {7, sequence};
  c->count = static_cast<std::uint64_t>(events);
  c->sections = {{"web", static_cast<std::uint32_t>(events), static_cast<std::uint32_t>(body.size())}};
  c->source = "edge/collector/log";
  c->positions = {{"file", sequence - 1, sequence}};
  c->body = shared_bytes{std::move(body)};
  return c;
}

struct bench {
  memory_file_system disk;
  faulty_file_system letter_disk{disk};
  manual_clock time;
  chunk_log_settings settings;
  full_policy when_full = full_policy::block;
  std::unique_ptr<aggregator_core> core;
  std::vector<std::vector<chunk_ptr>> sent{2};

  bench() {
    settings.path = "/buffer";
    settings.readers = {"a", "b"};
    settings.bytes_max = 1024 * kib;
    settings.segment_bytes = 128 * kib;
  }

  void start(bool has_log) {
    core.reset();
    sent.assign(2, {});
    auto log = std::unique_ptr<chunk_log>{};
    if (has_log) log = std::move(*chunk_log::open(disk, settings, time));
    core = std::make_unique<aggregator_core>(inlet_settings{}, std::vector<outlet_settings>(2), std::move(log), when_full);
    auto does = chunk_process_settings{};
    does.operators = {[](const plugin_context&) { return std::make_unique<sieve>(); }};
    does.context.clock = &time;
    does.address = "n/aggregator/a";
    core->process = std::make_unique<outgoing_process>(
        does, letter_box{"n/aggregator/a", std::make_shared<dead_letter_file>(letter_disk, "/letters"), std::nullopt});
    core->in.open(from_edge);
    for (std::size_t i = 0; i < 2; ++i) {
      core->flow.at(i).peer_up(1, "core/sink");
      core->flow.at(i).grant(1, 64 * kib * kib);
    }
  }
  void receive(const chunk_ptr& c) {
    if (core->in.receive(from_edge, *c) == arrival::fresh) core->take(c, time.monotonic());
    work();
  }
  void work() {
    core->work(time.monotonic());
    while (auto job = core->take_sync(time.monotonic())) {
      core->finish_sync(*job, job->run(), time.monotonic());
      core->work(time.monotonic());
    }
    for (std::size_t i = 0; i < 2; ++i)
      for (auto& t : core->flow.at(i).poll(time.monotonic())) sent[i].insert(sent[i].end(), t.chunks.begin(), t.chunks.end());
  }
  void ack(std::size_t outlet, std::uint64_t sequence) {
    core->on_news({outlet, core->flow.at(outlet).ack({{7, sequence}}), {}});
    work();
  }
  /// in = out + held + dropped; what is dropped by now.
  auto dropped() -> counts_by_name {
    BOOST_TEST(core->passed_on().events + core->held().events_held + core->dropped.total() == core->events_in);
    return core->dropped.all();
  }
  auto letters() -> std::size_t {
    const auto text = disk.exists("/letters") ? disk.content("/letters") : std::string{};
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
};

using counts = counts_by_name;
const auto of_one_chunk = counts{{"filtered", 5}, {"unparsed", 3}};

} // namespace

BOOST_FIXTURE_TEST_SUITE(outgoing_processes, bench)

BOOST_AUTO_TEST_CASE(with_a_log_each_outlet_gets_the_same_and_it_counts_when_the_last_has_acked) {
  start(true);
  receive(chunk_of(1));
  BOOST_TEST_REQUIRE((sent[0].size() == 1 && sent[1].size() == 1));
  for (const auto& to : sent) BOOST_TEST(to[0]->count == 12U);
  BOOST_TEST((sent[0][0]->body.view() == sent[1][0]->body.view()));
  BOOST_TEST(dropped().empty());
  BOOST_TEST(core->held().events_held == 20U);
  ack(0, 1);
  BOOST_TEST(dropped().empty());
  ack(1, 1);
  BOOST_TEST((dropped() == of_one_chunk));
  BOOST_TEST(core->passed_on().events == 12U);
  BOOST_TEST(core->passed_on().bytes == sent[0][0]->body.size());
  BOOST_TEST(core->process->dead_letters().of("web") == 3U);
  ack(1, 1);
  BOOST_TEST((dropped() == of_one_chunk));
}

BOOST_AUTO_TEST_CASE(what_the_log_has_is_as_it_came_and_a_new_process_works_on_it_again) {
  start(true);
  receive(chunk_of(1));
  ack(0, 1);
  BOOST_TEST(letters() == 3U);
  start(true); // it dies before the other has acked
  work();
  BOOST_TEST((sent[0].empty() && sent[1].size() == 1));
  BOOST_TEST(sent[1][0]->count == 12U);
  BOOST_TEST(core->events_in == 20U);
  BOOST_TEST(dropped().empty());
  ack(1, 1);
  BOOST_TEST((dropped() == of_one_chunk));
  BOOST_TEST(letters() == 3U);
}

BOOST_AUTO_TEST_CASE(a_peer_that_goes_has_its_chunk_sent_again_and_nothing_counted_twice) {
  start(true);
  receive(chunk_of(1));
  for (std::size_t i = 0; i < 2; ++i) {
    core->flow.at(i).peer_down(1);
    core->flow.at(i).peer_up(2, "core2/sink");
    core->flow.at(i).grant(2, 64 * kib);
  }
  work();
  BOOST_TEST_REQUIRE((sent[0].size() == 2 && sent[1].size() == 2));
  BOOST_TEST(sent[0][1] == sent[0][0]);
  ack(0, 1);
  ack(1, 1);
  BOOST_TEST((dropped() == of_one_chunk));
}

BOOST_AUTO_TEST_CASE(what_a_full_buffer_drops_counts_as_that_alone) {
  when_full = full_policy::drop_oldest;
  settings.bytes_max = 256 * kib;
  start(true);
  for (auto i = 1U; i <= 8; ++i) receive(chunk_of(i, 20, 4 * kib));
  const auto lost = core->dropped.of("buffer full: web");
  BOOST_TEST_REQUIRE(lost > 0U);
  for (auto i = 1U; i <= 8; ++i)
    for (std::size_t outlet = 0; outlet < 2; ++outlet) ack(outlet, i);
  const auto now = dropped();
  BOOST_TEST(now.at("buffer full: web") == lost);
  BOOST_TEST(now.at("filtered") == (8 * 20 - lost) / 20 * 5);
}

BOOST_AUTO_TEST_CASE(in_memory_it_works_once_for_all_outlets) {
  start(false);
  receive(chunk_of(1));
  receive(chunk_of(1)); // again: it is known
  BOOST_TEST_REQUIRE((sent[0].size() == 1 && sent[1].size() == 1));
  BOOST_TEST(sent[0][0] == sent[1][0]);
  BOOST_TEST((dropped() == of_one_chunk));
  BOOST_TEST(core->held().events_held == 12U);
  ack(0, 1);
  ack(1, 1);
  BOOST_TEST((dropped() == of_one_chunk));
  BOOST_TEST(core->passed_on().events == 12U);
  BOOST_TEST(core->passed_on().bytes == sent[0][0]->body.size());
  BOOST_TEST(core->is_empty());
}

void check_that_letters_come_first(bench& b, bool has_log) {
  b.start(has_log);
  b.receive(chunk_of(1, 3)); // without letters
  BOOST_TEST(b.sent[0].size() == 1U);
  b.letter_disk.arm({{file_call::any, 1, fault_kind::io_error, 1000}});
  b.receive(chunk_of(2));
  BOOST_TEST(b.sent[0].size() == 1U);
  BOOST_TEST(b.core->held().events_held == 3 + 20U);
  BOOST_TEST(b.core->troubles(b.time.monotonic()).size() == 1U);
  BOOST_TEST(b.dropped().empty());
  b.letter_disk.disarm();
  BOOST_TEST_REQUIRE(b.core->deadline().has_value());
  b.time.advance(*b.core->deadline() - b.time.monotonic());
  b.work();
  BOOST_TEST(b.sent[0].size() == 2U);
  BOOST_TEST(b.core->troubles(b.time.monotonic()).empty());
  BOOST_TEST(b.letters() == 3U);
}

BOOST_AUTO_TEST_CASE(nothing_leaves_a_log_before_its_dead_letters_are_kept) { check_that_letters_come_first(*this, true); }

BOOST_AUTO_TEST_CASE(nothing_leaves_memory_before_its_dead_letters_are_kept) {
  check_that_letters_come_first(*this, false);
}

BOOST_AUTO_TEST_SUITE_END()
