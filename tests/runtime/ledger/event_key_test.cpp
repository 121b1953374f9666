// Goal: an event has one key for ever, whatever chunk brings it, and no other event has it.
#include "runtime/event/chunk_builder.hpp"
#include "runtime/event/chunk_part.hpp"
#include "runtime/ledger/event_key.hpp"
#include "tests/support/born_events.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

const auto source = std::string{"edge-1/collector/nginx"};

auto text_of(const event_key& key) -> std::string { return std::string{key.text().view()}; }

void put(chunk_builder& to, std::string_view tag, const birth& born, std::string_view bytes = "x") {
  to.begin(tag).append(bytes);
  to.finish(1, 1, born);
}

auto only_chunk_of(chunk_builder& b) -> chunk_ptr {
  auto chunks = b.take(std::size_t{1} << 30);
  BOOST_TEST_REQUIRE(chunks.size() == 1U);
  chunks[0]->source = source;
  chunks[0]->id = {0x1122334455667788, 42};
  return chunks[0];
}

auto keys_of(const chunk& c) -> std::vector<std::string> {
  auto keys = event_keys{c};
  auto all = std::vector<std::string>{};
  for (auto i = std::uint64_t{0}; i < c.count; ++i) all.push_back(text_of(keys.of(i)));
  return all;
}

