/// What a sink decides for several writers, and when one commit is large enough.
#include "actors/sinks/sink_machine.hpp"
#include "tests/support/store_contract.hpp"
#include "tests/support/directory.hpp"

#include <set>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto a_sender = std::uint64_t{9};

/// A sink with several writers, whose outcomes come when the test says so.
struct sink_with_writers {
  manual_clock& time;
  sink_core core;
  std::unique_ptr<sink_machine> machine;
  std::vector<std::optional<writer_job>> jobs;
  std::set<chunk_id> acked;

  sink_with_writers(manual_clock& clock, std::size_t writers, duration fill_delay = {})
      : time(clock), core(inlet_settings{}, tag_pattern{}, writers), jobs(writers) {
    begin(fill_delay);
    for (std::size_t i = 0; i < writers; ++i) machine->on_outcome(i, opened(i));
  }
  auto seen() -> observation {
    machine->show();
    return core.board->read({"n/sink/s", "s", "sink", "picky"}, time);
  }
  void begin(duration fill_delay = {}) {
    auto settings = sink_machine_settings{};
    settings.address = "n/sink/s";
    settings.retry = {1s, 1s};
    settings.writers = jobs.size();
    settings.fill_delay = fill_delay;
    settings.batch.events_max = 30;
    machine = std::make_unique<sink_machine>(settings, core, time);
    machine->on_open({++links, "n/collector/c"}, a_sender);
    transfers = 0;
  }
  auto opened(std::size_t writer) -> job_outcome {
    BOOST_TEST(std::holds_alternative<open_job>(machine->take_job(writer).value()));
    return {};
  }
  /// The sequences of the chunks that the writer is to commit now; none: it has no such job.
  auto commit(std::size_t writer) -> std::vector<std::uint64_t> {
    auto sequences = std::vector<std::uint64_t>{};
    auto job = machine->take_job(writer);
    if (!job) return sequences;
    const auto* work = std::get_if<commit_job>(&*job);
    BOOST_TEST_REQUIRE(work != nullptr);
    for (const auto& c : work->chunks) sequences.push_back(c->id.sequence);
    jobs[writer] = job;
    return sequences;
  }
  void succeed(std::size_t writer) {
    auto done = job_outcome{};
    for (const auto& c : std::get<commit_job>(*jobs[writer]).chunks) done.events += c->count;
    finish(writer, std::move(done));
  }
  void fail(std::size_t writer, errc code = errc::unavailable) {
    auto done = job_outcome{};
    done.failure = error{code, "the shelf is away"};
    finish(writer, std::move(done));
  }
  void finish(std::size_t writer, job_outcome done) {
    machine->on_outcome(writer, std::move(done));
    for (const auto& m : machine->take_outgoing())
      if (const auto* news = std::get_if<link_feedback>(&m.what)) acked.insert(news->acks.begin(), news->acks.end());
  }
  void give(std::uint64_t sequence) {
    const auto first = static_cast<int>(sequence) * 10;
    const auto begin = sequence * 100;
    const auto c = at_positions(make_chunk({numbered("a", first, first + 10)}, sequence), begin, begin + 100);
    machine->on_transfer({links, ++transfers, {{c}}});
  }

private:
  std::uint64_t links = 0;
  std::uint64_t transfers = 0;
};

auto balances(const observation& o) -> bool {
  auto sum = o.events_out + o.events_held;
  for (const auto& [reason, events] : o.dropped) sum += events;
  return o.events_in == sum;
}

