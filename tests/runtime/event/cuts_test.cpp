#include "runtime/event/chunk_builder.hpp"
#include "tests/support/born_events.hpp"

#include <random>

using namespace weir;
using namespace weir::test;

namespace {

void put(chunk_builder& to, std::string_view tag, const birth& born = {}, std::uint32_t count = 1) {
  to.begin(tag).append(std::string(count, 'x'));
  to.finish(1, count, born);
}

void put_span(chunk_builder& to, const event_span& lines) {
  to.begin("a").append("x");
  to.finish(1, lines);
}

auto only_chunk_of(chunk_builder& b) -> std::shared_ptr<chunk> {
  auto chunks = b.take(std::size_t{1} << 20);
  BOOST_TEST_REQUIRE(chunks.size() == 1U);
  // As a collector does.
  std::erase_if(chunks[0]->positions, [](const position_range& p) { return is_local_stream(p.stream); });
  BOOST_TEST(are_cuts_whole(*chunks[0]));
  return chunks[0];
}

void check_born(const chunk& c, const std::vector<born_event>& wanted) {
  const auto found = born_in(c);
  BOOST_TEST(found == wanted, boost::test_tools::per_element());
}

/// A builder that gets lines of two streams and a local one, and what of them is before its last save point.
struct random_births {
  std::mt19937 random;
  chunk_builder builder;
  std::vector<born_event> saved;
  std::vector<std::uint64_t> at{0, 1'000'000, 5};

  explicit random_births(unsigned seed) : random(seed) {}

  void step() {
    const auto stream = random() % 3;
    const auto begin = at[stream];
    const auto unsaved = put_lines(at[stream]);
    if (random() % 8 == 0) {
      builder.roll_back();
      at[stream] = begin;
      return;
    }
    const auto name = stream == 2 ? std::string{"!local"} : "s" + std::to_string(stream);
    builder.covered(name, begin, at[stream]);
    for (const auto& born : unsaved)
      saved.push_back(born.is_known() && stream != 2 ? born_event{name, born.position, born.ordinal} : born_event{});
  }

  auto put_lines(std::uint64_t& position) -> std::vector<birth> {
    auto unsaved = std::vector<birth>{};
    for (auto lines = random() % 6; lines > 0; --lines, position += random() % 200 + 1) {
      const auto count = random() % 5 == 0 ? random() % 4 + 1 : 1;
      auto next = random() % 10 == 0 ? birth{} : birth{position};
      position += next.is_known() ? count : 0;
      if (random() % 4 == 0) continue; // dropped
      put(builder, std::string(1, static_cast<char>('a' + random() % 3)), next, static_cast<std::uint32_t>(count));
      for (auto n = count; n > 0; --n, next = next.next()) unsaved.push_back(next);
    }
    return unsaved;
  }