/// By the one byte that each event of these tests is.
auto keys_by_byte(const chunk& c) -> std::map<char, std::string> {
  const auto keys = keys_of(c);
  auto all = std::map<char, std::string>{};
  for (std::size_t i = 0; i < keys.size(); ++i) all[c.body.view()[i]] = keys[i];
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(keys_of_events)

/// What stores hold already: none of these may ever change.
BOOST_AUTO_TEST_CASE(are_the_same_for_ever) {
  BOOST_TEST(text_of({source, "dev 1 inode 2", 4711, 0}) == "1f0214ad2f4e8952ebf822ee7f02d7e4000000000000126700000000");
  BOOST_TEST(text_of({source, "dev 1 inode 2", birth::position_max, UINT32_MAX - 1})
             == "1f0214ad2f4e8952ebf822ee7f02d7e47ffffffffffffffffffffffe");
  BOOST_TEST(text_of({source, "~*abc", 3, 1}) == "c3101d07adc013a88835d958d6e5039d000000000000000300000001");
  BOOST_TEST(text_of(event_place::of_chunk({0x1122334455667788, 42}, "web.access").key(5, 0))
             == "8fb06f000807aaed15f5dc39d3b2d062000000000000000500000000");
}

BOOST_AUTO_TEST_CASE(are_of_nobody_where_the_stream_is) {
  BOOST_TEST((event_key{source, "~*abc", 3, 1} == event_key{"core-2/collector/other", "~*abc", 3, 1}));
  BOOST_TEST((event_key{source, "~abc", 3, 1} != event_key{"core-2/collector/other", "~abc", 3, 1}));
  BOOST_TEST((event_key{source, "abc", 3, 1} != event_key{"core-2/collector/other", "abc", 3, 1}));
}

BOOST_AUTO_TEST_CASE(do_not_take_one_part_of_an_identity_for_another) {
  BOOST_TEST((event_key{"ab", "c", 0, 0} != event_key{"a", "bc", 0, 0}));
  BOOST_TEST((event_key{"", "abc", 0, 0} != event_key{"abc", "", 0, 0}));
  BOOST_TEST((event_key{"a", "b", 1, 0} != event_key{"a", "b", 0, 1}));
}

BOOST_AUTO_TEST_CASE(of_one_stream_sort_in_the_order_of_birth_as_bytes_and_as_text) {
  const auto place = event_place::of_stream(source, "s");
  auto before = place.key(0, 0);
  for (const auto& [position, ordinal] : std::vector<std::pair<std::uint64_t, std::uint32_t>>{
           {0, 1}, {0, 200}, {0, UINT32_MAX}, {1, 0}, {127, 0}, {128, 0}, {255, 9}, {256, 0}, {1ULL << 40, 0}}) {
    const auto next = place.key(position, ordinal);
    BOOST_TEST((before < next));
    BOOST_TEST((before.text().view() < next.text().view()));
    before = next;
  }
}

BOOST_AUTO_TEST_CASE(of_a_chunk_are_those_of_its_identities) {
  auto b = chunk_builder{};
  put(b, "a", {7});
  put(b, "b", {7, 1});
  b.begin("b").append("x");
  b.finish(1, event_span{{20, 2}, 90});
  b.covered("s", 0, 100);
  put(b, "b", {130});
  b.covered("t", 100, 200);
  const auto c = only_chunk_of(b);
  BOOST_TEST(keys_of(*c)
                 == (std::vector{text_of({source, "s", 7, 0}), text_of({source, "s", 7, 1}),
                                 text_of({source, "s", 20, 2}), text_of({source, "t", 130, 0})}),
             boost::test_tools::per_element());
  auto keys = event_keys{*c};
  BOOST_TEST(text_of(keys.of(2)) == text_of({source, "s", 20, 2})); // without those before it
  BOOST_TEST(text_of(keys.of(2)) == text_of({source, "s", 20, 2})); // and once more
  BOOST_TEST(keys.has_position());
}

BOOST_AUTO_TEST_CASE(without_a_position_are_of_chunk_tag_and_number) {
  auto b = chunk_builder{};
  for (const auto* tag : {"a", "b", "a", "a"}) put(b, tag, {});
  const auto c = only_chunk_of(b);
  const auto a = event_place::of_chunk(c->id, "a");
  BOOST_TEST(keys_of(*c)
                 == (std::vector{text_of(a.key(0, 0)), text_of(event_place::of_chunk(c->id, "b").key(0, 0)),
                                 text_of(a.key(1, 0)), text_of(a.key(2, 0))}),
             boost::test_tools::per_element());
  auto keys = event_keys{*c};
  (void)keys.of(3);
  BOOST_TEST(!keys.has_position());
}

// Method: random chunks against their identities one by one, then what is left of them for some tags.
BOOST_AUTO_TEST_CASE(are_the_same_in_whatever_part_of_the_chunk_travels) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    auto random = std::mt19937{seed};
    auto b = chunk_builder{};
    auto at = std::uint64_t{0};
    auto byte = '!';
    for (auto stream = 0; stream < 3; ++stream) {
      const auto begin = at;
      for (auto lines = random() % 20; lines > 0; --lines, at += random() % 300 + 1) {
        const auto tag = std::string(1, static_cast<char>('a' + random() % 3));
        for (auto ordinal = 0U, of = random() % 4 == 0 ? 3U : 1U; ordinal < of; ++ordinal)
          if (random() % 4 != 0)
            put(b, tag, random() % 5 == 0 ? birth{} : birth{at, ordinal}, std::string_view{&byte, 1}), ++byte;
      }
      b.covered("s" + std::to_string(stream), begin, at);
    }
    const auto c = only_chunk_of(b);
    const auto keys = keys_of(*c);
    const auto born = born_in(*c);
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (!born[i].stream.empty())
        BOOST_TEST_REQUIRE(keys[i] == text_of({source, born[i].stream, born[i].position, born[i].ordinal}), "seed " << seed);
    BOOST_TEST_REQUIRE((std::set<std::string>{keys.begin(), keys.end()}.size() == keys.size()), "seed " << seed);
    const auto whole = keys_by_byte(*c);
    for (const auto& tags : std::vector<std::vector<std::string>>{{"a"}, {"b", "c"}, {"a", "c"}})
      for (const auto& [event, key] : keys_by_byte(*part_that_matches(c, *tag_pattern::parse(tags))))
        BOOST_TEST_REQUIRE(whole.at(event) == key, "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
