// Goal: of a chunk exactly the events are new whose position nobody knew.
// Method: random chunks and random knowledge against a set of single positions.
#include "runtime/event/chunk_builder.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/flow/outlet.hpp"
#include "runtime/flow/trim.hpp"
#include "tests/support/born_events.hpp"

#include <random>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

const auto source = std::string{"n/collector/c"};

void put(chunk_builder& to, std::string_view tag, const birth& born) {
  auto& out = to.begin(tag);
  write_entry_head(out.tail(entry_head_bytes), 1);
  out.advance(entry_head_bytes);
  msgpack_writer{out}.map(0);
  to.finish(1, 1, born);
}

auto only_chunk_of(chunk_builder& b) -> chunk {
  auto chunks = b.take(std::size_t{1} << 30);
  BOOST_TEST_REQUIRE(chunks.size() == 1U);
  chunks[0]->source = source;
  std::erase_if(chunks[0]->positions, [](const position_range& p) { return is_local_stream(p.stream); });
  return *chunks[0];
}

/// Lines of ten bytes each from the beginning of a file.
auto ten_lines() -> chunk {
  auto b = chunk_builder{};
  for (auto n = std::uint64_t{0}; n < 10; ++n) put(b, n < 5 ? "a" : "b", {n * 10});
  b.covered("s", 0, 100);
  return only_chunk_of(b);
}

auto knowing(const std::vector<position_range>& ranges) -> position_index {
  auto known = position_index{};
  for (const auto& r : ranges) known.add(source, r);
  return known;
}

using events = std::vector<index_range>;

auto without_trimmed(const std::vector<bool>& is_new) -> events {
  auto all = events{};
  for (std::size_t i = 0; i < is_new.size(); ++i) {
    if (!is_new[i]) continue;
    if (!all.empty() && all.back().end == i)
      ++all.back().end;
    else
      all.push_back({i, i + 1});
  }
  return all;
}

/// One with several streams, local ones, tags, dropped lines, positions with several events, and none.
auto some_chunk(std::mt19937& random) -> chunk {
  auto b = chunk_builder{};
  auto at = std::vector<std::uint64_t>{0, 50, 0};
  for (auto blocks = random() % 6 + 1; blocks > 0; --blocks) {
    const auto stream = random() % 3;
    const auto begin = at[stream];
    for (auto lines = random() % 6; lines > 0; --lines, at[stream] += random() % 9 + 1) {
      const auto tag = std::string(1, static_cast<char>('a' + random() % 2));
      for (auto ordinal = 0U, of = random() % 4 == 0 ? 3U : 1U; ordinal < of; ++ordinal)
        if (random() % 4 != 0) put(b, tag, random() % 8 == 0 ? birth{} : birth{at[stream], ordinal});
    }
    b.covered(stream == 2 ? "!local" : "s" + std::to_string(stream), begin, at[stream]);
    at[stream] += random() % 3 == 0 ? random() % 20 : 0;
  }
  return only_chunk_of(b);
}

auto some_knowledge(std::mt19937& random) -> position_index {
  auto known = position_index{};
  for (auto ranges = random() % 4; ranges > 0; --ranges) {
    const auto stream = "s" + std::to_string(random() % 2);
    const auto begin = random() % 150;
    known.add(source, {stream, begin, begin + 1 + random() % 60});
  }
  return known;
}

} // namespace

BOOST_AUTO_TEST_SUITE(trimming)

BOOST_AUTO_TEST_CASE(leaves_what_is_new_beside_what_is_known) {
  const auto c = ten_lines();
  const auto all = events{{0, 10}};
  BOOST_TEST((trim(c, {}) == all));
  BOOST_TEST((trim(c, knowing({{"other", 0, 100}})) == all));
  BOOST_TEST((trim(c, knowing({{"s", 100, 200}})) == all));
  BOOST_TEST((trim(c, knowing({{"s", 0, 10}})) == events{{1, 10}}));
  BOOST_TEST((trim(c, knowing({{"s", 0, 70}})) == events{{7, 10}}));
  BOOST_TEST((trim(c, knowing({{"s", 90, 400}})) == events{{0, 9}}));
  BOOST_TEST((trim(c, knowing({{"s", 20, 30}, {"s", 40, 60}})) == events{{0, 2}, {3, 4}, {6, 10}}));
  BOOST_TEST(trim(c, knowing({{"s", 0, 100}})).empty());
  BOOST_TEST((trim(c, knowing({{"s", 0, 90}})) == events{{9, 10}}));
  BOOST_TEST((trim(c, knowing({{"s", 10, 100}})) == events{{0, 1}}));
}

BOOST_AUTO_TEST_CASE(asks_what_the_same_collector_handed_on) {
  auto known = position_index{};
  known.add("n/collector/other", {"s", 0, 100});
  BOOST_TEST((trim(ten_lines(), known) == events{{0, 10}}));
}

