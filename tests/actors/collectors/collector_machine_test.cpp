#include "actors/collectors/collector_machine.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>

using namespace weir;
using namespace std::chrono_literals;

namespace {

using ranges = std::vector<position_range>;

/// What a source was told and has to give, for the test to look at.
struct spring {
  std::deque<std::string> lines;
  std::optional<resume_info> opened;
  ranges acknowledged;
  ranges standing;
  std::uint64_t at = 0;
  bool is_listening = false;
};

class spring_source final : public source {
public:
  explicit spring_source(spring& from) : from_(from) {}
  auto listen() -> result<void> override {
    from_.is_listening = true;
    return {};
  }
  auto open(const resume_info& resume) -> result<void> override {
    from_.opened = resume;
    return {};
  }
  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    if (budget == 0 || from_.lines.empty()) return read_status::idle;
    out.born_at(from_.at);
    out.line("t", 0, from_.lines.front());
    from_.lines.pop_front();
    out.covered("s", from_.at, from_.at + 1);
    ++from_.at;
    return from_.lines.empty() ? read_status::idle : read_status::more;
  }
  auto standing() const -> ranges override { return from_.standing; }
  void acknowledge(std::span<const position_range> safe) override {
    from_.acknowledged.insert(from_.acknowledged.end(), safe.begin(), safe.end());
  }

private:
  spring& from_;
};

/// Wants nothing to be read for a second after each event.
class resting_operator final : public event_operator {
public:
  explicit resting_operator(const weir::clock& time) : time_(time) {}
  void apply(const event_view& in, event_output& out) override {
    out.rest_until(time_.monotonic() + 1s);
    out.put(in);
  }

private:
  const weir::clock& time_;
};

/// A collector before two components, each with one receiver.
struct machine_fixture {
  manual_clock time;
  spring water;
  std::shared_ptr<collector_core> core = std::make_shared<collector_core>(
      7, "n/collector/log", std::vector<outlet_settings>{outlet_settings{}, outlet_settings{}});
  std::uint64_t last_id = 100;
  std::optional<collector_machine> machine;
  std::vector<collector_machine::question> asked;
  std::vector<outgoing> sent;
  std::vector<operator_plugin::factory> operators;

