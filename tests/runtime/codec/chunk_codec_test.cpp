#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/base/fields.hpp"
#include "runtime/codec/chunk_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <string>

using namespace weir;

namespace {

auto shared(std::string_view text) -> shared_bytes {
  auto bytes = byte_buffer{};
  bytes.append(text);
  return shared_bytes{std::move(bytes)};
}

auto sample() -> chunk {
  auto c = chunk{};
  c.id = {0x1122334455667788, 42};
  c.settled_below = 40;
  c.time_min_ns = -5;
  c.time_max_ns = 1'700'000'000'000'000'000;
  c.closed_ns = 1'700'000'000'000'000'001;
  c.count = 3;
  c.sections = {{"web.access", 2, 5, 4}, {"", 1, 2}};
  c.positions = {{"dev:inode", 10, 20}, {std::string("\0x", 2), 0, UINT64_MAX}};
  c.cuts = "\x01\x02\x04\x08"; // at 12 and 16
  c.settled = {{"dev:inode", 0, 10}, {"gone", 7, end_of_stream}};
  c.timed_at_reading = {{0, 1}, {2, 3}};
  c.body = shared("fives22");
  return c;
}

auto encoded(const chunk& c) -> std::string { return encode_chunk_head(c) + std::string{c.body.view()}; }

/// As a receiver does: prefix, then what it announces, exactly.
auto decoded(std::string_view bytes) -> result<chunk_ptr> {
  WEIR_TRY(const auto sizes, decode_chunk_prefix(bytes.substr(0, chunk_prefix_bytes)));
  const auto rest = bytes.substr(std::min(bytes.size(), chunk_prefix_bytes));
  return decode_chunk(sizes, rest.substr(0, sizes.head),
                      shared(rest.substr(std::min<std::size_t>(rest.size(), sizes.head))));
}

} // namespace

BOOST_AUTO_TEST_SUITE(chunks_as_bytes)

BOOST_AUTO_TEST_CASE(come_back_as_they_went) {
  const auto c = sample();
  const auto back = decoded(encoded(c));
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  const auto& d = **back;
  BOOST_TEST((d.id == c.id));
  BOOST_TEST(d.settled_below == c.settled_below);
  BOOST_TEST(d.count == c.count);
  BOOST_TEST(d.time_min_ns == c.time_min_ns);
  BOOST_TEST(d.time_max_ns == c.time_max_ns);
  BOOST_TEST(d.closed_ns == c.closed_ns);
  BOOST_TEST((d.positions == c.positions));
  BOOST_TEST((d.settled == c.settled));
  BOOST_TEST((d.timed_at_reading == c.timed_at_reading));
  BOOST_TEST_REQUIRE(d.sections.size() == 2U);
  BOOST_TEST(d.sections[0].tag == "web.access");
  BOOST_TEST(d.sections[0].cuts == 4U);
  BOOST_TEST(d.sections[1].bytes == 2U);
  BOOST_TEST(d.cuts == c.cuts);
  BOOST_TEST(d.body.view() == c.body.view());
}

BOOST_AUTO_TEST_CASE(stay_notices_and_such_have_no_events) {
  auto c = chunk{};
  c.id = {7, 1};
  c.is_notice = true;
  c.positions = {{"file", 0, 0}};
  const auto back = decoded(encoded(c));
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST((*back)->is_notice);
  BOOST_TEST(((*back)->positions == c.positions));
  BOOST_TEST(!(*decoded(encoded(sample())))->is_notice);
}

