#include "tests/support/store_contract.hpp"

#include <numeric>

namespace weir::test {
namespace {

auto from_0_to(int end) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void check_holds(const store_under_test& t, int end) {
  if (!t.numbers) return;
  const auto found = t.numbers();
  const auto wanted = from_0_to(end);
  BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

void check_commits_in_order(const store_under_test& t, store& s) {
  const auto done = commit(s, {make_chunk({numbered("a", 0, 10), numbered("b", 10, 20)}, 1),
                               make_chunk({numbered("a", 20, 30)}, 2)});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 30U);
  BOOST_TEST(done->bytes > 0U);
  BOOST_TEST(done->refused.empty());
  BOOST_REQUIRE(s.idle());
  check_holds(t, 30);
}

void check_honours_match(const store_under_test& t, store& s) {
  const auto done = commit(
      s, {make_chunk({numbered("a.x", 30, 35), numbered("b.x", 900, 950), numbered("a.y", 35, 40)}, 3)},
      {"a.*"});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 10U);
  check_holds(t, 40);
}

void check_accepts_nothing(const store_under_test& t, store& s) {
  const auto none = commit(s, {});
  BOOST_REQUIRE(none);
  BOOST_TEST(none->events == 0U);
  const auto unmatched = commit(s, {make_chunk({numbered("a", 900, 910)}, 4)}, {"zzz"});
  BOOST_REQUIRE(unmatched);
  BOOST_TEST(unmatched->events == 0U);
  check_holds(t, 40);
}

/// The first entries of the section are good; what follows is counted, and the next section is not touched.
void check_counts_what_is_malformed(const store_under_test& t, store& s) {
  auto broken = numbered("a", 40, 45);
  broken.entries += std::string{"\xc1\xc1 no entry"};
  broken.count = 8;
  const auto done = commit(s, {make_chunk({broken, numbered("b", 45, 50)}, 5)});
  BOOST_REQUIRE(done);
  if (!t.numbers) return; // a store that never looks at entries
  BOOST_TEST(done->events == 10U);
  BOOST_TEST(refused_events(*done) == 3U);
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].first.chunk == 0U);
  BOOST_TEST(done->refused[0].first.index == 5U);
  check_holds(t, 50);
}

/// What is in already is skipped and reported, beside what is new.
void check_skips_what_it_has(const store_under_test& t, store& s) {
  if (!t.keeps_ledger) return;
  const auto first = at_positions(make_chunk({numbered("a", 60, 65)}, 7), 0, 500);
  const auto done = commit(s, {make_chunk({numbered("a", 0, 10)}, 1), first, first});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 5U);
  BOOST_TEST(done->repeated_chunks == 2U);
  // Read again by a collector that started anew: other ids, and another cut.
  const auto in = at_positions(make_chunk({numbered("a", 62, 64)}, 101), 200, 400);
  const auto behind = at_positions(make_chunk({numbered("a", 65, 70)}, 102), 500, 1000);
  const auto again = commit(s, {in, behind, in});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->events == 5U);
  BOOST_TEST(again->repeated_chunks == 2U);
  check_holds(t, 70);
}

/// Of one chunk, the events that are wanted; and nothing at all if that is not confirmed.
void check_takes_parts(const store_under_test& t, store& s) {
  const auto c = make_chunk({numbered("a", 70, 73), numbered("b", 900, 901), numbered("b", 73, 75)}, 8);
  const auto all = tag_pattern{};
  const auto wanted = std::vector<index_range>{{0, 2}, {2, 3}, {4, 6}};
  auto batch = commit_batch{{&c, 1}, all, wanted};
  auto asked = 0;
  batch.confirm = [&](std::span<const refusal> refused) -> result<void> {
    BOOST_TEST(refused.empty());
    if (++asked == 1) return error{errc::rejected, "it was only a try"};
    return {};
  };
  BOOST_TEST(!s.commit(batch));
  const auto done = s.commit(batch);
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 5U);
  BOOST_TEST(asked == 2);
  const auto again = commit(s, {c}); // it counts as stored whole
  BOOST_REQUIRE(again);
  BOOST_TEST(again->repeated_chunks == 1U);
  check_holds(t, 75);
}

/// Closed anew by a collector that does not know what is in: under other ids, and with other bounds.
void check_takes_what_is_new_of_a_chunk(const store_under_test& t, store& s) {
  const auto first = born_from(make_chunk({numbered("a", 75, 80)}), 0, 100);
  const auto overlapping = born_from(make_chunk({numbered("a", 78, 82), numbered("b", 82, 84)}), 300, 100);
  const auto done = commit(s, {first, overlapping});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 9U);
  check_holds(t, 84);
  const auto around = born_from(make_chunk({numbered("b", 76, 78), numbered("a", 78, 85)}), 100, 100);
  const auto within = born_from(make_chunk({numbered("a", 77, 83)}), 200, 100);
  const auto again = commit(s, {around, within});
  BOOST_REQUIRE(again);
  BOOST_TEST(again->events == 1U);
  BOOST_TEST(again->repeated_chunks == 1U);
  check_holds(t, 85);
}

