/// A sink with operators: what its store gets, and that each event counts once, whatever comes again.
#include "actors/sinks/sink_core.hpp"
#include "actors/sinks/store_writer.hpp"
#include "runtime/event/chunk_builder.hpp"
#include "tests/actors/sinks/picky_store.hpp"
#include "tests/support/config_build.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <fstream>
#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// By the event's number: drops each tenth, makes a letter of each seventh, retags each third.
class sieve final : public event_operator {
public:
  void apply(const event_view& in, event_output& out) override {
    auto n = std::int64_t{0};
    (void)msgpack_reader{find_field(in.record, "n")}.integer(n);
    if (n % 10 == 0) return out.drop("filtered");
    if (n % 7 == 0) return out.dead_letter(in, "seven");
    const auto is_timed_at_reading = in.is_timed_at_reading && n % 4 != 0; // of each fourth it finds the time
    out.put({n % 3 == 0 ? std::string_view{"third"} : in.tag, in.time_ns, in.record, is_timed_at_reading});
  }
};

struct fixture {
  temporary_directory dir;
  manual_clock time;
  picky_shelf shelf;
  store_plugin::factory store = [this](const plugin_context&) { return std::make_unique<picky_store>(shelf); };
  std::unique_ptr<sink_core> core;
  std::unique_ptr<store_writer> writer;

  /// A new process.
  void start() {
    auto settings = store_writer_settings{};
    settings.address = "n/sink/s";
    settings.context = {.component = "s", .node = "n"};
    settings.context.clock = &time;
    settings.make_store = store;
    settings.letters = std::make_shared<letter_box>(
        "n/sink/s", std::make_shared<dead_letter_file>(real_file_system(), dir / "s.jsonl"), 10s);
    settings.operators = {[](const plugin_context&) { return std::make_unique<sieve>(); }};
    settings.match = *tag_pattern::parse({"a"});
    core = std::make_unique<sink_core>(inlet_settings{}, settings.match);
    core->in.open(1);
    writer = std::make_unique<store_writer>(std::move(settings));
  }
  void commit(const std::vector<chunk_ptr>& chunks, commit_job::way how = commit_job::way::all) {
    for (const auto& c : chunks) {
      BOOST_TEST((core->in.receive(1, *c) == arrival::fresh));
      core->take(c);
    }
    (void)core->queue.take(0, {});
    auto outcome = writer->run(commit_job{chunks, how, "gave up"});
    BOOST_TEST_REQUIRE(!outcome.failure.has_value(), outcome.failure->what);
    core->settle(0, outcome);
    auto sum = core->events_stored;
    for (const auto& [reason, events] : core->dropped.all()) sum += events;
    BOOST_TEST(core->events_in == sum);
  }
  auto numbers_in_letters() const -> std::multiset<std::int64_t> {
    auto found = std::multiset<std::int64_t>{};
    auto file = std::ifstream{dir / "s.jsonl"};
    auto reader = dead_letter_reader{};
    for (auto line = std::string{}; std::getline(file, line);) found.insert(number_of(reader.read(line)->bytes));
    return found;
  }
  static auto number_of(std::string_view entries) -> std::int64_t {
    auto e = entry{};
    auto n = std::int64_t{-1};
    BOOST_TEST(entry_reader{entries}.next(e));
    (void)msgpack_reader{find_field(e.record, "n")}.integer(n);
    return n;
  }
};

auto chunk_from(int begin, int end, std::uint64_t sequence) -> chunk_ptr {
  return make_chunk({numbered("a", begin, end), numbered("not ours", 1000, 1003)}, sequence);
}

/// Keeps the numbers of those events that have the time of their reading.
class time_reader final : public store {
public:
  explicit time_reader(std::multiset<std::int64_t>& found) : found_(found) {}
  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override {
    auto done = committed{};
    for_each_run(batch, [&](const event_run& run) {
      for (auto walk = event_walker{run}; walk.next(); ++done.events)
        if (walk.is_timed_at_reading()) found_.insert(fixture::number_of(walk.bytes()));
    });
    return done;
  }

private:
  std::multiset<std::int64_t>& found_;
};

using counts = counts_by_name;
using numbers = std::multiset<std::int64_t>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(sink_processes, fixture)

BOOST_AUTO_TEST_CASE(what_is_left_is_stored_and_the_rest_counts) {
  start();
  commit({chunk_from(0, 20, 1), chunk_from(20, 40, 2)});
  BOOST_TEST(shelf.rows.size() == 31U);
  BOOST_TEST((core->dropped.all() == counts{{"filtered", 4}, {"unparsed", 5}}));
  BOOST_TEST((core->dead_letters.all() == counts{{"a", 5}}));
  BOOST_TEST((numbers_in_letters() == numbers{7, 14, 21, 28, 35}));
}

BOOST_AUTO_TEST_CASE(what_comes_again_counts_no_more) {
  start();
  commit({chunk_from(0, 20, 1)});
  start(); // its ack did not get through
  commit({chunk_from(0, 20, 1)});
  BOOST_TEST(core->events_repeated == 20U);
  BOOST_TEST(core->dropped.empty());
  BOOST_TEST(core->events_in == 0U);
  BOOST_TEST((numbers_in_letters() == numbers{7, 14}));
}

