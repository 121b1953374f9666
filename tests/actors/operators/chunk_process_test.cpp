/// What operators make of whole chunks: what goes on, where it was born, and what is told of the rest.
#include "actors/operators/chunk_process.hpp"
#include "runtime/event/chunk_builder.hpp"
#include "runtime/flow/trim.hpp"
#include "tests/support/born_events.hpp"
#include "tests/support/entries.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <random>

using namespace weir;
using namespace weir::test;

namespace {

/// Does what the field "do" says.
class told_operator final : public event_operator {
public:
  void apply(const event_view& in, event_output& out) override {
    auto what = std::string_view{};
    auto read = msgpack_reader{find_do(in.record)};
    (void)read.str_or_bin(what);
    if (what == "drop") return out.drop("filtered");
    if (what == "letter") return out.dead_letter(in, "it says so");
    if (what == "retag") return out.put({"other", in.time_ns, in.record, in.is_timed_at_reading});
    if (what == "found") return out.put({in.tag, in.time_ns, in.record}); // the time at which it was read is its own
    if (what == "late") return out.put({in.tag, in.time_ns + 1000, in.record});
    if (what == "note") out.note_unparsed();
    if (what != "change") return out.put(in);
    const auto changed = record("was", "changed");
    out.put(in.with(changed));
  }

private:
  static auto find_do(std::string_view map) -> std::string_view {
    auto read = msgpack_reader{map};
    auto count = std::uint32_t{0};
    auto key = std::string_view{};
    auto value = std::string_view{};
    if (!read.map(count) || count == 0 || !read.value(key) || !read.value(value)) return {};
    return value;
  }
};

struct told {
  std::string tag;
  std::string what; ///< "keep" and what told_operator knows
  std::uint64_t position = birth::nowhere;
  std::uint32_t ordinal = 0;
  std::uint64_t last = 0; ///< of an event of several lines
  bool is_timed_at_reading = false;
};

/// A chunk of two streams at most: what has a position below 1000 is of the first.
auto chunk_of(const std::vector<told>& events) -> chunk_ptr {
  auto builder = chunk_builder{};
  auto time_ns = std::int64_t{100};
  auto range = 0;
  const auto cover = [&](int up_to) {
    for (; range < up_to; ++range) builder.covered(range == 0 ? "file" : "more", range * 1000, range * 1000 + 1000);
  };
  for (const auto& e : events) {
    if (e.position != birth::nowhere) cover(static_cast<int>(e.position / 1000));
    builder.begin(e.tag).append(entry_of(time_ns, record("do", e.what, "n", time_ns)));
    if (e.last > 0)
      builder.finish(time_ns++, event_span{{e.position, e.ordinal}, e.last});
    else
      builder.finish(time_ns++, 1, {e.position, e.ordinal});
    if (e.is_timed_at_reading) builder.mark_timed_at_reading();
  }
  cover(2);
  auto chunks = builder.take(SIZE_MAX);
  BOOST_TEST_REQUIRE(chunks.size() == 1U);
  auto& c = *chunks.front();
  c.id = {7, 3};
  c.source = "edge/collector/log";
  c.settled_below = 2;
  c.closed_ns = 5;
  return chunks.front();
}

struct bench {
  manual_clock time;
  chunk_process_settings settings;