  void prepare(bool listens) {
    auto settings = collector_machine_settings{};
    settings.address = settings.source = "n/collector/log";
    settings.context.clock = &time;
    settings.make_source = [this](const plugin_context&) { return std::make_unique<spring_source>(water); };
    settings.downstream = {{"archive"}, {"table"}};
    settings.resumes = true;
    settings.listens = listens;
    settings.intake.operators = operators;
    settings.random = [this] { return ++last_id; };
    machine.emplace(std::move(settings), core);
    machine->on_peers("archive", {{1, "n/sink/archive"}}, {}); // the directory may be quicker
  }
  void start(bool listens = false) {
    prepare(listens);
    machine->start();
    machine->on_peers("table", {{2, "n/sink/table"}}, {});
    collect();
  }
  void collect() {
    for (auto& q : machine->take_questions()) asked.push_back(std::move(q));
    for (auto& o : machine->take_outgoing()) sent.push_back(std::move(o));
  }
  void pass(duration by) {
    time.advance(by);
    machine->on_time();
    collect();
  }
  void answer(std::uint64_t who, ranges positions, ranges settled = {}) {
    const auto* name = who == 1 ? "n/sink/archive" : "n/sink/table";
    machine->on_answer({asked.front().what.question, name, std::move(positions), std::move(settled)});
    collect();
  }
  /// Grants each receiver's link credit.
  void grant() {
    for (const auto& o : std::vector{sent})
      if (const auto* open = std::get_if<open_link>(&o.what)) machine->on_feedback({open->link, 1, 1 << 20, false, {}, {}});
    collect();
  }
  /// Each receiver has what it was sent.
  void ack_all() {
    for (const auto& o : std::vector{sent})
      if (const auto* t = std::get_if<transfer_chunks>(&o.what))
        for (const auto& c : t->chunks) machine->on_feedback({t->link, 2, 0, false, {c.content->id}, {}});
    collect();
  }
  auto notices_to(std::uint64_t who) const -> std::size_t {
    auto count = std::size_t{0};
    for (const auto& o : sent)
      if (const auto* t = std::get_if<transfer_chunks>(&o.what); t != nullptr && o.to == who)
        count += static_cast<std::size_t>(
            std::count_if(t->chunks.begin(), t->chunks.end(), [](const auto& c) { return c.content->is_notice; }));
    return count;
  }
  auto chunks_to(std::uint64_t who) const -> std::size_t {
    auto count = std::size_t{0};
    for (const auto& o : sent)
      if (const auto* t = std::get_if<transfer_chunks>(&o.what); t != nullptr && o.to == who) count += t->chunks.size();
    return count;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(collector_machines, machine_fixture)

BOOST_AUTO_TEST_CASE(ask_everybody_and_go_on_behind_what_all_have) {
  start();
  for (const auto who : {1U, 2U})
    BOOST_TEST(std::any_of(asked.begin(), asked.end(), [&](const auto& q) { return q.to == who; }));
  BOOST_TEST(machine->is_waiting());
  answer(1, {{"s", 0, 10}});
  BOOST_TEST(!water.opened);
  answer(2, {{"s", 0, 7}});
  BOOST_REQUIRE(water.opened);
  BOOST_TEST((water.opened->covered == ranges{{"s", 0, 7}}));
  BOOST_TEST((water.opened->elsewhere == ranges{{"s", 0, 10}}));
}

BOOST_AUTO_TEST_CASE(ask_again_when_something_settled_is_wanted_again_and_only_then) {
  start();
  answer(1, {{"s", 0, 10}});
  answer(2, {{"s", 0, 10}});
  asked.clear();
  start(); // another one, with what the first had
  BOOST_TEST(asked.empty());
  BOOST_TEST((water.opened->covered == ranges{{"s", 0, 10}}));
  core->ask_again();
  start();
  BOOST_TEST(machine->is_waiting());
  answer(1, {{"s", 0, 10}});
  answer(2, {{"s", 2, 5}});
  BOOST_TEST(!machine->is_waiting());
  BOOST_TEST((water.opened->covered == ranges{{"s", 2, 5}}));
}

BOOST_AUTO_TEST_CASE(open_their_doors_and_read_nothing_before_they_begin) {
  prepare(true);
  machine->listen();
  BOOST_TEST(water.is_listening);
  machine->on_time();
  BOOST_TEST(!water.opened);
  BOOST_TEST(!machine->is_open());
  BOOST_TEST((machine->deadline() > time.monotonic()));
  machine->start();
  BOOST_TEST(water.opened.has_value());
  BOOST_TEST(machine->is_open());
}

BOOST_AUTO_TEST_CASE(wait_a_second_for_who_is_silent_and_take_it_for_one_that_has_nothing) {
  start();
  answer(1, {{"s", 0, 10}}, {{"s", 0, 4}});
  pass(900ms);
  BOOST_TEST(machine->is_waiting());
  pass(100ms);
  BOOST_REQUIRE(water.opened);
  BOOST_TEST((water.opened->covered == ranges{{"s", 0, 4}}));
  water.lines = {"one", "two"};
  grant();
  machine->on_wake();
  for (auto i = 0; i < 10; ++i) pass(5ms);
  BOOST_TEST(chunks_to(1) > 0U);
  BOOST_TEST(chunks_to(2) == chunks_to(1)); // all goes to all: stores know again what they have
}

BOOST_AUTO_TEST_CASE(read_nothing_while_an_operator_wants_a_rest_and_pass_on_what_they_have) {
  operators = {[this](const plugin_context&) { return std::make_unique<resting_operator>(time); }};
  start();
  answer(1, {});
  answer(2, {});
  water.lines = {"one", "two"};
  grant();
  machine->on_wake();
  for (auto i = 0; i < 9; ++i) pass(100ms);
  BOOST_TEST(water.lines.size() == 1U);
  BOOST_TEST(chunks_to(1) == 1U);
  for (auto i = 0; i < 2; ++i) pass(100ms);
  BOOST_TEST(water.lines.empty());
}

BOOST_AUTO_TEST_CASE(tell_everybody_and_whoever_is_new_what_all_have_to_know) {
  water.standing = {{"file", 0, 0}};
  start();
  answer(1, {});
  answer(2, {});
  pass(5ms);
  BOOST_TEST(notices_to(1) == 1U); // without any credit
  BOOST_TEST(notices_to(2) == 1U);
  sent.clear();
  machine->on_peers("archive", {{1, "n/sink/archive"}, {3, "m/sink/archive"}}, {});
  collect();
  BOOST_TEST(notices_to(3) == 1U);
  sent.clear();
  machine->on_peers("archive", {{1, "n/sink/archive"}, {3, "m/sink/archive"}}, {});
  pass(5ms);
  for (const auto who : {1U, 2U, 3U}) BOOST_TEST(notices_to(who) == 0U);
}

BOOST_AUTO_TEST_CASE(ask_again_and_wait_while_nobody_answers) {
  start();
  for (auto i = 0; i < 100; ++i) pass(1s);
  BOOST_TEST(machine->is_waiting());
  BOOST_TEST(asked.size() > 100U);
  answer(2, {});
  BOOST_TEST(water.opened.has_value());
}

BOOST_AUTO_TEST_CASE(hear_no_answer_to_another_question) {
  start();
  machine->on_answer({12345, "n/sink/archive", {{"s", 0, 10}}});
  machine->on_answer({12345, "n/sink/table", {{"s", 0, 10}}});
  BOOST_TEST(machine->is_waiting());
}

/// Their clients send again what they have no ack for, and stores know that again.
BOOST_AUTO_TEST_CASE(that_listen_open_at_once) {
  start(true);
  BOOST_TEST(asked.empty());
  BOOST_TEST(water.is_listening);
  BOOST_REQUIRE(water.opened);
  BOOST_TEST(water.opened->covered.empty());
}

BOOST_AUTO_TEST_CASE(end_when_they_are_drained_before_anybody_has_answered) {
  start();
  machine->drain();
  collect();
  for (const auto& o : std::vector{sent})
    if (const auto* close = std::get_if<close_link>(&o.what)) machine->on_close(*close);
  BOOST_TEST(machine->is_finished());
}

BOOST_AUTO_TEST_CASE(that_are_drained_do_not_wait_long_for_receivers_that_hang_once_they_have_all_events) {
  start();
  answer(1, {});
  answer(2, {});
  grant();
  water.lines = {"one"};
  machine->on_wake();
  for (auto i = 0; i < 10; ++i) pass(5ms);
  machine->drain();
  pass(10s);
  BOOST_TEST(!machine->is_finished()); // nobody has the line
  ack_all();
  BOOST_TEST(!machine->is_finished()); // they are told that nothing more comes
  pass(500ms);
  BOOST_TEST(!machine->is_finished());
  pass(600ms);
  BOOST_TEST(machine->is_finished());
}

/// What its earlier instance knew is in the core.
BOOST_AUTO_TEST_CASE(that_are_made_anew_in_a_process_do_not_ask_again) {
  start();
  answer(1, {{"s", 0, 10}});
  answer(2, {{"s", 0, 10}});
  asked.clear();
  water.opened.reset();
  machine.reset();
  start();
  BOOST_TEST(asked.empty());
  BOOST_REQUIRE(water.opened);
  BOOST_TEST((water.opened->covered == ranges{{"s", 0, 10}}));
}

BOOST_AUTO_TEST_SUITE_END()
