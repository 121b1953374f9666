#include "actors/aggregators/copy_keeper.hpp"
#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

const auto holder = std::string{"core-2/core/0"};
constexpr auto holder_handle = std::uint64_t{5};

auto copy(std::uint64_t sequence, std::uint64_t settled_below = 1) -> chunk_ptr {
  auto c = std::make_shared<chunk>(*tagged(sequence));
  c->copy_of = holder;
  c->settled_below = settled_below;
  return c;
}

/// With three copies on its disk, and nothing else.
struct keeping : bench {
  copy_keeper keeper{"core-1/core/0", {"core"}, [n = std::uint64_t{0}]() mutable { return ++n; }};

  keeping() {
    start();
    for (auto& out : sent) out.clear();
    grant(0);
    grant(1);
    for (std::uint64_t n = 1; n <= 3; ++n) receive(copy(n));
    sync();
  }
  void restart() {
    start();
    grant(0);
    grant(1);
  }
  void keep() {
    keeper.work(*core, time.monotonic());
    work();
  }
  /// What is asked of the holder.
  auto asked() -> std::vector<id_range> {
    for (auto& note : keeper.take_outgoing())
      if (const auto* question = std::get_if<ask_settled>(&note.what); question != nullptr && note.to == holder_handle)
        return question->ids;
    return {};
  }
  auto left() const -> std::uint64_t { return core->held().events_held; }
  auto sent_ids() const -> std::vector<chunk_id> { return sent[0]; }
};

using ids = std::vector<chunk_id>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(an_aggregator_that_keeps_copies, keeping)

BOOST_AUTO_TEST_CASE(acks_them_and_hands_none_on) {
  BOOST_TEST((acked() == ids_of(1, 3)));
  BOOST_TEST(sent_ids().empty());
  BOOST_TEST(core->copies().size() == 3U);
  BOOST_TEST(core->events_in == 0U);
  BOOST_TEST(left() == 0U);
  BOOST_TEST(core->is_empty());
  BOOST_TEST(core->knowledge_of("edge/collector/log").positions.size() == 1U); // it has them, if asked
}

BOOST_AUTO_TEST_CASE(lets_them_go_when_a_later_chunk_says_that_they_are_stored) {
  receive(copy(4, 3));
  sync();
  BOOST_TEST(core->copies().size() == 2U);
  BOOST_TEST(sent_ids().empty());
  receive(tagged(5)); // its own
  sync();
  BOOST_TEST((sent_ids() == ids{{7, 5}}));
  ack(0, {{7, 5}});
  ack(1, {{7, 5}});
  BOOST_TEST(core->is_empty());
  BOOST_TEST(core->events_in == 1U);
  BOOST_TEST(core->passed_on().events == 1U);
}

BOOST_AUTO_TEST_CASE(passes_on_what_the_sender_gives_it_once_more_as_its_own) {
  core->pass_on_too({7, 2});
  work();
  BOOST_TEST((sent_ids() == ids{{7, 2}}));
  BOOST_TEST(core->events_in == 1U);
  BOOST_TEST(left() == 1U);
  ack(0, {{7, 2}});
  ack(1, {{7, 2}});
  BOOST_TEST(left() == 0U);
  core->pass_on_too({7, 2}); // known and gone
  core->pass_on_too({7, 9}); // not known
  work();
  BOOST_TEST((sent_ids() == ids{{7, 2}}));
}

BOOST_AUTO_TEST_CASE(passes_on_one_that_is_not_on_the_disk_yet_when_it_comes_again_as_its_own) {
  receive(copy(4));
  core->pass_on_too({7, 4});
  sync();
  BOOST_TEST((sent_ids() == ids{{7, 4}}));
}

BOOST_AUTO_TEST_CASE(takes_over_from_who_is_not_there_and_each_outlet_gets_each_once) {
  keep();
  time.advance(9s);
  keep();
  BOOST_TEST(sent_ids().empty());
  time.advance(2s);
  keep();
  BOOST_TEST((sent_ids() == ids_of(1, 3)));
  BOOST_TEST((sent[1] == ids_of(1, 3)));
  BOOST_TEST(keeper.take_news().size() == 1U);
  keep();
  BOOST_TEST((sent_ids() == ids_of(1, 3)));
  ack(0, ids_of(1, 3));
  ack(1, ids_of(1, 3));
  BOOST_TEST(core->is_empty());
}

