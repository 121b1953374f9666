#include "actors/system/resume_inquiry.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

const auto collector = std::string{"edge/collector/log"};
using ranges = std::vector<position_range>;

/// An answer without a question, as inquiries are not told of other ones.
auto answer(const std::string& receiver, ranges positions, ranges settled = {}, ranges elsewhere = {})
    -> known_positions {
  return {0, receiver, std::move(positions), std::move(settled), std::move(elsewhere)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(resume_inquiries)

BOOST_AUTO_TEST_CASE(are_complete_when_every_instance_of_every_component_has_answered) {
  auto ask = resume_inquiry{collector, {{"core", 2, true}, {"store", 1, true}}};
  BOOST_TEST(!ask.is_complete());
  ask.on_peers("core", {"n/a/core/0"}, {});
  ask.on_peers("store", {"n/s/store"}, {});
  ask.on_answer(answer("n/a/core/0", {}));
  ask.on_answer(answer("n/s/store", {}));
  BOOST_TEST(!ask.is_complete()); // the second instance has not been seen yet
  ask.on_peers("core", {"n/a/core/0", "n/a/core/1"}, {});
  BOOST_TEST(!ask.is_complete());
  BOOST_TEST(ask.missing_text() == "n/a/core/1");
  BOOST_TEST(ask.is_awaited("n/a/core/1"));
  BOOST_TEST(!ask.is_awaited("n/a/core/0"));
  ask.on_answer(answer("n/a/core/1", {}));
  BOOST_TEST(ask.is_complete());
}

/// Each of these is read from where the one that lacks most is; the others' actors do not know what one of them has.
BOOST_AUTO_TEST_CASE(say_what_a_component_is_not_to_get_again_where_it_has_to_be_sure) {
  auto first = downstream_component{"first", 1, false};
  auto second = downstream_component{"second", 1, false};
  first.wait_for = std::chrono::minutes{10};
  auto ask = resume_inquiry{collector, {first, second}};
  ask.on_peers("first", {"a/s/first", "b/s/first"}, {});
  ask.on_peers("second", {"a/s/second"}, {});
  ask.on_answer(answer("a/s/first", {{"f", 0, 50}}));
  ask.on_answer(answer("b/s/first", {{"f", 50, 60}}));
  ask.on_answer(answer("a/s/second", {{"f", 0, 20}}));
  BOOST_CHECK((ask.result().covered == ranges{{"f", 0, 20}}));
  BOOST_CHECK((ask.not_again_to("first") == ranges{{"f", 0, 60}}));
  BOOST_TEST(ask.not_again_to("second").empty()); // its store knows all
}

/// Stores that know only what each has itself: what one of them has in hand may be committed there a moment later.
BOOST_AUTO_TEST_CASE(take_no_word_as_final_that_has_something_in_hand_where_it_has_to_be_sure) {
  auto stores = downstream_component{"store", 1, false};
  stores.wait_for = std::chrono::minutes{10};
  stores.has_to_be_sure = true;
  auto ask = resume_inquiry{collector, {stores}};
  BOOST_CHECK((ask.patience(resume_patience) == std::chrono::minutes{10}));
  ask.on_peers("store", {"a/s/store", "b/s/store"}, {"c"});
  ask.on_answer(answer("a/s/store", {{"f", 0, 50}}, {}, {{"f", 40, 50}}));
  ask.on_answer(answer("b/s/store", {{"f", 50, 60}}, {}, {{"f", 60, 70}}));
  BOOST_TEST(ask.missing_text() == "b/s/store, node c");
  BOOST_TEST(ask.is_awaited("b/s/store"));
  ask.on_answer(answer("b/s/store", {{"f", 50, 70}}));
  BOOST_TEST(!ask.is_complete());
  ask.on_peers("store", {"a/s/store", "b/s/store", "c/s/store"}, {});
  ask.on_answer(answer("c/s/store", {}));
  BOOST_TEST(ask.is_complete());
  BOOST_CHECK((ask.result().covered == ranges{{"f", 0, 70}}));
}

/// A new sink has nothing, and wants what the source still has; what it was told that every sink has counts from then on.
BOOST_AUTO_TEST_CASE(give_who_wants_all_what_it_misses_though_others_say_that_every_sink_has_it) {
  auto ask = resume_inquiry{collector, {{"old", 1, true}, {"fresh", 1, true, true, true}}};
  ask.on_peers("old", {"n/s/old"}, {});
  ask.on_peers("fresh", {"n/s/fresh"}, {});
  ask.on_answer(answer("n/s/old", {{"f", 0, 100}}, {{"f", 0, 90}}));
  BOOST_TEST(!ask.is_enough_answered()); // its silence would cost it what came before
  ask.on_answer(answer("n/s/fresh", {{"f", 40, 50}}, {{"f", 60, 70}}));
  BOOST_TEST(ask.is_enough_answered());
  BOOST_CHECK((ask.result().covered == ranges{{"f", 40, 50}, {"f", 60, 70}}));
  BOOST_CHECK((ask.settled() == ranges{{"f", 40, 50}, {"f", 60, 70}}));
}

BOOST_AUTO_TEST_CASE(remember_who_was_there_and_went_without_an_answer) {
  auto ask = resume_inquiry{collector, {{"core", 1, false}}};
  ask.on_peers("core", {"core-1/d/core", "core-2/d/core"}, {"core-3"});
  ask.on_answer(answer("core-1/d/core", {}));
  ask.on_peers("core", {"core-1/d/core"}, {});
  BOOST_TEST(ask.is_enough_answered());
  BOOST_TEST(!ask.is_complete());
  BOOST_TEST(ask.missing_text() == "core-2/d/core");
}

BOOST_AUTO_TEST_CASE(put_together_what_the_actors_of_one_component_have) {
  auto ask = resume_inquiry{collector, {{"core", 1, false}}};
  ask.on_peers("core", {"core-1/d/core", "core-2/d/core"}, {});
  ask.on_answer(answer("core-1/d/core", {{"a", 0, 100}, {"a", 200, 300}}));
  ask.on_answer(answer("core-2/d/core", {{"a", 100, 150}, {"b", 0, 7}}));
  const auto found = ask.result();
  BOOST_TEST((found.covered == ranges{{"a", 0, 150}, {"a", 200, 300}, {"b", 0, 7}}));
  BOOST_TEST(found.elsewhere.empty());
}

/// What one node alone has may have been on its way to the other when its sender died: its disk would be the only one.
BOOST_AUTO_TEST_CASE(count_where_copies_are_wanted_what_so_many_nodes_have) {
  auto core = downstream_component{"core"};
  core.copies = 2;
  auto ask = resume_inquiry{collector, {core}};
  ask.on_peers("core", {"core-1/d/core/0", "core-1/d/core/1", "core-2/d/core", "core-3/d/core"}, {});
  ask.on_answer(answer("core-1/d/core/0", {{"a", 0, 50}, {"b", 0, 0}}));
  ask.on_answer(answer("core-1/d/core/1", {{"a", 50, 100}}));
  ask.on_answer(answer("core-2/d/core", {{"a", 30, 60}, {"b", 0, 0}}));
  ask.on_answer(answer("core-3/d/core", {{"a", 90, 200}}));
  const auto found = ask.result();
  BOOST_TEST((found.covered == ranges{{"a", 30, 60}, {"a", 90, 100}, {"b", 0, 0}}));
  BOOST_TEST((found.elsewhere == ranges{{"a", 0, 200}}));
}

BOOST_AUTO_TEST_CASE(go_on_behind_what_every_component_has_and_tell_what_others_have) {
  auto ask = resume_inquiry{collector, {{"archive", 1, true}, {"store", 1, true}}};
  ask.on_peers("archive", {"n/s/archive"}, {});
  ask.on_peers("store", {"n/s/store"}, {});
  ask.on_answer(answer("n/s/archive", {{"a", 0, 100}, {"b", 0, 50}}));
  ask.on_answer(answer("n/s/store", {{"a", 0, 60}, {"a", 80, 120}}));
  const auto found = ask.result();
  BOOST_TEST((found.covered == ranges{{"a", 0, 60}, {"a", 80, 100}}));
  BOOST_TEST((found.elsewhere == ranges{{"a", 0, 100}, {"b", 0, 50}, {"a", 80, 120}}));
}

/// Silence never counts as "has it"; but any one answer bounds what is read again.
BOOST_AUTO_TEST_CASE(go_on_behind_what_every_sink_has_though_somebody_is_away) {
  auto ask = resume_inquiry{collector, {{"archive", 1, true}, {"store", 1, true}}};
  ask.on_peers("archive", {"n/s/archive"}, {});
  ask.on_answer(answer("n/s/archive", {{"a", 0, 100}}, {{"a", 0, 70}, {"b", 0, 5}}));
  BOOST_TEST(!ask.is_complete());
  BOOST_TEST((ask.result().covered == ranges{{"a", 0, 70}, {"b", 0, 5}}));
  BOOST_TEST((ask.settled() == ranges{{"a", 0, 70}, {"b", 0, 5}}));
}

/// A sink that is new, or was away for long, gets what comes from then on.
BOOST_AUTO_TEST_CASE(begin_for_who_has_nothing_where_all_others_are) {
  auto ask = resume_inquiry{collector, {{"archive", 1, true}, {"fresh", 1, true}}};
  ask.on_peers("archive", {"n/s/archive"}, {});
  ask.on_peers("fresh", {"n/s/fresh"}, {});
  ask.on_answer(answer("n/s/archive", {{"a", 0, 100}}, {{"a", 0, 95}}));
  ask.on_answer(answer("n/s/fresh", {}));
  BOOST_TEST(ask.is_complete());
  BOOST_TEST((ask.result().covered == ranges{{"a", 0, 95}}));
}

/// It may lack what others have, and is the reason to read it again.
BOOST_AUTO_TEST_CASE(do_not_wait_for_who_never_knows_and_take_it_for_one_that_has_nothing) {
  auto ask = resume_inquiry{collector, {{"archive", 1, true}, {"screen", 1, true, false}}};
  ask.on_peers("archive", {"n/s/archive"}, {});
  ask.on_peers("screen", {"n/s/screen"}, {});
  BOOST_TEST(!ask.is_awaited("n/s/screen"));
  ask.on_answer(answer("n/s/archive", {{"a", 0, 100}}, {{"a", 0, 90}}));
  BOOST_TEST(ask.is_complete());
  BOOST_TEST((ask.result().covered == ranges{{"a", 0, 90}}));
}

BOOST_AUTO_TEST_CASE(who_is_not_there_is_named_with_the_class_that_would_have_to_come) {
  const auto all = std::vector<downstream_component>{{"core", 1, false, true, false, "class core or spare"}, {"sink", 1, true}};
  BOOST_TEST(absence_text(all, "core") == "waits for a node of class core or spare: nobody there hosts core");
  BOOST_TEST(absence_text(all, "sink") == "no sink is there to send to");
  BOOST_TEST(absence_text(all, "gone") == "no gone is there to send to");
}

BOOST_AUTO_TEST_SUITE_END()
