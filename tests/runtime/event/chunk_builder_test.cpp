#include "runtime/event/chunk_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>
#include <vector>

using namespace weir;

namespace {

constexpr auto mib = std::size_t{1} << 20;

void put(chunk_builder& to, std::string_view tag, std::string_view bytes, std::int64_t time_ns = 1) {
  to.begin(tag).append(bytes);
  to.finish(time_ns);
}

struct put_event {
  std::string tag;
  std::string bytes;
  auto operator==(const put_event&) const -> bool = default;
};

/// What the chunks hold, section by section, and that their tables are right.
auto contents(const std::vector<std::shared_ptr<chunk>>& chunks) -> std::vector<put_event> {
  auto all = std::vector<put_event>{};
  for (const auto& c : chunks) {
    auto bytes = std::size_t{0};
    auto count = std::uint64_t{0};
    for (const auto& s : c->sections) {
      BOOST_TEST_REQUIRE(s.count > 0U);
      bytes += s.bytes;
      count += s.count;
    }
    BOOST_TEST_REQUIRE(bytes == c->body.size());
    BOOST_TEST_REQUIRE(count == c->count);
    for_each_section(*c, [&](const section& s, std::string_view entries) {
      if (!all.empty() && all.back().tag == s.tag)
        all.back().bytes += entries;
      else
        all.push_back({s.tag, std::string{entries}});
    });
  }
  return all;
}

auto joined(const std::vector<put_event>& events) -> std::vector<put_event> {
  auto all = std::vector<put_event>{};
  for (const auto& e : events)
    if (!all.empty() && all.back().tag == e.tag)
      all.back().bytes += e.bytes;
    else
      all.push_back(e);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(chunk_building)

BOOST_AUTO_TEST_CASE(forgets_what_came_after_the_last_save_point) {
  auto b = chunk_builder{};
  put(b, "a", "one");
  b.covered("file", 0, 3);
  put(b, "a", "two");
  put(b, "b", "three");
  b.begin("c").append("half"); // and no finish(): something threw
  BOOST_TEST(b.roll_back() == 2U);
  BOOST_TEST(b.events() == 1U);
  const auto chunks = b.take(mib);
  BOOST_TEST((contents(chunks) == std::vector<put_event>{{"a", "one"}}));
  BOOST_TEST((chunks.back()->positions == std::vector<position_range>{{"file", 0, 3}}));
  BOOST_TEST(b.empty());
}

BOOST_AUTO_TEST_CASE(has_nothing_to_hand_on_after_an_abandoned_event) {
  auto b = chunk_builder{};
  b.begin("a").append("unparsed");
  b.abandon();
  BOOST_TEST(b.empty());
  BOOST_TEST(b.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(joins_positions_that_follow_each_other) {
  auto b = chunk_builder{};
  b.covered("x", 0, 5);
  b.covered("x", 5, 9);
  b.covered("y", 0, 1);
  b.covered("x", 9, 10);
  BOOST_TEST(!b.empty()); // positions alone travel too
  const auto chunks = b.take(mib);
  BOOST_TEST(chunks.size() == 1U);
  BOOST_TEST((chunks[0]->positions == std::vector<position_range>{{"x", 0, 9}, {"y", 0, 1}, {"x", 9, 10}}));
}

BOOST_AUTO_TEST_CASE(does_not_join_the_end_of_a_stream_to_what_came_before) {
  auto b = chunk_builder{};
  b.covered("x", 0, 5);
  b.covered("x", 5, end_of_stream);
  BOOST_TEST(
      (b.take(mib)[0]->positions == std::vector<position_range>{{"x", 0, 5}, {"x", 5, end_of_stream}}));
}

// Goal: a chunk that gets lost takes its positions along, and those of no other. Method: each event says
// which part of which stream it is.
BOOST_AUTO_TEST_CASE(a_chunk_has_the_positions_of_its_own_events_and_no_others) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    auto random = std::mt19937{seed};
    auto b = chunk_builder{};
    auto ends = std::vector<std::uint64_t>(3, 0);
    for (int step = 0; step < 40; ++step) {
      const auto stream = random() % ends.size();
      const auto begin = ends[stream];
      for (auto count = random() % 3 + 1; count > 0; --count) {
        auto text = std::to_string(stream) + ":" + std::to_string(ends[stream]++) + ";";
        text.resize(random() % 4 == 0 ? random() % 400'000 + 20 : 20, ' ');
        put(b, "tag", text);
      }
      b.covered(std::to_string(stream), begin, ends[stream]);
    }
    for (const auto& c : b.take(mib)) {
      auto said = std::uint64_t{0};
      for (const auto& p : c->positions) {
        said += p.end - p.begin;
        for (auto i = p.begin; i < p.end; ++i) {
          const auto text = p.stream + ":" + std::to_string(i) + ";";
          BOOST_TEST_REQUIRE(c->body.view().find(text) != std::string_view::npos, "seed " << seed);
        }
      }
      BOOST_TEST_REQUIRE(said == c->count, "seed " << seed);
    }
  }
}

BOOST_AUTO_TEST_CASE(cuts_no_chunk_above_the_bound_unless_one_event_is) {
  auto b = chunk_builder{};
  auto put_in = std::vector<put_event>{};
  for (const auto size :
       {std::size_t{500} << 10, std::size_t{700} << 10, std::size_t{10}, 3 * mib, std::size_t{10}}) {
    put_in.push_back({"a", std::string(size, static_cast<char>('a' + put_in.size()))});
    put(b, "a", put_in.back().bytes);
  }
  const auto chunks = b.take(mib);
  BOOST_TEST((contents(chunks) == joined(put_in)));
  for (const auto& c : chunks) BOOST_TEST((c->body.size() <= mib || c->count == 1U));
}

BOOST_AUTO_TEST_CASE(knows_the_times_inside_each_chunk) {
  auto b = chunk_builder{};
  put(b, "a", "x", 30);
  put(b, "b", "y", 10);
  put(b, "a", "z", 20);
  const auto chunks = b.take(mib);
  BOOST_TEST(chunks[0]->time_min_ns == 10);
  BOOST_TEST(chunks[0]->time_max_ns == 30);
}

BOOST_AUTO_TEST_CASE(counts_tags_and_positions_as_part_of_a_chunk_and_cuts_by_them) {
  auto b = chunk_builder{};
  const auto long_tag = std::string(1024, 't');
  for (std::uint64_t i = 0; i < 4096; ++i) {
    put(b, long_tag + std::to_string(i), "x");
    b.covered("file", i, i + 1);
  }
  BOOST_TEST(b.body_bytes() == 4096U);
  BOOST_TEST(b.bytes() > 4096U * 1024U);
  const auto chunks = b.take(mib);
  BOOST_TEST(chunks.size() > 3U);
  for (const auto& c : chunks) BOOST_TEST_REQUIRE(c->footprint_bytes() < 2 * mib);
  BOOST_TEST(b.bytes() == 0U);
  for (std::uint64_t i = 0; i < 4096; ++i) b.covered("stream/" + std::to_string(i), 0, 1); // without events
  BOOST_TEST(b.bytes() > 4096U * sizeof(position_range));
  put(b, "a", "one");
  BOOST_TEST(b.unsaved_bytes() == 3U + sizeof(section) + 1U);
  b.roll_back();
  BOOST_TEST(b.unsaved_bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(keeps_what_a_plain_list_keeps) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    auto random = std::mt19937{seed};
    auto b = chunk_builder{};
    auto model = std::vector<put_event>{};
    auto saved = std::size_t{0};
    for (int step = 0; step < 80; ++step) {
      const auto tag = std::string(1, static_cast<char>('a' + random() % 3));
      const auto bytes = std::string(random() % 40 == 0 ? random() % (700 << 10) : random() % 50 + 1, 'x');
      switch (random() % 8) {
      case 0: b.covered("s", 0, 1), saved = model.size(); break;
      case 1: b.begin(tag).append(bytes), b.abandon(); break;
      case 2: {
        const auto lost = b.roll_back();
        BOOST_TEST_REQUIRE(lost == model.size() - saved);
        model.resize(saved);
        break;
      }
      default: put(b, tag, bytes), model.push_back({tag, bytes});
      }
      BOOST_TEST_REQUIRE(b.events() == model.size());
      if (random() % 30 != 0) continue;
      const auto chunks = b.take(mib);
      BOOST_TEST_REQUIRE((contents(chunks) == joined(model)), "seed " << seed);
      for (const auto& c : chunks)
        BOOST_TEST_REQUIRE((c->body.size() <= mib || c->count == 1U || !c->positions.empty()));
      model.clear();
      saved = 0;
    }
  }
}

BOOST_AUTO_TEST_CASE(notices_are_chunks_of_their_own_behind_the_others) {
  auto b = chunk_builder{};
  put(b, "a", "one");
  b.covered("s", 0, 1);
  for (auto i = 0U; i < 2500; ++i) b.tell_all("file " + std::to_string(i), i, i);
  BOOST_TEST(!b.empty());
  const auto chunks = b.take(mib);
  BOOST_TEST_REQUIRE(chunks.size() == 4U);
  BOOST_TEST(!chunks[0]->is_notice);
  BOOST_TEST(chunks[0]->count == 1U);
  BOOST_TEST(chunks[0]->positions.size() == 1U);
  auto told = std::size_t{0};
  for (auto i = 1U; i < 4; ++i) {
    BOOST_TEST(chunks[i]->is_notice);
    BOOST_TEST(chunks[i]->count == 0U);
    told += chunks[i]->positions.size();
  }
  BOOST_TEST(told == 2500U);
  BOOST_TEST(b.empty());
  BOOST_TEST(b.take(mib).empty());
}

BOOST_AUTO_TEST_CASE(notices_stay_when_what_is_no_save_point_goes) {
  auto b = chunk_builder{};
  b.tell_all("file", 3, 3);
  put(b, "a", "one");
  BOOST_TEST(b.roll_back() == 1U);
  const auto chunks = b.take(mib);
  BOOST_TEST_REQUIRE(chunks.size() == 1U);
  BOOST_TEST(chunks[0]->is_notice);
  BOOST_TEST((chunks[0]->positions == std::vector<position_range>{{"file", 3, 3}}));
}

using ranges = std::vector<index_range>;

BOOST_AUTO_TEST_CASE(tells_which_events_have_the_time_of_their_reading) {
  auto b = chunk_builder{};
  for (const auto* text : {"read", "read", "own", "read", "own"}) {
    put(b, "a", text);
    if (text[0] == 'r') b.mark_timed_at_reading();
  }
  b.covered("file", 0, 3);
  put(b, "b", "read");
  b.mark_timed_at_reading();
  b.begin("b").append("no event");
  b.abandon();
  BOOST_TEST((b.take(mib)[0]->timed_at_reading == ranges{{0, 2}, {3, 4}, {5, 6}}));
  put(b, "a", "own");
  BOOST_TEST(b.take(mib)[0]->timed_at_reading.empty());
}

BOOST_AUTO_TEST_CASE(forgets_such_times_of_what_came_after_the_last_save_point) {
  auto b = chunk_builder{};
  const auto put_read = [&] { put(b, "a", "x"), b.mark_timed_at_reading(); };
  put_read();
  b.covered("file", 0, 1);
  put_read();
  put(b, "a", "own");
  put_read();
  b.roll_back();
  put(b, "a", "own");
  put_read();
  const auto chunks = b.take(mib);
  BOOST_TEST((chunks[0]->timed_at_reading == ranges{{0, 1}, {2, 3}}));
  BOOST_TEST(chunks[0]->is_timed_at_reading(0));
  BOOST_TEST(!chunks[0]->is_timed_at_reading(1));
  BOOST_TEST(chunks[0]->is_timed_at_reading(2));
  BOOST_TEST(!chunks[0]->is_timed_at_reading(3));
}

// Method: what is so is said by the event's first byte, too.
BOOST_AUTO_TEST_CASE(tells_each_chunk_of_its_own_events_only) {
  auto random = std::mt19937{7};
  auto b = chunk_builder{};
  for (auto i = 0; i < 60; ++i) {
    const auto is_read = random() % 3 != 0;
    put(b, std::string(1, static_cast<char>('a' + random() % 2)), std::string(100'000, is_read ? 'r' : 'o'));
    if (is_read) b.mark_timed_at_reading();
    if (random() % 3 == 0) b.covered("s", static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(i) + 1);
  }
  const auto chunks = b.take(mib);
  BOOST_TEST(chunks.size() > 4U);
  for (const auto& c : chunks)
    for (auto i = std::uint64_t{0}; i < c->count; ++i)
      BOOST_TEST_REQUIRE(c->is_timed_at_reading(i) == (c->body.view()[i * 100'000] == 'r'));
}

BOOST_AUTO_TEST_SUITE_END()
