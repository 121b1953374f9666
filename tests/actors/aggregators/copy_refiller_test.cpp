#include "actors/aggregators/copy_refiller.hpp"
#include "tests/actors/aggregators/bench.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

const auto self = std::string{"core-1/destination_aggregator/core"};
const auto second = std::string{"core-2/destination_aggregator/core"};
const auto third = std::string{"core-3/destination_aggregator/core"};
constexpr auto plenty = std::uint64_t{64} << 20;

/// It holds three chunks that no store takes, and plays all the others.
struct holding : bench {
  copy_refiller_settings how{2, {}};
  std::optional<copy_refiller> refiller;
  std::map<std::uint64_t, std::uint64_t> links = {};          ///< that are open: by id, to whom
  std::map<std::uint64_t, std::uint64_t> answered = {};       ///< feedbacks over them
  std::map<std::uint64_t, std::vector<chunk_ptr>> given = {}; ///< by receiver; not acked yet
  std::vector<std::string> news = {};
  bool grants = true;

  holding() {
    settings.knows_ids = true;
    settings.bytes_max = 64 << 20;
    settings.segment_bytes = 8 << 20;
    start();
    for (std::uint64_t n = 1; n <= 3; ++n) receive(tagged(n));
    sync();
    refiller.emplace(self, how, [n = std::uint64_t{0}]() mutable { return ++n; });
  }
  auto now() const { return time.monotonic(); }
  void there(const std::vector<sender_links::receiver>& all) { refiller->on_peers(all, now()); }
  void ask(const std::string& who, std::uint64_t as, const std::vector<id_range>& ids) {
    refiller->on_question({1, ids, who, true}, as, now());
  }
  void say(std::uint64_t link, std::uint64_t bytes, std::vector<chunk_id> acks, bool leaving = false) {
    refiller->on_feedback(*core, {link, ++answered[link], bytes, leaving, std::move(acks), {}});
  }
  void take_notes() {
    for (auto& note : refiller->take_outgoing()) {
      if (const auto* open = std::get_if<open_link>(&note.what)) {
        links[open->link] = note.to;
        if (grants) say(open->link, plenty, {});
      }
      if (const auto* close = std::get_if<close_link>(&note.what)) links.erase(close->link);
      if (const auto* transfer = std::get_if<transfer_chunks>(&note.what))
        for (const auto& c : transfer->chunks) given[note.to].push_back(c.content);
    }
    for (auto& one : refiller->take_news()) news.push_back(one.text);
  }
  void work() {
    for (auto i = 0; i < 3; ++i) {
      refiller->work(*core, now());
      take_notes();
    }
  }
  void pass(duration how_long) {
    for (const auto end = now() + how_long; now() < end; time.advance(500ms)) work();
    work();
  }
  void ack_all() {
    for (auto& [to, chunks] : given)
      for (const auto& [link, receiver] : std::map{links})
        if (receiver == to)
          for (const auto& c : std::exchange(chunks, {})) say(link, 0, {c->id});
    work();
  }
  auto ids_given(std::uint64_t to) const -> std::vector<chunk_id> {
    auto ids = std::vector<chunk_id>{};
    if (const auto at = given.find(to); at != given.end())
      for (const auto& c : at->second) ids.push_back(c->id);
    return ids;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(an_aggregator_whose_copies_are_gone, holding)

BOOST_AUTO_TEST_CASE(gives_none_of_what_another_one_asks_about) {
  there({{5, second}});
  for (auto i = 0; i < 60; ++i) {
    ask(second, 9, {{7, 1, 3}});
    pass(1s);
    BOOST_TEST(links.empty());
  }
  BOOST_TEST(core->copies_lacking == 0U);
  BOOST_TEST(news.empty());
}

BOOST_AUTO_TEST_CASE(gives_one_that_came_back_empty_what_it_had) {
  there({{5, second}});
  for (auto i = 0; i < 5; ++i) {
    ask(second, 9, {{7, 1, 3}});
    pass(1s);
  }
  refiller->on_down(9, now());
  there({});
  work();
  BOOST_TEST(core->copies_lacking == 3U); // is told at once
  there({{6, second}});
  pass(8s);
  BOOST_TEST(links.empty()); // it may come back with what it had
  pass(5s);
  BOOST_TEST((ids_given(6) == ids_of(1, 3)));
  for (const auto& c : given.at(6)) BOOST_TEST(c->copy_of == self);
  BOOST_TEST(given.at(6).front()->body.size() == tagged(1)->body.size());
  ack_all();
  BOOST_TEST(core->copies_lacking == 0U);
  pass(2s);
  BOOST_TEST(links.empty());
  BOOST_TEST((news == std::vector<std::string>{"3 events lack a copy since " + second + " went; they are copied to core-2",
                                               "nothing lacks a copy any more; 3 events were copied"}));
  pass(60s); // it asks nothing, as it has them for its own: they are not given again
  BOOST_TEST(links.empty());
  BOOST_TEST(given.at(6).empty());
}

BOOST_AUTO_TEST_CASE(counts_what_came_a_moment_ago_only_when_somebody_went) {
  there({{5, second}});
  for (auto i = 0; i < 12; ++i) {
    ask(second, 9, {{7, 1, 3}});
    pass(1s);
  }
  receive(tagged(4));
  sync();
  pass(2s);
  BOOST_TEST(core->copies_lacking == 0U); // nobody had time to ask about it
  there({});
  work();
  BOOST_TEST(core->copies_lacking == 4U);
  there({{6, second}});
  for (auto i = 0; i < 3; ++i) {
    ask(second, 10, {{7, 1, 4}});
    pass(1s);
  }
  BOOST_TEST(core->copies_lacking == 0U);
}

BOOST_AUTO_TEST_CASE(gives_nothing_when_it_comes_back_with_what_it_had) {
  there({{5, second}});
  ask(second, 9, {{7, 1, 3}});
  pass(3s);
  there({});
  pass(5s);
  there({{6, second}});
  for (auto i = 0; i < 20; ++i) {
    ask(second, 10, {{7, 1, 3}});
    pass(1s);
  }
  BOOST_TEST(core->copies_lacking == 0U);
  BOOST_TEST(news.empty());
}

BOOST_AUTO_TEST_CASE(gives_only_what_is_missing) {
  there({{5, second}, {6, third}});
  for (auto i = 0; i < 15; ++i) {
    ask(second, 9, {{7, 1, 1}});
    ask(third, 10, {{7, 3, 3}});
    pass(1s);
  }
  BOOST_TEST((ids_given(5).size() + ids_given(6).size()) == 1U);
  BOOST_TEST((given.begin()->second.front()->id == chunk_id{7, 2}));
}

BOOST_AUTO_TEST_CASE(gives_none_of_what_it_keeps_for_others) {
  auto copy = std::make_shared<chunk>(*tagged(4));
  copy->copy_of = second;
  receive(copy);
  sync();
  there({{5, second}});
  pass(25s);
  BOOST_TEST((ids_given(5) == ids_of(1, 3)));
}

BOOST_AUTO_TEST_CASE(gives_what_it_took_over) {
  auto copy = std::make_shared<chunk>(*tagged(4));
  copy->copy_of = second;
  receive(copy);
  sync();
  there({{6, third}});
  for (auto i = 0; i < 12; ++i) {
    ask(third, 10, {{7, 1, 3}});
    pass(1s);
  }
  BOOST_TEST(core->copies_lacking == 0U);
  core->take_over(second);
  for (auto i = 0; i < 3; ++i) {
    ask(third, 10, {{7, 1, 3}});
    pass(1s);
  }
  BOOST_TEST((ids_given(6) == ids_of(4, 4)));
  BOOST_TEST(given.at(6).front()->copy_of == self);
}

BOOST_AUTO_TEST_CASE(says_what_lacks_copies_while_nobody_is_there_to_have_them) {
  pass(12s);
  BOOST_TEST(core->copies_lacking == 3U);
  there({{4, "core-1/destination_aggregator/core/1"}}); // on the same disk, maybe
  pass(15s);
  BOOST_TEST(links.empty());
  there({{5, second}});
  pass(12s);
  ack_all();
  BOOST_TEST(core->copies_lacking == 0U);
}

BOOST_AUTO_TEST_CASE(has_little_under_way_so_that_what_is_new_goes_first) {
  for (std::uint64_t n = 4; n <= 13; ++n) receive(tagged(n, 1000 * kib));
  sync();
  there({{5, second}});
  pass(30s);
  auto bytes = std::uint64_t{0};
  for (const auto& c : given.at(5)) bytes += c->footprint_bytes();
  BOOST_TEST(bytes < (std::uint64_t{6} << 20));
  BOOST_TEST(bytes > (std::uint64_t{3} << 20));
  for (auto i = 0; i < 6; ++i) ack_all();
  BOOST_TEST(core->copies_lacking == 0U);
}

BOOST_AUTO_TEST_CASE(gives_nothing_without_credit) {
  grants = false;
  there({{5, second}});
  pass(20s);
  BOOST_TEST(links.size() == 1U);
  BOOST_TEST(given.empty());
  say(links.begin()->first, plenty, {});
  work();
  BOOST_TEST((ids_given(5) == ids_of(1, 3)));
}

BOOST_AUTO_TEST_CASE(gives_nothing_to_one_that_leaves) {
  there({{5, second}});
  grants = false;
  pass(12s);
  BOOST_TEST_REQUIRE(links.size() == 1U);
  say(links.begin()->first, 0, {}, true);
  pass(30s);
  BOOST_TEST(links.empty());
  BOOST_TEST(core->copies_lacking == 3U);
  grants = true;
  there({{5, second}, {6, third}});
  pass(30s);
  BOOST_TEST((ids_given(6) == ids_of(1, 3)));
  BOOST_TEST(given.size() == 1U);
}

BOOST_AUTO_TEST_CASE(begins_again_with_who_is_there_when_a_receiver_goes) {
  there({{5, second}});
  pass(12s);
  BOOST_TEST((ids_given(5) == ids_of(1, 3)));
  there({{6, third}});
  pass(25s);
  BOOST_TEST((ids_given(6) == ids_of(1, 3)));
  ack_all();
  BOOST_TEST(core->copies_lacking == 0U);
}

BOOST_AUTO_TEST_CASE(sends_again_over_a_link_that_lost_something) {
  there({{5, second}});
  pass(12s);
  given.clear();
  refiller->on_reopen({links.begin()->first});
  work();
  BOOST_TEST(links.size() >= 1U);
  BOOST_TEST((ids_given(5) == ids_of(1, 3)));
}

BOOST_AUTO_TEST_CASE(gives_as_many_copies_as_are_wanted_and_as_there_are_nodes) {
  refiller->set({3, {}});
  there({{5, second}});
  pass(12s);
  ack_all();
  pass(5s);
  BOOST_TEST(core->copies_lacking == 3U); // one each is still missing
  there({{5, second}, {6, third}});
  pass(25s);
  BOOST_TEST((ids_given(6) == ids_of(1, 3)));
  BOOST_TEST(ids_given(5).empty());
  ack_all();
  BOOST_TEST(core->copies_lacking == 0U);
}

BOOST_AUTO_TEST_CASE(prefers_another_zone) {
  refiller->set({2, [](const std::string& node) { return std::string{node == "core-3" ? "b" : "a"}; }});
  there({{5, second}, {6, third}});
  pass(12s);
  BOOST_TEST((ids_given(6) == ids_of(1, 3)));
}

BOOST_AUTO_TEST_CASE(lets_go_of_all_when_everything_is_passed_on) {
  there({{5, second}});
  pass(12s);
  BOOST_TEST(links.size() == 1U);
  grant(0);
  grant(1);
  ack(0, ids_of(1, 3));
  ack(1, ids_of(1, 3));
  pass(2s);
  BOOST_TEST(links.empty());
  BOOST_TEST(core->copies_lacking == 0U);
  BOOST_TEST(!refiller->deadline());
}

BOOST_AUTO_TEST_CASE(ends_with_its_owner) {
  there({{5, second}});
  pass(12s);
  refiller->end();
  take_notes();
  BOOST_TEST(links.empty());
  pass(30s);
  BOOST_TEST(links.empty());
}

BOOST_AUTO_TEST_CASE(without_replicas_does_nothing) {
  refiller->set({1, {}});
  there({{5, second}});
  pass(30s);
  BOOST_TEST(links.empty());
  BOOST_TEST(core->copies_lacking == 0U);
  BOOST_TEST(!refiller->deadline());
}

BOOST_AUTO_TEST_SUITE_END()