BOOST_AUTO_TEST_CASE(keep_a_tag_of_any_length) {
  auto c = sample();
  c.sections[0].tag = std::string(100'000, 't');
  const auto back = decoded(encoded(c));
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST((*back)->sections[0].tag.size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(of_the_version_before_have_no_cuts) {
  auto head = std::string{"\x02\0\0", 3};
  for (const auto n : {7, 2, 1, 1, 5, 5, 6}) put_number(head, std::uint64_t{0} + static_cast<std::uint64_t>(n));
  put_text(head, "n/collector/c");
  put_number(head, std::uint32_t{1});
  put_text(head, "tag");
  put_number(head, std::uint32_t{1});
  put_number(head, std::uint32_t{4});
  put_number(head, std::uint32_t{1});
  put_text(head, "stream");
  put_number(head, std::uint64_t{30});
  put_number(head, std::uint64_t{40});
  const auto body = shared("body");
  const auto sizes = chunk_sizes{static_cast<std::uint32_t>(head.size()), 4, crc32c("body", crc32c(head))};
  const auto back = decode_chunk(sizes, head, body);
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST(((*back)->id == chunk_id{7, 2}));
  BOOST_TEST(((*back)->positions == std::vector<position_range>{{"stream", 30, 40}}));
  BOOST_TEST((*back)->cuts.empty());
  BOOST_TEST(static_cast<bool>(decoded(encoded(**back)))); // and goes on as one of this version
}

/// Whatever is in the field; nothing is made of what it declares before it is seen to be so.
BOOST_AUTO_TEST_CASE(are_refused_when_runs_of_events_are_none_of_theirs) {
  const auto max = std::string(9, '\xff') + '\x01';
  const auto reads = [](std::string_view runs) {
    auto c = sample();
    c.timed_at_reading.clear();
    auto head = encode_chunk_head(c).substr(chunk_prefix_bytes);
    put_field(head, 3, runs);
    return static_cast<bool>(decode_chunk_head({static_cast<std::uint32_t>(head.size()), 7, 0}, head));
  };
  for (const auto& good : {std::string{}, std::string{"\0\1", 2}, std::string{"\0\3", 2},
                           std::string{"\0\1\1\1", 4}, std::string{"\2\1"}})
    BOOST_TEST(reads(good));
  for (const auto& bad : {std::string{"\1"}, std::string{"\0\0", 2}, std::string{"\0\4", 2}, std::string{"\3\1"},
                          std::string{"\0\1\0\1", 4}, std::string{"\0\1\1\2", 4}, std::string{"\0\1\1", 3},
                          '\0' + max, max + '\1', max + max, '\1' + max.substr(0, 9)})
    BOOST_TEST(!reads(bad));
}

BOOST_AUTO_TEST_CASE(know_of_no_such_events_if_they_were_written_before_it_was_told) {
  auto c = sample();
  c.timed_at_reading.clear();
  const auto back = decoded(encoded(c));
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST((*back)->timed_at_reading.empty());
  BOOST_TEST(encoded(c).find(std::string{"\x03\0\x04\0\0\0", 6}) == std::string::npos);
  BOOST_TEST(encoded(sample()).find(std::string{"\x03\0\x04\0\0\0\0\1\1\1", 10}) != std::string::npos);
}

/// As another minor version may have them.
BOOST_AUTO_TEST_CASE(are_read_with_fields_that_nobody_here_knows_unless_they_are_critical) {
  for (const auto is_critical : {false, true}) {
    auto head = encode_chunk_head(sample()).substr(chunk_prefix_bytes);
    put_field(head, is_critical ? critical_field | 77 : 77, "something new");
    const auto body = sample().body;
    const auto sizes = chunk_sizes{static_cast<std::uint32_t>(head.size()), static_cast<std::uint32_t>(body.size()),
                                   crc32c(body.view(), crc32c(head))};
    const auto back = decode_chunk(sizes, head, body);
    BOOST_TEST(static_cast<bool>(back) == !is_critical);
    if (back) BOOST_TEST(((*back)->settled == sample().settled));
  }
}

BOOST_AUTO_TEST_CASE(carry_positions_without_any_event) {
  auto c = chunk{};
  c.id = {1, 1};
  c.positions = {{"s", 0, 1}};
  BOOST_TEST(static_cast<bool>(decoded(encoded(c))));
}

BOOST_AUTO_TEST_CASE(are_refused_when_cut_anywhere) {
  const auto whole = encoded(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    BOOST_TEST_REQUIRE(!decoded(std::string_view{whole}.substr(0, size)), "cut to " << size);
  BOOST_TEST(!decoded(whole + 'x'));
}

BOOST_AUTO_TEST_CASE(are_refused_when_any_bit_is_flipped) {
  auto whole = encoded(sample());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ (1 << bit % 8));
    BOOST_TEST_REQUIRE(!decoded(whole), "bit " << bit);
    whole[bit / 8] = static_cast<char>(whole[bit / 8] ^ (1 << bit % 8));
  }
}

BOOST_AUTO_TEST_CASE(are_refused_when_their_numbers_contradict_each_other) {
  const auto refused = [](auto change) {
    auto c = sample();
    change(c);
    return !decoded(encoded(c)); // with a checksum that fits
  };
  BOOST_TEST(refused([](chunk& c) { c.count = 4; }));
  BOOST_TEST(refused([](chunk& c) { c.sections[0].bytes = 6; }));
  BOOST_TEST(refused([](chunk& c) { c.settled_below = 43; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts[3] = '\x40'; })); // behind the end of its range
  BOOST_TEST(refused([](chunk& c) { c.sections[1].cuts = 4; }));
  BOOST_TEST(refused([](chunk& c) { c.cuts += '\0'; }));
  BOOST_TEST(refused([](chunk& c) { c.id.sequence = 0; }));
  BOOST_TEST(refused([](chunk& c) { c.is_notice = true; }));
  BOOST_TEST(refused([](chunk& c) { c.positions[1] = {"x", 3, 2}; }));
  BOOST_TEST(refused([](chunk& c) { c.settled[0] = {"x", 3, 2}; }));
}

BOOST_AUTO_TEST_CASE(are_refused_before_anything_is_made_when_they_announce_too_much) {
  auto prefix = encoded(sample()).substr(0, chunk_prefix_bytes);
  prefix[7] = '\x7f';
  const auto sizes = decode_chunk_prefix(prefix);
  BOOST_TEST_REQUIRE(!sizes);
  BOOST_TEST((sizes.failure().code == errc::limit));
}

BOOST_AUTO_TEST_SUITE_END()
