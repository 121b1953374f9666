// Goal: what an aggregator held at its start and may have sent before goes to who has it, and to others only when all who may
// have it have said that they do not, or their time is over; what is new goes at once.
#include "actors/aggregators/doubt_feed.hpp"
#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// One outlet towards two stores, which waits.
struct doubting : bench {
  static constexpr auto first_store = peer_id{1};
  static constexpr auto second_store = peer_id{2};
  const std::vector<sender_links::receiver> both{{1, "store-1/sink/a"}, {2, "store-2/sink/a"}};
  std::vector<std::pair<peer_id, std::uint64_t>> went; ///< to whom, and which sequence
  std::uint64_t last_question = 0;

  doubting() {
    settings.readers = {"a"};
    open();
  }
  void open() {
    core.reset();
    auto log = chunk_log::open(faults, settings, time);
    BOOST_TEST_REQUIRE(static_cast<bool>(log));
    auto outlet = outlet_settings{};
    outlet.component = "a";
    outlet.unsure_for = 10min;
    core = std::make_unique<aggregator_core>(inlet_settings{}, std::vector{outlet}, std::move(*log));
    core->in.open(from_edge);
    went.clear();
  }
  void link(const std::vector<sender_links::receiver>& there) {
    for (const auto& r : doubt_feed{*core, 0}.noted(there)) {
      core->flow.at(0).peer_up(r.handle, r.address);
      core->flow.at(0).grant(r.handle, 64 * kib * kib);
    }
    work();
  }
  void work() {
    core->work(time.monotonic());
    for (auto& t : core->flow.at(0).poll(time.monotonic()))
      for (const auto& c : t.chunks) went.emplace_back(t.peer, c->id.sequence);
  }
  void receive(std::uint64_t first, std::uint64_t last) {
    for (; first <= last; ++first) {
      const auto c = tagged(first);
      if (core->in.receive(from_edge, *c) == arrival::fresh) core->take(c, time.monotonic());
    }
    work();
    while (auto job = core->take_sync(time.monotonic())) {
      core->finish_sync(*job, job->run(), time.monotonic());
      work();
    }
  }
  /// Questions to those who are there, by handle.
  auto ask(const std::vector<sender_links::receiver>& there) -> std::map<std::uint64_t, ask_had> {
    auto out = std::vector<outgoing>{};
    if (auto& doubts = core->doubts(0)) doubts->ask(there, [this] { return ++last_question; }, time.monotonic(), out);
    auto asked = std::map<std::uint64_t, ask_had>{};
    for (const auto& o : out) asked[o.to] = std::get<ask_had>(o.what);
    return asked;
  }
  void answer(const ask_had& to, std::vector<id_range> had) {
    core->doubts(0)->on_answer({to.question, std::move(had)});
    work();
  }
  auto sequences_to(peer_id peer) const -> std::vector<std::uint64_t> {
    auto all = std::vector<std::uint64_t>{};
    for (const auto& [to, sequence] : went)
      if (to == peer) all.push_back(sequence);
    std::sort(all.begin(), all.end());
    return all;
  }
  auto all_sent() const -> std::vector<std::uint64_t> {
    auto all = sequences_to(first_store);
    for (const auto s : sequences_to(second_store)) all.push_back(s);
    std::sort(all.begin(), all.end());
    return all;
  }
};

using numbers = std::vector<std::uint64_t>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(an_aggregator_that_does_not_know_what_became_of_its_chunks, doubting)