BOOST_AUTO_TEST_CASE(asks_who_is_there_and_does_as_it_says) {
  keeper.on_peers({{holder_handle, holder}});
  keep();
  BOOST_TEST(asked().empty()); // most are known as stored before long
  time.advance(3s);
  keep();
  BOOST_TEST((asked() == std::vector<id_range>{{7, 1, 3}}));
  keeper.on_answer(*core, {99, {{7, 1, 3}}, {}}); // to no question
  BOOST_TEST(core->copies().size() == 3U);
  keeper.on_answer(*core, {1, {{7, 1, 1}}, {{7, 3, 3}}});
  work();
  BOOST_TEST((sent_ids() == ids{{7, 3}}));
  BOOST_TEST(core->copies().size() == 1U);
  BOOST_TEST(keeper.take_news().size() == 1U);
  time.advance(2s);
  keep();
  BOOST_TEST((asked() == std::vector<id_range>{{7, 2, 2}}));
}

BOOST_AUTO_TEST_CASE(waits_no_longer_than_an_hour_for_who_does_not_know) {
  keeper.on_peers({{holder_handle, holder}});
  keep();
  time.advance(59min);
  keep();
  BOOST_TEST(sent_ids().empty());
  time.advance(2min);
  keep();
  BOOST_TEST((sent_ids() == ids_of(1, 3)));
}

BOOST_AUTO_TEST_CASE(knows_them_again_after_a_restart) {
  restart();
  BOOST_TEST(sent_ids().empty());
  BOOST_TEST(core->copies().size() == 3U);
  BOOST_TEST(core->events_in == 0U);
  keep();
  time.advance(11s);
  keep();
  BOOST_TEST((sent_ids() == ids_of(1, 3)));
  BOOST_TEST(core->events_in == 3U);
}

BOOST_AUTO_TEST_CASE(lets_go_for_good_what_is_stored) {
  core->note_stored({7, 1, 2});
  BOOST_TEST(static_cast<bool>(core->take_sync(time.monotonic() + 1h)) == false);
  core.reset();
  restart();
  BOOST_TEST(core->copies().size() <= 3U); // cursors may be older than that
  core->note_stored({7, 1, 3});
  BOOST_TEST(core->is_empty());
}

BOOST_AUTO_TEST_CASE(is_not_waited_for_by_whoever_has_a_copy_of_its_copies) {
  core->pass_on_too({7, 2}); // another got a copy of this one
  BOOST_TEST(core->account_of({{7, 2, 2}}).unseen.empty());
  restart();
  BOOST_TEST(core->copies().size() == 3U);
  BOOST_TEST((core->account_of({{7, 2, 2}}).unseen == std::vector<id_range>{{7, 2, 2}}));
}

BOOST_AUTO_TEST_CASE(calls_nothing_passed_on_that_an_outlet_is_still_to_get) {
  core->flow.at(1).drop_peers();
  core->take_over(holder);
  work();
  BOOST_TEST((sent_ids() == ids_of(1, 3)));
  BOOST_TEST(sent[1].empty());
  ack(0, ids_of(1, 3));
  BOOST_TEST(core->account_of({{7, 1, 3}}).settled.empty());
}

BOOST_AUTO_TEST_CASE(is_not_waited_for_when_it_starts_again_with_nothing_left) {
  receive(tagged(4));
  sync();
  core->note_stored({7, 1, 3});
  ack(0, {{7, 4}});
  ack(1, {{7, 4}});
  sync();
  BOOST_TEST(static_cast<bool>(core->take_sync(time.monotonic() + 1h)) == false);
  restart();
  BOOST_TEST((core->account_of({{7, 4, 4}}).unseen == std::vector<id_range>{{7, 4, 4}})); // it was passed on, or lost
}

BOOST_AUTO_TEST_CASE(says_what_is_stored_and_what_never_came) {
  receive(tagged(8));
  sync();
  ack(0, {{7, 8}}, {{7, 8, 8}});
  ack(1, {{7, 8}}, {{7, 8, 8}});
  receive(tagged(9)); // not on the disk yet
  const auto known = core->account_of({{7, 1, 4}, {7, 8, 8}, {7, 9, 12}, {6, 1, 2}});
  BOOST_TEST((known.settled == std::vector<id_range>{{7, 8, 8}}));
  BOOST_TEST((known.unseen == std::vector<id_range>{{6, 1, 2}, {7, 1, 4}})); // 9 is under way: it says nothing of that range
}

BOOST_AUTO_TEST_SUITE_END()