BOOST_AUTO_TEST_CASE(of_a_chunk_that_is_known_in_part_only_the_rest_counts) {
  auto problems = config::diagnostics{};
  store = plugin_registry<class store>::find("file")->configure(map_of({{"path", dir / "{tag}.raw"}}), "s", problems, {});
  const auto born = [](int begin, int end, std::uint64_t sequence) {
    return born_from(make_chunk({numbered("a", begin, end)}, sequence), static_cast<std::uint64_t>(begin) * 8, 8);
  };
  start();
  commit({born(0, 18, 1)});
  commit({born(12, 25, 2)}); // from 18 on it is new
  BOOST_TEST((core->dropped.all() == counts{{"filtered", 3}, {"unparsed", 3}}));
  BOOST_TEST((numbers_in_letters() == numbers{7, 14, 21}));
  BOOST_TEST(core->events_in == 25U);
  BOOST_TEST(core->events_repeated == 6U);
}

BOOST_AUTO_TEST_CASE(a_store_that_rejects_events_gets_what_is_left_without_them) {
  for (const auto keeps_ledger : {true, false}) {
    shelf = {};
    shelf.keeps_ledger = keeps_ledger;
    shelf.rejected = {4, 17};
    std::remove((dir / "s.jsonl").c_str());
    start();
    const auto c = chunk_from(0, 20, 1);
    BOOST_TEST((writer->run(commit_job{{c}}).failure->code == errc::rejected));
    commit({c}, commit_job::way::without_rejected);
    BOOST_TEST(shelf.rows.size() == 14U);
    for (const auto& [n, times] : shelf.rows) BOOST_TEST(times == 1, n);
    BOOST_TEST((core->dropped.all()
                == counts{{"filtered", 2}, {"unparsed", 2}, {"rejected: it is not nice", 2}}));
    BOOST_TEST((numbers_in_letters() == numbers{4, 7, 14, 17}));
  }
}

BOOST_AUTO_TEST_CASE(what_is_given_up_is_what_the_operators_leave) {
  start();
  commit({chunk_from(0, 20, 1)}, commit_job::way::give_up);
  BOOST_TEST(shelf.rows.empty());
  BOOST_TEST((core->dropped.all() == counts{{"filtered", 2}, {"unparsed", 2}, {"gave up", 16}}));
  BOOST_TEST(numbers_in_letters().size() == 18U);
}

BOOST_AUTO_TEST_CASE(an_event_of_which_some_lines_are_stored_counts_as_regrouped) {
  const auto joined = [](std::uint64_t last, std::uint64_t sequence) {
    auto builder = chunk_builder{};
    builder.begin("a").append(entry_of(1, record("n", 1)));
    builder.finish(1, event_span{{0, 0}, last});
    builder.covered("s", 0, last + 10);
    auto c = builder.take(SIZE_MAX).front();
    c->id = {1, sequence};
    c->source = "n/collector/c";
    return c;
  };
  for (const auto* type : {"file", "sqlite"}) {
    auto problems = config::diagnostics{};
    store = plugin_registry<class store>::find(type)->configure(map_of({{"path", dir / type}}), "s", problems, {});
    start();
    commit({joined(10, 1), joined(10, 2), joined(20, 3)});
    BOOST_TEST(core->events_stored == 2U);
    BOOST_TEST(core->events_repeated == 1U);
    BOOST_TEST((core->noted.all() == counts{{"regrouped", 1}}));
  }
}

BOOST_AUTO_TEST_CASE(the_store_gets_the_tags_that_operators_give) {
  auto problems = config::diagnostics{};
  store = plugin_registry<class store>::find("file")->configure(map_of({{"path", dir / "{tag}.raw"}}), "s", problems, {});
  start();
  commit({chunk_from(0, 10, 1)});
  auto file = std::ifstream{dir / "third.raw"};
  auto lines = 0;
  for (auto line = std::string{}; std::getline(file, line);) ++lines;
  BOOST_TEST(lines == 3); // 3, 6, 9
}

BOOST_AUTO_TEST_CASE(the_store_is_told_which_events_have_the_time_of_their_reading) {
  auto found = numbers{};
  store = [&](const plugin_context&) { return std::make_unique<time_reader>(found); };
  auto c = std::make_shared<chunk>(*chunk_from(0, 20, 1));
  c->timed_at_reading = {{0, 10}, {19, 20}};
  start();
  commit({c});
  BOOST_TEST((found == numbers{1, 2, 3, 5, 6, 9, 19}));
  found.clear(); // and without operators, of a part
  const auto match = *tag_pattern::parse({"a"});
  const auto some = std::vector<index_range>{{2, 5}, {18, 20}};
  const auto chunks = std::vector<chunk_ptr>{c};
  BOOST_TEST(time_reader{found}.commit({chunks, match, some})->events == 5U);
  BOOST_TEST((found == numbers{2, 3, 4, 19}));
}

BOOST_AUTO_TEST_SUITE_END()