BOOST_AUTO_TEST_CASE(takes_events_without_positions_for_new) {
  auto b = chunk_builder{};
  put(b, "a", {});
  put(b, "a", {5});
  put(b, "a", {});
  b.covered("s", 0, 10);
  const auto c = only_chunk_of(b);
  BOOST_TEST((trim(c, knowing({{"s", 0, 10}})) == events{{0, 1}, {2, 3}}));
  auto old = ten_lines(); // of a version that did not tell
  old.cuts.clear();
  for (auto& s : old.sections) s.cuts = 0;
  BOOST_TEST((trim(old, knowing({{"s", 0, 100}})) == events{{0, 10}}));
}

BOOST_AUTO_TEST_CASE(takes_an_event_of_several_lines_for_known_if_all_of_it_is) {
  auto b = chunk_builder{};
  b.begin("a").append("x");
  b.finish(1, event_span{{0, 0}, 20});
  put(b, "a", {30});
  b.begin("a").append("x");
  b.finish(1, event_span{{40, 0}, 40});
  b.covered("s", 0, 50);
  const auto c = only_chunk_of(b);
  const auto judged = [&](const std::vector<position_range>& ranges, events wanted, std::uint64_t regrouped) {
    auto partly = std::uint64_t{0};
    BOOST_TEST((trim(c, knowing(ranges), partly) == wanted));
    BOOST_TEST(partly == regrouped);
  };
  judged({}, {{0, 3}}, 0);
  judged({{"s", 0, 50}}, {}, 0);
  judged({{"s", 0, 30}}, {{1, 3}}, 0);
  judged({{"s", 0, 10}}, {{0, 3}}, 1);           // its first line
  judged({{"s", 0, 20}}, {{0, 3}}, 1);           // all but the last
  judged({{"s", 10, 20}, {"s", 30, 40}}, {{0, 1}, {2, 3}}, 1);
}

BOOST_AUTO_TEST_CASE(judges_a_section_by_itself_when_the_others_are_left_out) {
  auto c = ten_lines();
  c.cuts.erase(0, c.sections[0].cuts);
  c.sections.erase(c.sections.begin());
  c.count = 5;
  BOOST_TEST((trim(c, knowing({{"s", 0, 70}})) == events{{2, 5}}));
}

BOOST_AUTO_TEST_CASE(leaves_what_a_set_of_positions_leaves) {
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    auto random = std::mt19937{seed};
    const auto c = some_chunk(random);
    auto known = some_knowledge(random);
    auto each = std::set<std::pair<std::string, std::uint64_t>>{};
    for (const auto& p : known.of(source))
      for (auto at = p.begin; at < p.end; ++at) each.emplace(p.stream, at);
    auto is_new = std::vector<bool>{};
    for (const auto& e : born_in(c)) is_new.push_back(e.stream.empty() || !each.contains({e.stream, e.position}));
    BOOST_TEST_REQUIRE((trim(c, known) == without_trimmed(is_new)), "seed " << seed);
    known.add(c);
    for (const auto& r : trim(c, known))
      for (auto i = r.first; i < r.end; ++i) BOOST_TEST_REQUIRE(born_in(c)[i].stream.empty(), "seed " << seed);
  }
}

/// As a receiver behind an outlet gets it that has told what it knows.
auto sent_without(const chunk& c, const position_index& known) -> chunk_ptr {
  auto out = outlet{outlet_settings{}};
  out.leave_out(known);
  out.peer_up(1, "n/sink/s");
  out.grant(1, 1 << 20);
  out.push(std::make_shared<chunk>(c), {});
  const auto sent = out.poll({});
  BOOST_TEST_REQUIRE(sent.size() == 1U);
  return sent[0].chunks.at(0);
}

BOOST_AUTO_TEST_CASE(is_done_by_an_outlet_which_then_says_nothing_of_what_is_known) {
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    auto random = std::mt19937{seed};
    const auto c = some_chunk(random);
    const auto known = some_knowledge(random);
    const auto sent = sent_without(c, known);
    BOOST_TEST_REQUIRE(are_cuts_whole(*sent), "seed " << seed);
    auto wanted = std::vector<born_event>{};
    const auto all = born_in(c);
    for (const auto& r : trim(c, known)) wanted.insert(wanted.end(), all.begin() + static_cast<long>(r.first), all.begin() + static_cast<long>(r.end));
    BOOST_TEST_REQUIRE((born_in(*sent) == wanted), "seed " << seed);
    auto covered = known;
    for (const auto& p : sent->positions) {
      BOOST_TEST_REQUIRE(!known.touches(source, p), "seed " << seed);
      covered.add(source, p);
    }
    for (const auto& p : c.positions)
      BOOST_TEST_REQUIRE((p.begin == p.end || covered.covers(source, {&p, 1})), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(finds_what_two_selections_have_in_common) {
  BOOST_TEST((common(events{{0, 4}, {6, 9}}, events{{2, 7}, {8, 20}}) == events{{2, 4}, {6, 7}, {8, 9}}));
  BOOST_TEST(common(events{{0, 4}}, events{{4, 6}}).empty());
  BOOST_TEST(common(events{}, events{{4, 6}}).empty());
}

BOOST_AUTO_TEST_SUITE_END()