BOOST_AUTO_TEST_CASE(asks_nobody_if_it_had_sent_nothing) {
  receive(1, 3);
  open();
  link(both);
  BOOST_TEST(!core->doubts(0));
  BOOST_TEST((all_sent() == numbers{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(gives_to_each_what_it_has_and_the_rest_to_anybody) {
  link(both);
  receive(1, 4);
  open();
  link(both);
  BOOST_TEST(went.empty());
  const auto asked = ask(both);
  BOOST_TEST_REQUIRE(asked.size() == 2U);
  BOOST_TEST((asked.at(1).ids == std::vector<id_range>{{7, 1, 4}}));
  answer(asked.at(1), {{7, 2, 2}});
  BOOST_TEST(went.empty()); // the other one may have the rest
  answer(asked.at(2), {{7, 4, 9}});
  work();
  BOOST_TEST((all_sent() == numbers{1, 2, 3, 4}));
  const auto at_first = sequences_to(first_store);
  const auto at_second = sequences_to(second_store);
  BOOST_TEST((std::count(at_first.begin(), at_first.end(), 2) == 1));
  BOOST_TEST((std::count(at_second.begin(), at_second.end(), 4) == 1));
  work();
  BOOST_TEST(!core->doubts(0));
  BOOST_TEST(core->sent_unsure == 0U);
  core->on_news({0, core->flow.at(0).ack(ids_of(1, 4)), {}});
  BOOST_TEST(core->is_empty());
}

BOOST_AUTO_TEST_CASE(does_not_hold_up_what_is_new) {
  link(both);
  receive(1, 2);
  open();
  link({both[1]});
  receive(3, 3);
  BOOST_TEST((all_sent() == numbers{3}));
  const auto asked = ask({both[1]});
  answer(asked.at(2), {});
  BOOST_TEST((core->doubts(0)->text()
              == "what it held at its start waits for the word of store-1/sink/a, which may have some of it"));
  BOOST_TEST((all_sent() == numbers{3}));
}

BOOST_AUTO_TEST_CASE(waits_for_who_is_away_until_its_time_is_over) {
  link(both);
  receive(1, 2);
  open();
  link({both[1]});
  answer(ask({both[1]}).at(2), {});
  time.advance(10min - 1s);
  work();
  BOOST_TEST(went.empty());
  time.advance(1s);
  work();
  BOOST_TEST((sequences_to(second_store) == numbers{1, 2}));
  BOOST_TEST(core->sent_unsure == 2U);
}

BOOST_AUTO_TEST_CASE(asks_again_who_has_not_answered) {
  link(both);
  receive(1, 1);
  open();
  link(both);
  BOOST_TEST(ask(both).size() == 2U);
  BOOST_TEST(ask(both).empty());
  time.advance(1s);
  const auto again = ask(both);
  BOOST_TEST_REQUIRE(again.size() == 2U);
  answer(again.at(1), {});
  time.advance(1s);
  BOOST_TEST(ask(both).size() == 1U);
}

BOOST_AUTO_TEST_CASE(asks_about_a_long_backlog_in_parts) {
  link(both);
  receive(1, 70); // of 10 KiB each, with small segments
  open();
  settings.cache_bytes = 0;
  link(both);
  auto questions = 0;
  for (; core->doubts(0); ++questions) {
    BOOST_TEST_REQUIRE(questions < 20);
    for (const auto& [to, asked] : ask(both)) answer(asked, {});
    work();
    core->on_news({0, core->flow.at(0).ack(ids_of(1, 70)), {}});
    work();
  }
  BOOST_TEST(went.size() == 70U);
  BOOST_TEST(core->is_empty());
}

BOOST_AUTO_TEST_CASE(need_not_ask_who_is_gone_and_has_acked_all) {
  link(both);
  receive(1, 2);
  core->on_news({0, core->flow.at(0).ack(ids_of(1, 2)), {}});
  doubt_feed{*core, 0}.forget_others({both[1]});
  receive(3, 3);
  open();
  link({both[1]});
  const auto asked = ask({both[1]});
  BOOST_TEST_REQUIRE(asked.size() == 1U);
  answer(asked.at(2), {});
  BOOST_TEST((all_sent() == numbers{3}));
}

BOOST_AUTO_TEST_CASE(forgets_nobody_before_the_disk_has_what_was_acked) {
  link(both);
  receive(1, 2);
  core->on_news({0, core->flow.at(0).ack(ids_of(1, 2)), {}});
  faults.arm({{file_call::sync}});
  doubt_feed{*core, 0}.forget_others({both[0]});
  BOOST_TEST(core->doubts(0).has_value() == false);
  receive(3, 3);
  open();
  link(both);
  BOOST_TEST(ask(both).size() == 2U);
}

BOOST_AUTO_TEST_CASE(gives_notices_to_all_whoever_has_them) {
  link(both);
  auto note = std::make_shared<chunk>();
  note->id = {7, 1};
  note->is_notice = true;
  BOOST_TEST_REQUIRE((core->in.receive(from_edge, *note) == arrival::fresh));
  core->take(note, time.monotonic());
  receive(2, 2);
  open();
  link(both);
  const auto asked = ask(both);
  answer(asked.at(1), {{7, 1, 2}});
  answer(asked.at(2), {});
  work();
  BOOST_TEST((sequences_to(first_store) == numbers{1, 2}));
  BOOST_TEST((sequences_to(second_store) == numbers{1}));
}

BOOST_AUTO_TEST_CASE(sends_nothing_to_whom_its_disk_could_not_note) {
  faults.arm({{file_call::rename}});
  BOOST_TEST((doubt_feed{*core, 0}.noted(both).empty()));
  BOOST_TEST((doubt_feed{*core, 0}.noted(both).size() == 2U));
}

BOOST_AUTO_TEST_SUITE_END()
