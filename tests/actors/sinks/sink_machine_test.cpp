/// What a sink does with a store that is away, rejects or dies: with the machine and the writer, no actor.
#include "actors/sinks/sink_machine.hpp"
#include "actors/sinks/store_writer.hpp"
#include "runtime/dead_letter/dead_letter.hpp"
#include "tests/actors/sinks/picky_store.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <fstream>
#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto a_sender = std::uint64_t{9};

/// One life of a sink.
struct living_sink {
  picky_shelf& shelf;
  manual_clock& time;
  sink_core core{inlet_settings{}, tag_pattern{}};
  sink_machine machine;
  store_writer writer;
  std::set<chunk_id> acked;
  std::uint64_t transfers = 0;

  living_sink(picky_shelf& on, manual_clock& clock, const std::string& letters,
              std::optional<duration> give_up_after = {})
      : shelf(on),
        time(clock),
        machine(settings_of(give_up_after), core, clock),
        writer(writer_settings_of(on, clock, letters)) {
    machine.on_open({1, "n/collector/c"}, a_sender);
  }

  auto seen() -> observation {
    machine.show();
    return core.board->read({"n/sink/s", "s", "sink", "picky"}, time);
  }
  static auto settings_of(std::optional<duration> give_up_after) -> sink_machine_settings {
    auto settings = sink_machine_settings{};
    settings.address = "n/sink/s";
    settings.retry = {1s, 1s};
    settings.give_up_after = give_up_after;
    return settings;
  }

  static auto writer_settings_of(picky_shelf& on, manual_clock& clock, const std::string& letters)
      -> store_writer_settings {
    auto settings = store_writer_settings{};
    settings.address = "n/sink/s";
    settings.context.clock = &clock;
    settings.make_store = [&on](const plugin_context&) { return std::make_unique<picky_store>(on); };
    settings.letters = std::make_shared<letter_box>(
        "n/sink/s", std::make_shared<dead_letter_file>(real_file_system(), letters), 10s);
    return settings;
  }

  void give(const std::vector<chunk_ptr>& chunks) {
    auto note = transfer_chunks{1, ++transfers, {}};
    for (const auto& c : chunks) note.chunks.push_back({c});
    machine.on_transfer(note);
  }

  /// Until nothing is to be done now.
  void work() {
    while (const auto job = machine.take_job(0)) machine.on_outcome(0, writer.run(*job));
    for (const auto& m : machine.take_outgoing())
      if (const auto* news = std::get_if<link_feedback>(&m.what))
        acked.insert(news->acks.begin(), news->acks.end());
  }
};

struct fixture {
  temporary_directory dir;
  manual_clock time;
  picky_shelf shelf;

  auto letters() const -> std::string { return dir / "s.jsonl"; }
  /// How often each number is in the letters.
  auto numbers_in_letters() const -> std::map<std::int64_t, int> {
    auto found = std::map<std::int64_t, int>{};
    auto file = std::ifstream{letters()};
    auto reader = dead_letter_reader{};
    for (auto line = std::string{}; std::getline(file, line);) {
      const auto letter = reader.read(line);
      BOOST_TEST_REQUIRE(bool{letter});
      BOOST_TEST(letter->reason == "rejected: it is not nice");
      auto e = entry{};
      auto n = std::int64_t{0};
      BOOST_TEST(entry_reader{letter->bytes}.next(e));
      BOOST_TEST(msgpack_reader{find_field(e.record, "n")}.integer(n));
      ++found[n];
    }
    return found;
  }

  /// Numbers from 0 on, `events` in each chunk.
  static auto chunks_of(int chunks, int events) -> std::vector<chunk_ptr> {
    auto all = std::vector<chunk_ptr>{};
    for (auto i = 0; i < chunks; ++i)
      all.push_back(make_chunk({numbered("a", i * events, i * events + events / 2),
                                numbered("b", i * events + events / 2, (i + 1) * events)},
                               static_cast<std::uint64_t>(i + 1)));
    return all;
  }

  /// Each number is stored once, or in a letter once if it is rejected.
  void check_each_once(int events) {
    const auto aside = numbers_in_letters();
    BOOST_TEST(aside.size() == shelf.rejected.size());
    BOOST_TEST(shelf.rows.size() + aside.size() == static_cast<std::size_t>(events));
    for (const auto& [n, times] : aside) BOOST_TEST((shelf.rejected.contains(n) && times == 1));
    for (const auto& [n, times] : shelf.rows) BOOST_TEST((!shelf.rejected.contains(n) && times == 1));
  }
};

