#include "actors/system/resume_inquiry.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

const auto start = monotonic_time{} + 100s;
const auto later = start + 10s;

auto inquiry_of(std::vector<downstream_component> components) -> resume_inquiry {
  return {"edge/collector/log", std::move(components), later};
}

} // namespace

BOOST_AUTO_TEST_SUITE(resume_inquiries)

BOOST_AUTO_TEST_CASE(wait_for_every_instance_of_every_component) {
  auto ask = inquiry_of({{"core", 2, true}, {"store", 1, true}});
  BOOST_TEST(!ask.is_complete(later));
  ask.on_peers("core", {"n/a/core/0"}, {});
  ask.on_peers("store", {"n/s/store"}, {});
  ask.on_answer("n/a/core/0", {});
  ask.on_answer("n/s/store", {});
  BOOST_TEST(!ask.is_complete(start)); // the second instance has not been seen yet
  ask.on_peers("core", {"n/a/core/0", "n/a/core/1"}, {});
  BOOST_TEST(!ask.is_complete(start));
  BOOST_TEST((ask.missing() == std::vector<std::string>{"n/a/core/1"}));
  ask.on_answer("n/a/core/1", {});
  BOOST_TEST(ask.is_complete(start));
}

BOOST_AUTO_TEST_CASE(know_the_latest_messages_of_every_receiver) {
  auto ask = inquiry_of({{"core", 2, true}});
  ask.on_peers("core", {"n/a/core/0", "n/a/core/1"}, {});
  auto all = std::vector<position_range>{};
  for (const auto* receiver : {"n/a/core/0", "n/a/core/1"}) {
    auto some = std::vector<position_range>{};
    for (std::size_t i = 0; i < window_streams_max; ++i)
      some.push_back({"~f1:" + std::string{receiver} + std::to_string(i), 0, 1});
    ask.on_answer(receiver, some);
    all.insert(all.end(), some.begin(), some.end());
  }
  BOOST_TEST(ask.result().covered.size() == all.size());
  BOOST_TEST(ask.known().front().size() == all.size());
}

BOOST_AUTO_TEST_CASE(give_up_on_those_who_are_away_when_others_have_answered) {
  auto ask = inquiry_of({{"core", 1, false}});
  ask.on_peers("core", {}, {"core-1", "core-2"});
  BOOST_TEST(!ask.is_complete(later)); // nobody to send to
  ask.on_peers("core", {"core-1/d/core"}, {"core-2"});
  ask.on_answer("core-1/d/core", {});
  BOOST_TEST(!ask.is_complete(start));
  BOOST_TEST((ask.missing() == std::vector<std::string>{"node core-2"}));
  BOOST_TEST(ask.is_complete(later));
}

BOOST_AUTO_TEST_CASE(remember_who_was_there_and_went_without_an_answer) {
  auto ask = inquiry_of({{"core", 1, false}});
  ask.on_peers("core", {"core-1/d/core", "core-2/d/core"}, {});
  ask.on_answer("core-1/d/core", {});
  ask.on_peers("core", {"core-1/d/core"}, {});
  BOOST_TEST(!ask.is_complete(start));
  BOOST_TEST(ask.is_complete(later));
}

BOOST_AUTO_TEST_CASE(put_together_what_the_actors_of_one_component_have) {
  auto ask = inquiry_of({{"core", 1, false}});
  ask.on_peers("core", {"core-1/d/core", "core-2/d/core"}, {});
  ask.on_answer("core-1/d/core", {{"a", 0, 100}, {"a", 200, 300}});
  ask.on_answer("core-2/d/core", {{"a", 100, 150}, {"b", 0, 7}});
  const auto found = ask.result();
  BOOST_TEST((found.covered == std::vector<position_range>{{"a", 0, 150}, {"a", 200, 300}, {"b", 0, 7}}));
  BOOST_TEST(found.partly.empty());
}

BOOST_AUTO_TEST_CASE(tell_what_only_some_components_have) {
  auto ask = inquiry_of({{"archive", 1, true}, {"store", 1, true}});
  ask.on_peers("archive", {"n/s/archive"}, {});
  ask.on_peers("store", {"n/s/store"}, {});
  ask.on_answer("n/s/archive", {{"a", 0, 100}, {"b", 0, 50}});
  ask.on_answer("n/s/store", {{"a", 0, 60}, {"a", 80, 120}});
  const auto found = ask.result();
  BOOST_TEST((found.covered == std::vector<position_range>{{"a", 0, 60}, {"a", 80, 100}}));
  BOOST_TEST((found.partly == std::vector<position_range>{{"a", 0, 100}, {"b", 0, 50}, {"a", 80, 120}}));
}

BOOST_AUTO_TEST_SUITE_END()
