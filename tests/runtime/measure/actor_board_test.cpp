#include "runtime/measure/board_registry.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <set>
#include <thread>

using namespace weir;
using namespace std::chrono_literals;

namespace {

const auto who = actor_identity{"n/sink/files", "files", "sink", "file"};

auto figures(std::uint64_t in, std::uint64_t out, std::uint64_t held) -> actor_figures {
  auto now = actor_figures{};
  now.events_in = in;
  now.events_out = out;
  now.events_held = held;
  return now;
}

struct fixture {
  manual_clock time;
  std::shared_ptr<actor_board> board = std::make_shared<actor_board>(sink_measures);
  bounded_counts dropped;

  void publish(actor_figures now, const char* state = "running") {
    board->publish(state, now, {&dropped, nullptr, nullptr, nullptr});
  }
  auto seen() const -> observation { return board->read(who, time); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_board, fixture)

BOOST_AUTO_TEST_CASE(shows_every_figure_that_its_table_has) {
  auto now = actor_figures{};
  auto next = std::uint64_t{1};
  for (const auto& m : sink_measures)
    if (m.value != nullptr) now.*m.value = next++;
  now.commit_ns.add(5'000'000);
  dropped.add("filtered", 3);
  publish(now);
  const auto o = seen();
  BOOST_TEST(o.component == "files");
  BOOST_TEST(o.state == "running");
  for (const auto& m : sink_measures) {
    if (m.name == "restarts" || m.name == "cpu_seconds") continue; // its supervisor says so, and the system
    if (m.kind == measure_kind::age) continue;
    if (m.value != nullptr) BOOST_TEST((o.*m.value == now.*m.value), m.name);
  }
  BOOST_TEST(o.commit_ns.max() == 5'000'000U);
  BOOST_TEST(o.dropped.at("filtered") == 3U);
}

BOOST_AUTO_TEST_CASE(names_each_measure_once) {
  for (const auto* tier : {"collector", "source_aggregator", "destination_aggregator", "sink"}) {
    auto names = std::set<std::string_view>{};
    for (const auto& m : measures_of(tier)) {
      BOOST_TEST(names.insert(m.name).second);
      BOOST_TEST(!m.help.empty());
      BOOST_TEST((m.value == nullptr) == (m.kind == measure_kind::histogram));
      BOOST_TEST((m.spread != nullptr) == (m.kind == measure_kind::histogram));
    }
  }
}

BOOST_AUTO_TEST_CASE(lets_an_age_grow_while_its_owner_is_silent) {
  auto now = actor_figures{};
  now.delay_ns = static_cast<std::uint64_t>(time.wall_ns());
  publish(now);
  time.advance(30s);
  BOOST_TEST(seen().delay_ns == 30'000'000'000U);
  publish({});
  BOOST_TEST(seen().delay_ns == 0U);
}

BOOST_AUTO_TEST_CASE(says_of_who_is_at_one_thing_for_long_that_it_does_not_answer_and_has_its_figures) {
  publish(figures(10, 6, 4));
  board->begin_work(time, "reading");
  time.advance(1s);
  BOOST_TEST(seen().answers);
  time.advance(30s);
  const auto o = seen();
  BOOST_TEST(!o.answers);
  BOOST_TEST(o.state == "not answering");
  BOOST_TEST(o.problems.at(0) == "it has not answered for 31s");
  BOOST_TEST(o.events_held == 4U);
  BOOST_TEST(o.seen_ns == time.wall_ns());
  publish(figures(10, 10, 0));
  BOOST_TEST(seen().answers);
  BOOST_TEST(seen().problems.empty());
}

BOOST_AUTO_TEST_CASE(says_what_its_actor_is_busy_with_and_counts_how_long_it_was) {
  board->begin_work(time, "reading");
  time.advance(300ms);
  BOOST_TEST(seen().busy_with == "reading");
  BOOST_TEST(seen().busy_with_ns == 300'000'000U);
  BOOST_TEST(seen().busy_ns == 300'000'000U);
  publish({});
  time.advance(5s);
  BOOST_TEST(seen().busy_with == "");
  BOOST_TEST(seen().busy_with_ns == 0U);
  BOOST_TEST(seen().busy_ns == 300'000'000U);
}

BOOST_AUTO_TEST_CASE(says_what_others_do_for_an_actor_that_answers_meanwhile) {
  auto now = figures(10, 6, 4);
  now.busy_ns = 1'000'000'000;
  publish(now);
  board->tell_work("commit", time.monotonic());
  time.advance(12s);
  const auto o = seen();
  BOOST_TEST(o.answers);
  BOOST_TEST(o.busy_with == "commit");
  BOOST_TEST(o.busy_with_ns == 12'000'000'000U);
  BOOST_TEST(o.busy_ns == 13'000'000'000U);
  board->tell_work(nullptr, {});
  BOOST_TEST(seen().busy_ns == 1'000'000'000U);
}

BOOST_AUTO_TEST_CASE(tells_what_its_threads_use_also_when_they_have_ended) {
  const auto spin = [] {
    auto now = ::timespec{};
    do ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    while (now.tv_sec == 0 && now.tv_nsec < 20'000'000);
  };
  std::thread{[&] {
    const auto counts = board->threads().add_own();
    spin();
    BOOST_TEST(seen().cpu_ns >= 20'000'000U);
  }}.join();
  const auto used = seen().cpu_ns;
  BOOST_TEST(used >= 20'000'000U);
  std::thread{spin}.join(); // another's
  BOOST_TEST(seen().cpu_ns == used);
}

BOOST_AUTO_TEST_CASE(tells_a_failure_while_its_actor_is_away_and_for_a_while_after) {
  publish(figures(10, 6, 4));
  board->note_failure("out of luck", time.wall_ns(), 60'000'000'000);
  auto o = seen();
  BOOST_TEST(o.state == "restarting");
  BOOST_TEST(o.restarts == 1U);
  BOOST_TEST(o.problems.at(0) == "it failed and starts again: out of luck");
  BOOST_TEST(o.events_held == 4U);
  board->note_start();
  o = seen();
  BOOST_TEST(o.state == "running");
  BOOST_TEST(o.last_error == "out of luck");
  BOOST_TEST(o.problems.empty());
  auto words = std::make_shared<actor_texts>();
  words->last_error = "no space left";
  board->tell(words);
  BOOST_TEST(seen().last_error == "no space left"); // its own is news
  board->tell(std::make_shared<actor_texts>());
  time.advance(61s);
  BOOST_TEST(seen().last_error.empty());
  BOOST_TEST(seen().restarts == 1U);
}

BOOST_AUTO_TEST_CASE(balances_whenever_it_is_looked_at) {
  constexpr auto looks = 5'000;
  auto wrong = 0;
  auto is_over = std::atomic<bool>{false};
  auto reader = std::thread{[&] {
    for (auto i = 0; i < looks; ++i)
      if (!is_balanced(seen())) ++wrong;
    is_over = true;
  }};
  for (auto n = std::uint64_t{1}; !is_over; ++n, std::this_thread::yield()) {
    if (n % 3 == 0) dropped.add(n % 2 == 0 ? "even" : "odd " + std::to_string(n % 10), 2);
    publish(figures(n + n % 5 + dropped.total(), n, n % 5));
  }
  reader.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(is_among_those_of_the_node_as_long_as_its_entry_lasts) {
  const auto boards = std::make_shared<board_registry>();
  const auto names = [&] {
    auto all = std::string{};
    for (const auto& o : boards->observe(time)) all += o.component + ' ';
    return all;
  };
  auto files = boards->add(who, board);
  {
    const auto core = boards->add({"n/destination_aggregator/core", "core", "destination_aggregator", ""}, board);
    auto logs = boards->add({"n/collector/logs", "logs", "collector", "tail"}, board);
    BOOST_TEST(names() == "logs core files "); // in the direction of the data
    auto moved = std::move(logs);
    BOOST_TEST(names() == "logs core files ");
  }
  BOOST_TEST(names() == "files ");
  files.leave();
  files = {};
  BOOST_TEST(names() == "files ");
}

BOOST_AUTO_TEST_SUITE_END()