auto balances(const observation& o) -> bool {
  auto sum = o.events_out + o.events_held;
  for (const auto& [reason, events] : o.dropped) sum += events;
  return o.events_in == sum;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(sinks, fixture)

BOOST_AUTO_TEST_CASE(stores_nothing_while_it_is_paused_and_all_of_it_then) {
  auto s = living_sink{shelf, time, letters()};
  s.machine.obey({sink_order::kind::pause, "me"});
  s.give(chunks_of(3, 4));
  s.work();
  BOOST_TEST(shelf.rows.empty());
  BOOST_TEST(s.acked.empty());
  BOOST_TEST(s.seen().state == "paused");
  BOOST_TEST(s.seen().problems.at(0) == "it is paused, by me: nothing is stored until it is resumed");
  BOOST_TEST(s.seen().events_held == 12U);
  s.machine.obey({sink_order::kind::resume, "me"});
  s.work();
  check_each_once(12);
  BOOST_TEST(s.acked.size() == 3U);
  BOOST_TEST(s.seen().state == "running");
  BOOST_TEST(balances(s.seen()));
}

BOOST_AUTO_TEST_CASE(stores_what_it_has_when_it_is_to_end_though_it_is_paused) {
  auto s = living_sink{shelf, time, letters()};
  s.machine.obey({sink_order::kind::pause, "me"});
  s.give(chunks_of(2, 4));
  s.machine.drain();
  s.work();
  check_each_once(8);
}

BOOST_AUTO_TEST_CASE(commit_all_that_waits_at_once_and_ack_it) {
  auto sink = living_sink{shelf, time, letters()};
  sink.give(chunks_of(10, 10));
  BOOST_TEST(sink.seen().events_held == 100U);
  sink.work();
  BOOST_TEST(shelf.commits == 1U);
  BOOST_TEST(sink.acked.size() == 10U);
  check_each_once(100);
  const auto seen = sink.seen();
  BOOST_TEST(seen.events_out == 100U);
  BOOST_TEST(balances(seen));
}

BOOST_AUTO_TEST_CASE(answer_whoever_asks_while_the_store_blocks) {
  auto sink = living_sink{shelf, time, letters()};
  const auto chunks = chunks_of(3, 10);
  sink.work(); // it is open
  sink.give({chunks[0]});
  BOOST_TEST(sink.machine.take_job(0).has_value()); // and its outcome does not come
  sink.give({chunks[1]});
  sink.machine.on_open({2, "n/collector/d"}, a_sender + 1);
  const auto seen = sink.seen();
  BOOST_TEST(seen.state == "running");
  BOOST_TEST(seen.events_held == 20U);
  BOOST_TEST((seen.senders == std::vector<std::string>{"n/collector/c", "n/collector/d"}));
  BOOST_TEST(!sink.machine.has_job(0));
  auto grants = 0;
  for (const auto& m : sink.machine.take_outgoing())
    if (const auto* news = std::get_if<link_feedback>(&m.what)) grants += news->grant_bytes > 0 ? 1 : 0;
  BOOST_TEST(grants >= 1);
}

BOOST_AUTO_TEST_CASE(tell_of_a_store_that_does_not_answer_for_long_until_it_does) {
  auto sink = living_sink{shelf, time, letters()};
  sink.work();
  sink.give(chunks_of(1, 10));
  auto job = sink.machine.take_job(0);
  BOOST_TEST_REQUIRE(job.has_value());
  time.advance(29s);
  sink.machine.on_time();
  BOOST_TEST(sink.seen().problems.empty());
  BOOST_TEST_REQUIRE(sink.machine.deadline().has_value());
  time.advance(1s);
  BOOST_TEST((*sink.machine.deadline() <= time.monotonic()));
  sink.machine.on_time();
  BOOST_TEST(!sink.machine.deadline().has_value()); // it was told
  BOOST_TEST((sink.seen().problems
              == std::vector<std::string>{"its store has not answered for 30s"}));
  auto late = job_outcome{};
  late.events = 10;
  sink.machine.on_outcome(0, std::move(late));
  BOOST_TEST(sink.seen().problems.empty());
}

BOOST_AUTO_TEST_CASE(take_chunks_while_their_store_is_away_say_why_and_go_on_by_themselves) {
  shelf.is_away = true;
  auto sink = living_sink{shelf, time, letters()};
  sink.work();
  auto seen = sink.seen();
  BOOST_TEST(seen.state == "retrying"); // before there is anything to store
  BOOST_TEST(seen.last_error == "the shelf is away");
  BOOST_TEST(seen.last_error_ns == time.wall_ns());
  sink.give(chunks_of(10, 10));
  sink.work();
  BOOST_TEST(shelf.opened == 1U);
  BOOST_TEST(sink.seen().events_held == 100U);
  BOOST_TEST(sink.acked.empty());
  time.advance(1s);
  sink.work();
  BOOST_TEST(shelf.opened == 2U);
  shelf.is_away = false;
  BOOST_TEST_REQUIRE(sink.machine.deadline().has_value());
  time.advance(1s);
  BOOST_TEST((*sink.machine.deadline() <= time.monotonic()));
  sink.work();
  seen = sink.seen();
  BOOST_TEST(seen.state == "running");
  BOOST_TEST(seen.last_error == "");
  BOOST_TEST(seen.last_error_ns == 0);
  BOOST_TEST(sink.acked.size() == 10U);
  check_each_once(100);
}

BOOST_AUTO_TEST_CASE(answer_a_question_when_the_store_can_be_asked) {
  shelf.is_away = true;
  auto sink = living_sink{shelf, time, letters()};
  sink.give(chunks_of(2, 10));
  sink.machine.on_question({77, "n/collector/c"}, a_sender);
  sink.work();
  BOOST_TEST(sink.machine.take_answers().empty());
  shelf.is_away = false;
  time.advance(1s);
  sink.work();
  const auto answers = sink.machine.take_answers();
  BOOST_TEST_REQUIRE(answers.size() == 1U);
  BOOST_TEST(answers[0].to == a_sender);
  BOOST_TEST(answers[0].what.question == 77U);
  BOOST_TEST(shelf.rows.size() == 20U);
}

/// A tail that begins anew finds by this what it had read of a file that was rotated away meanwhile.
BOOST_AUTO_TEST_CASE(name_the_streams_of_what_waits) {
  auto sink = living_sink{shelf, time, letters()};
  sink.work();
  auto waits = std::make_shared<chunk>(*chunks_of(1, 10)[0]);
  waits->source = "n/collector/c";
  waits->positions = {{"file", 0, 10}};
  sink.give({waits});
  sink.machine.on_question({77, "n/collector/c"}, a_sender);
  BOOST_TEST(std::holds_alternative<positions_job>(sink.machine.take_job(0).value()));
  sink.machine.on_outcome(0, {});
  const auto answers = sink.machine.take_answers();
  BOOST_TEST_REQUIRE(answers.size() == 1U);
  BOOST_CHECK((answers[0].what.elsewhere == std::vector<position_range>{{"file", 0, 10}}));
}

/// A sender that starts has to know where its chunks are: what is held will be stored here.
BOOST_AUTO_TEST_CASE(say_which_chunks_they_have_in_the_store_and_in_hand) {
  auto sink = living_sink{shelf, time, letters()};
  sink.work();
  const auto waits = chunks_of(1, 10)[0];
  sink.give({waits});
  const auto origin = waits->id.origin;
  sink.machine.on_question(ask_had{77, {{origin, 1, 900}}}, a_sender);
  const auto job = sink.machine.take_job(0);
  BOOST_TEST_REQUIRE(std::holds_alternative<ids_job>(job.value()));
  auto done = job_outcome{};
  done.known_ids = {{origin, 700, 800}};
  sink.machine.on_outcome(0, std::move(done));
  auto told = std::vector<known_had>{};
  for (const auto& o : sink.machine.take_outgoing())
    if (const auto* note = std::get_if<known_had>(&o.what); note != nullptr && o.to == a_sender) told.push_back(*note);
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(told[0].question == 77U);
  BOOST_CHECK((told[0].ids == std::vector<id_range>{{origin, 700, 800}, {origin, waits->id.sequence, waits->id.sequence}}));
}

BOOST_AUTO_TEST_CASE(that_are_asked_again_do_not_wait_for_their_next_try) {
  shelf.is_away = true;
  auto sink = living_sink{shelf, time, letters()};
  sink.work();
  sink.machine.on_question({77, "n/collector/c"}, a_sender);
  sink.work();
  shelf.is_away = false;
  sink.machine.on_question({77, "n/collector/c"}, a_sender);
  sink.work();
  BOOST_TEST(sink.machine.take_answers().size() == 1U);
  BOOST_TEST(sink.seen().last_error == "");
}

BOOST_AUTO_TEST_CASE(find_one_event_that_is_rejected_in_a_few_commits) {
  constexpr auto chunks = 64;
  constexpr auto events = 64;
  for (const auto poison : {0, 1, 63, 64, 2000, chunks * events - 1}) {
    shelf = {};
    shelf.rejected = {poison};
    std::ofstream{letters(), std::ios::trunc};
    auto sink = living_sink{shelf, time, letters()};
    sink.give(chunks_of(chunks, events));
    sink.work();
    check_each_once(chunks * events);
    BOOST_TEST(shelf.attempts <= 40U); // some 2 log2(chunks) + 2 log2(events), and what comes behind
    const auto seen = sink.seen();
    BOOST_TEST(seen.dropped.at("rejected: it is not nice") == 1U);
    BOOST_TEST(seen.dead_letters.size() == 1U);
    BOOST_TEST(seen.last_error == "");
    BOOST_TEST(balances(seen));
    BOOST_TEST(sink.acked.size() == static_cast<std::size_t>(chunks));
  }
}

BOOST_AUTO_TEST_CASE(find_many_events_that_are_rejected_and_those_that_are_bad_only_together) {
  for (auto n = 0; n < 400; n += 7) shelf.rejected.insert(n);
  {
    auto sink = living_sink{shelf, time, letters()};
    sink.give(chunks_of(10, 40));
    sink.work();
    check_each_once(400);
  }
  shelf = {};
  shelf.wants_unique = true;
  auto sink = living_sink{shelf, time, letters()};
  sink.give({make_chunk({numbered("a", 0, 10), numbered("b", 5, 12)}, 1), make_chunk({numbered("a", 8, 20)}, 2)});
  sink.work();
  BOOST_TEST(shelf.rows.size() == 20U);
  for (const auto& [n, times] : shelf.rows) BOOST_TEST(times == 1);
  BOOST_TEST(sink.seen().dropped.at("rejected: it is not nice") == 9U); // 5 to 9 of b, 8 to 11 of a
}

BOOST_AUTO_TEST_CASE(find_what_a_store_without_a_ledger_rejects) {
  shelf.keeps_ledger = false;
  shelf.rejected = {3, 57, 58};
  auto sink = living_sink{shelf, time, letters()};
  sink.give(chunks_of(4, 20));
  sink.work();
  check_each_once(80);
  BOOST_TEST(balances(sink.seen()));
}

// Goal: a death between any two steps loses nothing and repeats nothing, neither rows nor letters.
// Method: die at step 1, 2, … of the store; what is not acked comes again to the next life.
BOOST_AUTO_TEST_CASE(lose_and_repeat_nothing_whichever_step_they_die_at) {
  const auto chunks = chunks_of(4, 8);
  for (std::uint64_t step = 1;; ++step) {
    shelf = {};
    shelf.rejected = {9, 14, 31};
    shelf.dies_at = step;
    std::ofstream{letters(), std::ios::trunc};
    auto died = false;
    auto acked = std::set<chunk_id>{};
    {
      auto sink = living_sink{shelf, time, letters()};
      sink.give(chunks);
      try {
        sink.work();
      } catch (const picky_shelf::death&) {
        died = true;
      }
      acked = sink.acked;
    }
    auto next = living_sink{shelf, time, letters()};
    auto again = std::vector<chunk_ptr>{};
    for (const auto& c : chunks)
      if (!acked.contains(c->id)) again.push_back(c);
    next.give(again);
    next.work();
    BOOST_TEST_CONTEXT("dies at step " << step) { check_each_once(32); }
    if (!died) break;
  }
  BOOST_TEST(shelf.steps > 20U);
}

BOOST_AUTO_TEST_CASE(give_up_what_a_store_does_not_take_in_time) {
  auto sink = living_sink{shelf, time, letters(), 3s};
  sink.work();
  shelf.is_away = true;
  sink.give(chunks_of(2, 10));
  for (auto i = 0; i < 5; ++i, time.advance(1s)) sink.work();
  const auto seen = sink.seen();
  BOOST_TEST(seen.events_held == 0U);
  BOOST_TEST(seen.dropped.at("gave up: the shelf is away") == 20U);
  BOOST_TEST(sink.acked.size() == 2U);
}

BOOST_AUTO_TEST_CASE(end_when_their_senders_have_and_all_is_stored) {
  auto sink = living_sink{shelf, time, letters()};
  sink.give(chunks_of(2, 10));
  sink.machine.drain();
  sink.machine.on_close({1, "n/collector/c", true}, a_sender);
  BOOST_TEST(!sink.machine.is_finished());
  sink.work();
  BOOST_TEST(sink.machine.is_finished());
  BOOST_TEST(shelf.rows.size() == 20U);
}

BOOST_AUTO_TEST_SUITE_END()