  auto taken() -> std::vector<born_event> {
    auto found = std::vector<born_event>{};
    for (auto& c : builder.take(700)) {
      std::erase_if(c->positions, [](const position_range& p) { return is_local_stream(p.stream); });
      BOOST_TEST_REQUIRE(are_cuts_whole(*c));
      const auto some = born_in(*c);
      found.insert(found.end(), some.begin(), some.end());
    }
    return found;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(cuts)

BOOST_AUTO_TEST_CASE(tell_where_each_event_was_born_in_a_byte_or_two) {
  auto b = chunk_builder{};
  for (const auto at : {100, 130, 200, 5000}) put(b, "a", {static_cast<std::uint64_t>(at)}); // between them: dropped
  b.covered("file", 90, 6000);
  const auto c = only_chunk_of(b);
  check_born(*c, {{"file", 100, 0}, {"file", 130, 0}, {"file", 200, 0}, {"file", 5000, 0}});
  BOOST_TEST(c->cuts == std::string("\x01\x04\x14\x3c\x8c\x01\x80\x4b", 8));
  BOOST_TEST(c->sections[0].cuts == 8U);
}

BOOST_AUTO_TEST_CASE(begin_anew_in_each_section_and_go_on_from_range_to_range) {
  auto b = chunk_builder{};
  put(b, "a", {0});
  put(b, "b", {10});
  put(b, "a", {20});
  b.covered("one", 0, 30);
  b.covered("nothing of it", 5, 9);
  put(b, "a", {7});
  put(b, "b", {8});
  b.covered("two", 7, 9);
  b.covered("two", 9, 12); // blank lines
  put(b, "b", {12});
  b.covered("two", 12, 13);
  check_born(*only_chunk_of(b),
             {{"one", 0, 0}, {"one", 10, 0}, {"one", 20, 0}, {"two", 7, 0}, {"two", 8, 0}, {"two", 12, 0}});
}

BOOST_AUTO_TEST_CASE(tell_events_of_one_position_apart_also_when_some_of_them_were_dropped) {
  auto b = chunk_builder{};
  for (const auto& born : {birth{0, 2}, birth{0, 3}, birth{4, 0}, birth{4, 1}, birth{9, 1}, birth{9, 4}, birth{9, 4}})
    put(b, "a", born);
  b.covered("file", 0, 10);
  check_born(*only_chunk_of(b), {{"file", 0, 2},
                                 {"file", 0, 3},
                                 {"file", 4, 0},
                                 {"file", 4, 1},
                                 {"file", 9, 1},
                                 {"file", 9, 4},
                                 {"file", 9, 5}}); // one that an operator made two of
}

BOOST_AUTO_TEST_CASE(tell_the_last_line_of_events_that_are_of_several) {
  auto b = chunk_builder{};
  put(b, "a", {100});
  put_span(b, {{150, 0}, 300});
  put_span(b, {{120, 2}, 120}); // it went on late
  put(b, "a", {400});
  b.covered("file", 90, 6000);
  const auto c = only_chunk_of(b);
  check_born(*c, {{"file", 100}, {"file", 150, 0, 300}, {"file", 120, 2, 120}, {"file", 400}});
  BOOST_TEST(c->cuts == std::string("\x01\x01\x14" "\0\0\x01\x02" "\x78\0\x96\x01" "\x3b\x02\0" "\x01\x01\xd8\x04", 18));
}

BOOST_AUTO_TEST_CASE(tell_so_of_each_range_in_each_section) {
  auto b = chunk_builder{};
  put_span(b, {{1, 0}, 2});
  put(b, "b", {3});
  b.covered("one", 0, 5);
  b.covered("nothing of it", 5, 9);
  put_span(b, {{7, 0}, 8});
  put(b, "a", {9});
  b.covered("two", 7, 10);
  check_born(*only_chunk_of(b), {{"one", 1, 0, 2}, {"one", 3}, {"two", 7, 0, 8}, {"two", 9}});
}

BOOST_AUTO_TEST_CASE(say_nothing_of_events_without_a_position_or_of_a_local_stream) {
  auto b = chunk_builder{};
  put(b, "a", {}, 3);
  put(b, "a", {0}, 2); // a run of entries
  b.covered("~message", 0, 2);
  put(b, "a");
  b.covered("!here", 0, 1);
  put(b, "a", {4}, 2);
  b.covered("~other", 4, 6);
  put(b, "a", {9});
  b.covered("!here", 9, 10);
  put(b, "b");
  b.covered("!here", 1, 2);
  const auto c = only_chunk_of(b);
  check_born(*c, {{}, {}, {}, {"~message", 0, 0}, {"~message", 1, 0}, {}, {"~other", 4, 0}, {"~other", 5, 0}, {}, {}});
  BOOST_TEST(c->sections[1].cuts == 0U);
}

BOOST_AUTO_TEST_CASE(take_no_position_that_is_none_of_its_range) {
  auto b = chunk_builder{};
  const auto put_at = [&](std::initializer_list<std::uint64_t> positions) {
    for (const auto at : positions) put(b, "a", {at});
    b.covered("file", 10, 20);
  };
  put_at({9, 15});      // before it
  put_at({10, 15, 12}); // backwards
  put_at({15, 20});     // behind it
  put_at({16, birth::nowhere - 1});
  check_born(*only_chunk_of(b), {{}, {}, {"file", 10, 0}, {"file", 15, 0}, {}, {}, {}, {"file", 16, 0}, {}});
}

BOOST_AUTO_TEST_CASE(follow_their_events_into_chunks_and_through_roll_backs) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    auto model = random_births{seed};
    for (auto step = 0; step < 60; ++step) {
      model.step();
      if (model.random() % 20 != 0) continue;
      const auto found = model.taken();
      BOOST_TEST_REQUIRE((found == model.saved), "seed " << seed << " step " << step);
      model.saved.clear();
    }
  }
}

BOOST_AUTO_TEST_CASE(of_any_bytes_end_where_they_make_no_sense) {
  const auto ranges = std::vector<position_range>{{"s", 10, 1000}, {"empty", 5, 5}, {"t", 0, end_of_stream}};
  for (unsigned seed = 1; seed <= 20'000; ++seed) {
    auto random = std::mt19937{seed};
    auto bytes = std::string(random() % 24, '\0');
    for (auto& b : bytes) b = static_cast<char>(random() % 3 == 0 ? random() : random() % 8);
    auto read = cut_reader{bytes, ranges};
    for (auto groups = std::size_t{0}; read.next_group(); ++groups) {
      BOOST_TEST_REQUIRE(groups < bytes.size());
      while (read.next_span()) {
        const auto& [first, last] = read.span();
        BOOST_TEST_REQUIRE(
            (read.range().begin <= first.position && first.position <= last && last < read.range().end));
      }
      for (auto events = std::size_t{0}; read.next_event(); ++events) {
        BOOST_TEST_REQUIRE(events < bytes.size());
        BOOST_TEST_REQUIRE((read.range().begin <= read.position() && read.position() < read.range().end));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(are_refused_where_they_are_not_those_of_their_chunk) {
  auto b = chunk_builder{};
  put(b, "a", {0});
  put(b, "b", {1}, 2);
  b.covered("s", 0, 3);
  const auto whole = only_chunk_of(b);
  const auto refused = [&](auto change) {
    auto c = *whole;
    change(c);
    return !are_cuts_whole(c);
  };
  BOOST_TEST(!refused([](chunk&) {}));
  BOOST_TEST(!refused([](chunk& c) { c.cuts.erase(0, c.sections[0].cuts), c.sections[0].cuts = 0; }));
  BOOST_TEST(refused([](chunk& c) { c.positions.clear(); }));
  BOOST_TEST(refused([](chunk& c) { c.positions[0].end = 2; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts.pop_back(); }));
  BOOST_TEST(refused([](chunk& c) { c.cuts.pop_back(), --c.sections[1].cuts; }));
  BOOST_TEST(refused([](chunk& c) { ++c.sections[0].count; }));
  BOOST_TEST(refused([](chunk& c) { --c.sections[1].count; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts.clear(); }));
}

BOOST_AUTO_TEST_CASE(are_refused_where_several_lines_are_not_those_of_their_chunk) {
  auto b = chunk_builder{};
  put_span(b, {{1, 0}, 3});
  put_span(b, {{2, 0}, 2});
  b.covered("s", 1, 4);
  const auto whole = only_chunk_of(b);
  const auto refused = [&](auto change) {
    auto c = *whole;
    change(c);
    return !are_cuts_whole(c);
  };
  BOOST_TEST(!refused([](chunk&) {}));
  BOOST_TEST(refused([](chunk& c) { c.positions[0].end = 3; }));
  BOOST_TEST(refused([](chunk& c) { c.positions[0].end = 2; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts.pop_back(), --c.sections[0].cuts; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts[2] = 0; })); // no range
  BOOST_TEST(refused([](chunk& c) { c.cuts[2] = 2; })); // another one
  BOOST_TEST(refused([](chunk& c) { c.cuts[3] = 0; })); // no events
  BOOST_TEST(refused([](chunk& c) { c.cuts[3] = 3; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts[4] = 1; })); // before the range
}

BOOST_AUTO_TEST_SUITE_END()