/// Of a chunk that is known in part, those events that are wanted.
void check_takes_parts_of_what_is_new(const store_under_test& t, store& s) {
  const auto c = born_from(make_chunk({numbered("a", 83, 86), numbered("a", 900, 901), numbered("b", 86, 88)}), 800, 100);
  const auto all = tag_pattern{};
  const auto wanted = std::vector<index_range>{{0, 3}, {4, 6}};
  const auto done = s.commit({{&c, 1}, all, wanted});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 3U);
  check_holds(t, 88);
}

/// Two files in turns; what comes behind one of them is there already, by another way.
void check_takes_streams_in_turns(const store_under_test& t, store& s) {
  auto later = std::make_shared<chunk>(*at_positions(make_chunk({numbered("a", 88, 89)}), 0, 0));
  later->positions = {{"v", 200, 300}};
  BOOST_REQUIRE(commit(s, {later}));
  const auto turns = born_in_turns(make_chunk({numbered("a", 89, 93)}),
                                   {{"v", 0, 100}, {"w", 0, 100}, {"v", 100, 200}, {"w", 100, 200}});
  const auto done = commit(s, {turns});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 4U);
  check_holds(t, 93);
}

/// What was read twice may arrive when the file is gone.
void check_knows_streams_that_are_over(const store_under_test& t, store& s) {
  auto over = std::make_shared<chunk>(*at_positions(make_chunk({}), 0, 0));
  over->positions = {{"t", 1400, end_of_stream}};
  const auto done = commit(s, {over});
  BOOST_REQUIRE(done);
  const auto late = commit(s, {born_from(make_chunk({numbered("a", 80, 83)}), 500, 100)});
  BOOST_REQUIRE(late);
  BOOST_TEST(late->repeated_chunks == 1U);
  check_holds(t, 93);
}

/// A client may send a message again to another collector.
void check_knows_what_is_no_collectors(const store_under_test& t, store& s) {
  const auto sent = born_in(make_chunk({numbered("a", 93, 96)}), "~*f2:0123", 0, 3);
  BOOST_REQUIRE(commit(s, {sent}));
  auto again = std::make_shared<chunk>(*born_in(make_chunk({numbered("a", 93, 97)}), "~*f2:0123", 0, 4));
  again->source = "n/collector/other";
  const auto done = commit(s, {again});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 1U);
  check_holds(t, 97);
}

/// What every sink has, as chunks said: put together, and forgotten with its stream.
void check_notes_what_is_settled(store& s) {
  auto first = std::make_shared<chunk>(*make_chunk({}));
  first->source = "n/collector/c";
  first->settled = {{"s", 100, 200}, {"v", 0, 40}, {"w", 0, 5}};
  auto second = std::make_shared<chunk>(*first);
  second->id = make_chunk({})->id;
  second->settled = {{"s", 0, 150}, {"w", 5, end_of_stream}};
  BOOST_REQUIRE(commit(s, {first, second}));
}

void check_tells_positions(const store_under_test& t, store& s) {
  const auto found = s.knowledge("n/collector/c");
  BOOST_REQUIRE(found);
  const auto wanted =
      t.keeps_ledger ? std::vector<position_range>{{"s", 0, 1000}, {"v", 0, 300}, {"w", 0, 200}}
                     : std::vector<position_range>{};
  BOOST_CHECK((found->positions == wanted));
  const auto settled = t.keeps_ledger ? std::vector<position_range>{{"s", 0, 200}, {"v", 0, 40}}
                                      : std::vector<position_range>{};
  BOOST_CHECK(std::is_permutation(found->settled.begin(), found->settled.end(), settled.begin(), settled.end()));
  const auto unknown = s.knowledge("n/collector/other");
  BOOST_REQUIRE(unknown);
  BOOST_TEST(unknown->positions.empty());
  BOOST_TEST(unknown->settled.empty());
}

void check_tells_ids(const store_under_test& t, store& s) {
  const auto found = s.known_ids({{1, 4, 9}, {2, 1, 9}});
  BOOST_REQUIRE(found);
  auto known = id_ranges{};
  for (const auto& r : *found) known.insert(r);
  BOOST_CHECK((known.of(1) == (t.keeps_ledger ? std::vector<id_range>{{1, 4, 8}} : std::vector<id_range>{})));
  BOOST_TEST(known.of(2).empty());
}

} // namespace

void check_store_contract(const store_under_test& t) {
  {
    const auto s = t.make();
    BOOST_REQUIRE(s->open());
    check_commits_in_order(t, *s);
    check_honours_match(t, *s);
    check_accepts_nothing(t, *s);
    check_counts_what_is_malformed(t, *s);
    BOOST_REQUIRE(s->open()); // as after a failed commit
  }
  const auto again = t.make();
  BOOST_REQUIRE(again->open());
  const auto done = commit(*again, {make_chunk({numbered("a", 50, 60)}, 6)});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 10U);
  BOOST_REQUIRE(again->idle());
  check_holds(t, 60);
  check_skips_what_it_has(t, *again);
  if (t.keeps_ledger) {
    check_takes_parts(t, *again);
    check_takes_what_is_new_of_a_chunk(t, *again);
    check_takes_parts_of_what_is_new(t, *again);
    check_takes_streams_in_turns(t, *again);
    check_knows_streams_that_are_over(t, *again);
    check_knows_what_is_no_collectors(t, *again);
    check_notes_what_is_settled(*again);
  }
  BOOST_REQUIRE(again->open());
  check_tells_positions(t, *again);
  check_tells_ids(t, *again);
}

} // namespace weir::test
