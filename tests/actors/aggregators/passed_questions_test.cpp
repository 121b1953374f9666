#include "actors/aggregators/passed_questions.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

const auto start = monotonic_time{} + 100s;
const auto collector = std::string{"n/collector/log"};
const auto question = ask_positions{7, collector};

/// In front of a store on this node and of one with two instances.
struct fixture {
  passed_questions all{"n/source_aggregator/local/0", {{"archive", 1, true}, {"table", 2, true}}};

  void meet_all() {
    all.on_peers("archive", {"n/sink/archive"}, {});
    all.on_peers("table", {"n/sink/table/0", "n/sink/table/1"}, {});
  }
  auto passed() -> std::vector<std::string> {
    auto receivers = std::vector<std::string>{};
    for (const auto& p : all.take_passed()) {
      BOOST_TEST(p.note.question == question.question);
      BOOST_TEST(p.note.source == collector);
      receivers.push_back(p.receiver);
    }
    return receivers;
  }
  void hear(const std::string& receiver, std::vector<position_range> positions,
            std::vector<position_range> settled = {}, std::vector<position_range> elsewhere = {}) {
    all.on_answer({question.question, receiver, std::move(positions), std::move(settled), std::move(elsewhere)});
  }
};

using strings = std::vector<std::string>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(passed_questions_of_collectors, fixture)

BOOST_AUTO_TEST_CASE(are_answered_with_what_all_behind_have) {
  meet_all();
  all.ask(question, 3, start);
  BOOST_TEST((passed() == strings{"n/sink/archive", "n/sink/table/0", "n/sink/table/1"}));
  BOOST_TEST(passed().empty());
  hear("n/sink/archive", {{"a", 0, 100}});
  hear("n/sink/table/0", {{"a", 0, 40}});
  BOOST_TEST(all.take_answers(start).empty());
  hear("n/sink/table/1", {{"a", 40, 90}});
  const auto answers = all.take_answers(start);
  BOOST_REQUIRE(answers.size() == 1U);
  BOOST_TEST(answers[0].to == 3U);
  BOOST_TEST(answers[0].what.question == question.question);
  BOOST_TEST(answers[0].what.receiver == "n/source_aggregator/local/0");
  BOOST_CHECK((answers[0].what.positions == std::vector<position_range>{{"a", 0, 90}}));
  BOOST_TEST(all.take_answers(start + 1h).empty());
}

/// A tail goes on under the names that anybody knows.
BOOST_AUTO_TEST_CASE(tell_what_only_some_behind_have) {
  meet_all();
  all.ask(question, 3, start);
  hear("n/sink/archive", {{"a", 0, 100}, {"b", 0, 10}});
  hear("n/sink/table/0", {{"a", 0, 40}}, {}, {{"c", 0, 5}});
  hear("n/sink/table/1", {});
  const auto answers = all.take_answers(start);
  BOOST_REQUIRE(answers.size() == 1U);
  BOOST_CHECK((answers[0].what.positions == std::vector<position_range>{{"a", 0, 40}}));
  BOOST_CHECK((answers[0].what.elsewhere == std::vector<position_range>{{"c", 0, 5}, {"a", 0, 100}, {"b", 0, 10}}));
}

/// A store that does not know again what it has is not asked; and what all sinks have bounds what comes again.
BOOST_AUTO_TEST_CASE(say_that_nothing_is_behind_all_where_some_never_know) {
  auto some = passed_questions{"n/source_aggregator/local/0", {{"archive", 1, true}, {"screen", 1, true, false}}};
  some.on_peers("archive", {"n/sink/archive"}, {});
  some.on_peers("screen", {"n/sink/screen"}, {});
  some.ask(question, 3, start);
  BOOST_TEST(some.take_passed().size() == 1U);
  some.on_answer({question.question, "n/sink/archive", {{"a", 0, 100}}, {{"a", 0, 30}}});
  const auto answers = some.take_answers(start);
  BOOST_REQUIRE(answers.size() == 1U);
  BOOST_CHECK((answers[0].what.positions == std::vector<position_range>{{"a", 0, 30}}));
  BOOST_CHECK((answers[0].what.settled == std::vector<position_range>{{"a", 0, 30}}));
  BOOST_CHECK((answers[0].what.elsewhere == std::vector<position_range>{{"a", 0, 100}}));
}

BOOST_AUTO_TEST_CASE(reach_those_who_come_later) {
  all.ask(question, 3, start);
  BOOST_TEST(passed().empty());
  all.on_peers("archive", {"n/sink/archive"}, {});
  BOOST_TEST((passed() == strings{"n/sink/archive"}));
  hear("n/sink/archive", {});
  meet_all();
  BOOST_TEST((passed() == strings{"n/sink/table/0", "n/sink/table/1"}));
}

BOOST_AUTO_TEST_CASE(go_again_to_who_is_silent_when_they_come_again) {
  meet_all();
  all.ask(question, 3, start);
  BOOST_TEST(passed().size() == 3U);
  hear("n/sink/table/0", {});
  all.ask(question, 3, start + 500ms);
  BOOST_TEST((passed() == strings{"n/sink/archive", "n/sink/table/1"}));
  hear("n/sink/archive", {});
  hear("n/sink/table/1", {});
  BOOST_TEST(all.take_answers(start + 500ms).size() == 1U);
}

/// To say that it has all would lose what it lacks.
BOOST_AUTO_TEST_CASE(take_silence_for_having_nothing) {
  meet_all();
  all.ask(question, 3, start);
  hear("n/sink/archive", {{"a", 0, 100}});
  BOOST_TEST((all.deadline(start) == start + 1s));
  BOOST_TEST(all.take_answers(start + 900ms).empty());
  const auto answers = all.take_answers(start + 1s);
  BOOST_REQUIRE(answers.size() == 1U);
  BOOST_TEST(answers[0].what.positions.empty());
}

BOOST_AUTO_TEST_CASE(wait_while_nobody_answers) {
  meet_all();
  all.ask(question, 3, start);
  BOOST_TEST((all.deadline(start + 1s) == start + 10s));
  BOOST_TEST(all.take_complaints(start + 9s).empty());
  const auto told = strings{"waits for n/sink/archive, n/sink/table/0, n/sink/table/1 to say what they have of " + collector};
  BOOST_TEST((all.take_complaints(start + 10s) == told));
  BOOST_TEST(all.take_complaints(start + 11s).empty());
  BOOST_TEST(all.take_complaints(start + 70s).size() == 1U);
  BOOST_TEST(all.take_answers(start + 1h).empty());
  BOOST_TEST(!all.deadline(start + 1h).has_value());
  hear("n/sink/archive", {});
  BOOST_TEST(all.take_answers(start + 1h).size() == 1U);
}

BOOST_AUTO_TEST_CASE(give_way_to_the_next_start_of_their_collector) {
  meet_all();
  all.ask(question, 3, start);
  all.forget(3); // its actor has ended
  all.ask({8, collector}, 5, start + 5s);
  all.ask({9, "n/collector/other"}, 6, start + 5s);
  hear("n/sink/archive", {}); // of the first one
  BOOST_TEST(all.take_answers(start + 1h).empty());
  all.on_answer({8, "n/sink/archive", {}});
  const auto answers = all.take_answers(start + 1h);
  BOOST_REQUIRE(answers.size() == 1U);
  BOOST_TEST(answers[0].to == 5U);
}

BOOST_AUTO_TEST_SUITE_END()