  bench() {
    settings.operators = {[](const plugin_context&) { return std::make_unique<told_operator>(); }};
    settings.context.clock = &time;
    settings.address = "n/aggregator/a";
  }
  auto run(const chunk_ptr& c) const -> processed_chunk { return chunk_process{settings}.run(c); }
};

/// `tag: record`, one an event.
auto events_of(const chunk& c) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for_each_section(c, [&](const section& s, std::string_view entries) {
    auto read = entry_reader{entries};
    auto e = entry{};
    auto count = std::uint64_t{0};
    for (; read.next(e); ++count) all.push_back(s.tag + ": " + text_of(e.record));
    BOOST_TEST(count == s.count);
  });
  BOOST_TEST(all.size() == c.count);
  return all;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(chunk_processes, bench)

BOOST_AUTO_TEST_CASE(a_chunk_that_nothing_is_done_to_is_the_same_object) {
  const auto c = chunk_of({{"a", "keep", 1}, {"b", "keep", 2}, {"b", "note", 3}});
  const auto done = run(c);
  BOOST_TEST(done.content == c);
  BOOST_TEST(done.losses.tally.events_dropped() == 0U);
  BOOST_TEST(done.losses.tally.unparsed == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_left_says_where_it_was_born) {
  const auto c = chunk_of({{"a", "keep", 0},
                           {"a", "drop", 9},
                           {"a", "keep", 9, 1},
                           {"a", "drop", 9, 2},
                           {"a", "change", 9, 3},
                           {"a", "keep"},
                           {"b", "drop", 500},
                           {"b", "keep", 1003},
                           {"b", "retag", 1004},
                           {"b", "late", 1900}});
  const auto done = run(c);
  const auto& left = *done.content;
  using born = std::vector<born_event>;
  BOOST_TEST(born_in(left)
             == (born{{"file", 0, 0}, {"file", 9, 1}, {"file", 9, 3}, {}, {"more", 3 + 1000, 0}, {"more", 1004, 0},
                      {"more", 1900, 0}}),
             boost::test_tools::per_element());
  BOOST_TEST(are_cuts_whole(left));
  auto tags = std::vector<std::string>{};
  for (const auto& s : left.sections) tags.push_back(s.tag + std::to_string(s.count));
  BOOST_TEST(tags == (std::vector<std::string>{"a4", "b1", "other1", "b1"}), boost::test_tools::per_element());
  BOOST_TEST(events_of(left)[2] == R"(a: {"was":"changed"})");
  BOOST_TEST((left.id == c->id && left.source == c->source && left.positions == c->positions));
  BOOST_TEST((left.settled_below == 2U && left.closed_ns == 5 && left.time_min_ns == c->time_min_ns));
  BOOST_TEST(left.time_max_ns == 1109);
  BOOST_TEST((done.losses.tally.dropped.all() == counts_by_name{{"filtered", 3}}));
  BOOST_TEST(done.losses.tally.bytes_grown
             == static_cast<std::int64_t>(left.body.size()) - static_cast<std::int64_t>(c->body.size()));
}

BOOST_AUTO_TEST_CASE(events_of_several_lines_keep_them) {
  const auto done = run(chunk_of({{"a", "keep", 5},
                                  {"a", "drop", 10, 0, 12},
                                  {"a", "change", 20, 1, 29},
                                  {"a", "keep", 15, 0, 15},
                                  {"a", "keep", 30},
                                  {"a", "keep", 1010, 0, 1020}}));
  BOOST_TEST(born_in(*done.content)
                 == (std::vector<born_event>{
                     {"file", 5}, {"file", 20, 1, 29}, {"file", 15, 0, 15}, {"file", 30}, {"more", 1010, 0, 1020}}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_chunk_of_which_nothing_is_left_still_covers_its_positions) {
  const auto c = chunk_of({{"a", "drop", 1}, {"b", "letter", 2}});
  const auto done = run(c);
  BOOST_TEST(done.content->count == 0U);
  BOOST_TEST(done.content->sections.empty());
  BOOST_TEST((done.content->positions == c->positions && done.content->cuts.empty()));
  BOOST_TEST(done.losses.tally.events_dropped() == 2U);
}

BOOST_AUTO_TEST_CASE(dead_letters_are_the_events_as_they_came) {
  settings.operators.insert(settings.operators.begin(), [](const plugin_context&) {
    struct renames final : event_operator {
      void apply(const event_view& in, event_output& out) override { out.put({"new." + std::string{in.tag}, 0, in.record}); }
    };
    return std::make_unique<renames>();
  });
  time.set_wall_ns(77);
  const auto c = chunk_of({{"a", "keep", 1}, {"a", "letter", 2}});
  const auto done = run(c);
  BOOST_TEST_REQUIRE(done.losses.letters.size() == 1U);
  const auto& letter = done.losses.letters.front();
  BOOST_TEST((letter.tag == "a" && letter.time_ns == 101 && letter.reason == "it says so" && letter.at_ns == 77));
  BOOST_TEST(letter.bytes == entry_of(101, record("do", "letter", "n", 101)));
  BOOST_TEST((letter.chunk == c->id && letter.index == 1U && letter.from == "n/aggregator/a"));
  BOOST_TEST_REQUIRE(letter.place);
  BOOST_TEST((letter.place->source == c->source && letter.place->positions == c->positions));
  BOOST_TEST(done.losses.tally.letters.of("a") == 1U);
  BOOST_TEST(done.losses.tally.dropped.empty());
}

BOOST_AUTO_TEST_CASE(a_tag_that_nobody_behind_takes_is_dropped_as_such) {
  settings.takes = [](std::string_view tag) { return tag != "other"; };
  const auto done = run(chunk_of({{"a", "keep", 1}, {"a", "retag", 2}}));
  BOOST_TEST(events_of(*done.content).size() == 1U);
  BOOST_TEST((done.losses.tally.dropped.all() == counts_by_name{{"no sink", 1}}));
  BOOST_TEST(done.losses.tally.no_sink.of("other") == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_damaged_goes_on_as_it_is) {
  auto c = std::make_shared<chunk>(*chunk_of({{"a", "drop", 1}, {"a", "keep", 2}, {"a", "drop", 3}}));
  auto body = byte_buffer{};
  body.append(c->body.view());
  const auto third = 2 * c->sections[0].bytes / 3;
  body.data()[third + 1] = '\xc1';
  const auto damaged = std::string{body.view().substr(third)};
  c->body = shared_bytes{std::move(body)};
  const auto done = run(c);
  BOOST_TEST(done.content->body.view().ends_with(damaged));
  BOOST_TEST(done.content->count == 2U);
  BOOST_TEST(born_in(*done.content).back().position == 3U);
}

BOOST_AUTO_TEST_CASE(stretches_are_as_long_as_what_is_left_lies_together) {
  const auto c = chunk_of({{"a", "keep"}, {"a", "keep"}, {"a", "drop"}, {"a", "keep"}, {"a", "change"}, {"a", "keep"}, {"a", "retag"}});
  auto process = chunk_process{settings};
  auto losses = process_losses{};
  auto found = std::vector<std::string>{};
  process.pass(*c, {10, c->count, "a", c->body.view()}, losses, [&](const event_stretch& s) {
    const auto is_copy = s.entries.data() < c->body.view().data() || s.entries.data() >= c->body.view().data() + c->body.size();
    found.push_back(std::string{s.tag} + ' ' + std::to_string(s.first) + '+' + std::to_string(s.events) + (is_copy ? " copied" : ""));
  });
  BOOST_TEST(found == (std::vector<std::string>{"a 10+2", "a 13+1", "a 14+2 copied", "other 16+1"}), boost::test_tools::per_element());
}

// Goal: whatever operators do, a store that knows some positions takes of what is left what it would have taken of it
// before. Method: random chunks, random knowledge, each event told from the others by its number.
BOOST_AUTO_TEST_CASE(a_store_trims_what_is_left_as_it_would_have_trimmed_the_chunk) {
  auto random = std::mt19937{5};
  const auto below = [&](std::uint32_t limit) { return static_cast<std::uint32_t>(random()) % limit; };
  constexpr const char* acts[] = {"keep", "keep", "keep", "drop", "letter", "retag", "late"};
  const auto events_at = [](const chunk& c, const std::vector<index_range>& which) {
    auto all = std::vector<std::string>{};
    const auto texts = events_of(c);
    for (const auto& r : which)
      for (auto i = r.first; i < r.end; ++i) all.push_back(texts[i].substr(texts[i].find(R"("n")")));
    std::sort(all.begin(), all.end());
    return all;
  };
  for (auto round = 0; round < 3000; ++round) {
    auto events = std::vector<told>{};
    auto at = birth{};
    for (auto left = below(20); left > 0; --left) {
      const auto is_known = below(8) != 0;
      const auto position = (at.is_known() ? at.position : 0) + below(3) * below(200);
      const auto next = at.is_known() && position == at.position ? birth{position, at.ordinal + 1 + below(2)} : birth{position, below(2)};
      if (position >= 2000) break;
      if (is_known) at = next;
      const auto born = is_known ? next : birth{};
      events.push_back({below(3) == 0 ? "b" : "a", acts[below(std::size(acts))], born.position, born.ordinal});
    }
    const auto c = chunk_of(events);
    auto known = position_index{SIZE_MAX};
    for (auto ranges = below(4); ranges > 0; --ranges) {
      const auto begin = below(2000);
      known.add(c->source, {begin < 1000 ? "file" : "more", begin, begin + 1 + below(100)});
    }
    const auto left = run(c).content;
    BOOST_TEST_REQUIRE(are_cuts_whole(*left));
    const auto all = events_at(*left, {{0, left->count}});
    auto wanted = events_at(*c, trim(*c, known));
    std::erase_if(wanted, [&](const auto& text) { return std::find(all.begin(), all.end(), text) == all.end(); });
    BOOST_TEST_REQUIRE(events_at(*left, trim(*left, known)) == wanted, "round " << round);
  }
}

/// Events of a tag each, of which those with a capital letter have the time of their reading.
auto timed(const std::vector<std::pair<std::string, std::string>>& events) -> chunk_ptr {
  auto all = std::vector<told>{};
  for (const auto& [tag, what] : events) {
    const auto is_so = tag.front() < 'a';
    all.push_back({is_so ? std::string(1, static_cast<char>(tag.front() + 32)) : tag, what, all.size(), 0, 0, is_so});
  }
  return chunk_of(all);
}

BOOST_AUTO_TEST_CASE(what_is_left_says_which_events_have_the_time_of_their_reading) {
  using ranges = std::vector<index_range>;
  const auto kept = timed({{"A", "keep"}, {"a", "keep"}, {"B", "keep"}});
  BOOST_TEST(run(kept).content == kept);
  const auto marks_of = [&](const chunk_ptr& c) { return run(c).content->timed_at_reading; };
  const auto dropped = timed({{"A", "drop"}, {"A", "keep"}, {"a", "drop"}, {"a", "keep"}, {"A", "keep"}});
  BOOST_TEST((marks_of(dropped) == ranges{{0, 1}, {2, 3}}));
  const auto changed = timed({{"A", "change"}, {"a", "change"}, {"A", "keep"}, {"A", "late"}, {"A", "keep"}});
  BOOST_TEST((marks_of(changed) == ranges{{0, 1}, {2, 3}, {4, 5}}));
  const auto moved = timed({{"a", "keep"}, {"A", "keep"}, {"B", "retag"}, {"B", "keep"}, {"C", "drop"}, {"D", "keep"}});
  BOOST_TEST((marks_of(moved) == ranges{{1, 5}}));
}

BOOST_AUTO_TEST_CASE(a_chunk_whose_times_are_found_to_be_its_own_differs_in_that_alone) {
  const auto c = timed({{"A", "keep"}, {"A", "found"}, {"B", "found"}});
  const auto done = run(c);
  BOOST_TEST_REQUIRE(done.content != c);
  BOOST_TEST((done.content->timed_at_reading == std::vector<index_range>{{0, 1}}));
  BOOST_TEST((c->timed_at_reading == std::vector<index_range>{{0, 3}}));
  BOOST_TEST(done.content->body.view().data() == c->body.view().data());
  BOOST_TEST(done.content->cuts == c->cuts);
  BOOST_TEST(done.content->count == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