struct fixture {
  manual_clock time;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(sinks_with_writers, fixture)

BOOST_AUTO_TEST_CASE(ack_what_each_has_committed_as_it_comes) {
  auto sink = sink_with_writers{time, 3};
  using chunks = std::vector<std::uint64_t>;
  for (const auto number : {1U, 2U, 3U}) {
    sink.give(number);
    BOOST_TEST((sink.commit(number - 1) == chunks{number}));
  }
  sink.give(4);
  BOOST_TEST(!sink.machine->has_job(0));
  sink.succeed(2);
  BOOST_TEST((sink.acked == std::set<chunk_id>{{1, 3}}));
  BOOST_TEST((sink.commit(2) == chunks{4}));
  sink.succeed(0);
  BOOST_TEST((sink.acked == std::set<chunk_id>{{1, 1}, {1, 3}}));
  sink.succeed(2);
  sink.succeed(1);
  BOOST_TEST(sink.acked.size() == 4U);
  BOOST_TEST(balances(sink.seen()));
  BOOST_TEST(sink.seen().events_held == 0U);
}

BOOST_AUTO_TEST_CASE(go_on_while_the_store_of_one_fails_and_try_its_chunks_elsewhere) {
  auto sink = sink_with_writers{time, 2};
  using chunks = std::vector<std::uint64_t>;
  sink.give(1);
  BOOST_TEST((sink.commit(0) == chunks{1}));
  sink.fail(0);
  BOOST_TEST(!sink.machine->has_job(0)); // not before its time
  auto seen = sink.seen();
  BOOST_TEST(seen.state == "running");
  BOOST_TEST((seen.problems
              == std::vector<std::string>{"1 of 2 writers cannot use the store: the shelf is away"}));
  BOOST_TEST((sink.commit(1) == chunks{1}));
  sink.succeed(1);
  BOOST_TEST((sink.acked == std::set<chunk_id>{{1, 1}}));
  for (const auto number : {2U, 3U}) sink.give(number);
  time.advance(1s);
  BOOST_TEST((sink.commit(0) == chunks{2})); // one for a try
  sink.fail(0);
  BOOST_TEST((sink.commit(1) == chunks{2, 3}));
  sink.fail(1);
  BOOST_TEST(sink.seen().state == "retrying");
  time.advance(2s);
  BOOST_TEST((sink.commit(0) == chunks{2, 3}));
  sink.succeed(0);
  seen = sink.seen();
  BOOST_TEST(seen.last_error == "the shelf is away"); // of the other one
  BOOST_TEST(balances(seen));
}

BOOST_AUTO_TEST_CASE(answer_a_question_while_one_of_them_blocks) {
  auto sink = sink_with_writers{time, 2};
  sink.give(1);
  (void)sink.commit(0);
  sink.machine->on_question({77, "n/collector/c"}, a_sender);
  BOOST_TEST(std::holds_alternative<positions_job>(sink.machine->take_job(1).value()));
  sink.succeed(0);
  BOOST_TEST(!sink.machine->has_job(0)); // it is being answered
  sink.machine->on_outcome(1, {});
  BOOST_TEST(sink.machine->take_answers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(end_when_all_have_done_what_they_had) {
  auto sink = sink_with_writers{time, 3};
  for (const auto number : {1U, 2U}) {
    sink.give(number);
    (void)sink.commit(number - 1);
  }
  sink.machine->drain();
  sink.machine->on_close({1, "n/collector/c", true}, a_sender);
  sink.succeed(1);
  BOOST_TEST(!sink.machine->is_finished());
  sink.succeed(0);
  for (const auto writer : {0U, 1U}) {
    BOOST_TEST(!sink.machine->is_finished());
    BOOST_TEST(std::holds_alternative<idle_job>(sink.machine->take_job(writer).value()));
    sink.machine->on_outcome(writer, {});
  }
  BOOST_TEST(sink.machine->is_finished());
  BOOST_TEST(!sink.machine->has_job(2)); // it had nothing to do
}

BOOST_AUTO_TEST_CASE(are_told_again_that_nothing_comes_if_their_store_wants_that) {
  auto sink = sink_with_writers{time, 1};
  const auto is_last = [&] { return std::get<idle_job>(sink.machine->take_job(0).value()).is_last; };
  auto wants_more = job_outcome{};
  wants_more.idle_again = 5s;
  sink.give(1);
  (void)sink.commit(0);
  sink.succeed(0);
  time.advance(1s);
  BOOST_TEST(!is_last());
  sink.machine->on_outcome(0, wants_more);
  BOOST_TEST(!sink.machine->has_job(0));
  BOOST_TEST((sink.machine->deadline() == time.monotonic() + 5s));
  time.advance(5s);
  BOOST_TEST(!is_last());
  sink.machine->on_outcome(0, wants_more);
  sink.machine->drain();
  sink.machine->on_close({1, "n/collector/c", true}, a_sender);
  BOOST_TEST(is_last());
  sink.machine->on_outcome(0, wants_more); // it is the end all the same
  BOOST_TEST(sink.machine->is_finished());
}

BOOST_AUTO_TEST_CASE(have_all_again_after_a_restart_that_was_under_way) {
  auto sink = sink_with_writers{time, 2};
  for (const auto number : {1U, 2U}) {
    sink.give(number);
    (void)sink.commit(number - 1);
  }
  sink.begin(); // an exception in a store
  sink.give(1); // its sender gives it again, over a new link
  for (const auto writer : {0U, 1U}) sink.machine->on_outcome(writer, sink.opened(writer));
  BOOST_TEST((sink.commit(0) == std::vector<std::uint64_t>{1, 2}));
  sink.succeed(0);
  BOOST_TEST((sink.acked == std::set<chunk_id>{{1, 1}})); // who gave the other one is gone
  BOOST_TEST(sink.seen().events_out == 20U);
  BOOST_TEST(sink.seen().events_held == 0U);
}

BOOST_AUTO_TEST_CASE(wait_for_a_batch_as_long_as_they_may) {
  auto sink = sink_with_writers{time, 1, 500ms};
  using chunks = std::vector<std::uint64_t>;
  sink.give(1);
  BOOST_TEST(!sink.machine->has_job(0));
  BOOST_TEST((sink.machine->deadline() == time.monotonic() + 500ms));
  time.advance(400ms);
  sink.give(2);
  BOOST_TEST(!sink.machine->has_job(0));
  time.advance(100ms);
  BOOST_TEST((sink.commit(0) == chunks{1, 2}));
  sink.fail(0);
  time.advance(1s);
  BOOST_TEST((sink.commit(0) == chunks{1, 2})); // not once more
  sink.succeed(0);
  sink.give(3);
  BOOST_TEST(!sink.machine->has_job(0));
  sink.machine->drain();
  BOOST_TEST((sink.commit(0) == chunks{3})); // nothing more comes
}

/// A writer that has failed and has nothing to try again must not hide when a batch is due.
BOOST_AUTO_TEST_CASE(wake_for_a_batch_though_the_retry_of_one_was_due_long_ago) {
  auto sink = sink_with_writers{time, 2, 100ms};
  sink.give(1);
  time.advance(100ms);
  BOOST_TEST((sink.commit(0) == std::vector<std::uint64_t>{1}));
  sink.fail(0);
  BOOST_TEST((sink.commit(1) == std::vector<std::uint64_t>{1}));
  sink.succeed(1);
  time.advance(5s);
  for (std::size_t i = 0; i < 2; ++i)
    if (sink.machine->take_job(i)) sink.machine->on_outcome(i, {}); // that nothing comes
  time.advance(5s);
  sink.give(2);
  BOOST_REQUIRE(sink.machine->deadline().has_value());
  BOOST_TEST((*sink.machine->deadline() == time.monotonic() + 100ms));
}

BOOST_AUTO_TEST_CASE(wait_neither_with_a_full_batch_nor_with_what_came_back) {
  auto sink = sink_with_writers{time, 1, 500ms};
  using chunks = std::vector<std::uint64_t>;
  for (const auto number : {1U, 2U, 3U}) {
    BOOST_TEST(!sink.machine->has_job(0));
    sink.give(number);
  }
  BOOST_TEST((sink.commit(0) == chunks{1, 2, 3}));
  sink.fail(0, errc::rejected);
  BOOST_TEST((sink.commit(0) == chunks{1}));
  sink.succeed(0);
  BOOST_TEST((sink.commit(0) == chunks{2})); // which of them it is has to be found
}

BOOST_AUTO_TEST_SUITE_END()
