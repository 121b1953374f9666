#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>
#include <string>

using namespace weir;

BOOST_AUTO_TEST_SUITE(msgpack)

BOOST_AUTO_TEST_CASE(integers_survive_a_round_trip_in_the_shortest_form) {
  const std::pair<std::int64_t, std::size_t> cases[] = {{0, 1},
                                                        {127, 1},
                                                        {128, 2},
                                                        {255, 2},
                                                        {256, 3},
                                                        {65535, 3},
                                                        {65536, 5},
                                                        {-1, 1},
                                                        {-32, 1},
                                                        {-33, 2},
                                                        {-128, 2},
                                                        {-129, 3},
                                                        {-32769, 5},
                                                        {4294967296, 9},
                                                        {std::numeric_limits<std::int64_t>::min(), 9},
                                                        {std::numeric_limits<std::int64_t>::max(), 9}};
  for (const auto& [number, size] : cases) {
    auto out = byte_buffer{};
    msgpack_writer{out}.integer(number);
    BOOST_TEST(out.size() == size);
    auto back = std::int64_t{0};
    BOOST_TEST(msgpack_reader{out.view()}.integer(back));
    BOOST_TEST(back == number);
  }
}

BOOST_AUTO_TEST_CASE(every_truncated_prefix_is_refused_and_leaves_the_cursor) {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  for (int i = 0; i < 20; ++i) {
    write.str("key" + std::to_string(i));
    write.str(std::string(static_cast<std::size_t>(i * 20), 'x'));
  }
  write.close_map(mark, 20);
  auto whole = msgpack_reader{out.view()};
  BOOST_TEST(whole.skip());
  BOOST_TEST(whole.at_end());
  for (std::size_t size = 0; size < out.size(); ++size) {
    auto part = msgpack_reader{out.view().substr(0, size)};
    BOOST_TEST(!part.skip());
    BOOST_TEST(part.truncated());
    BOOST_TEST(part.at() == out.data());
  }
}

BOOST_AUTO_TEST_CASE(large_containers_get_a_wide_header) {
  for (const auto count : {0U, 15U, 16U, 65535U, 65536U}) {
    auto out = byte_buffer{};
    auto write = msgpack_writer{out};
    const auto mark = write.open();
    for (auto i = 0U; i < count; ++i) write.integer(7);
    write.close_array(mark, count);
    auto read = msgpack_reader{out.view()};
    auto found = std::uint32_t{0};
    BOOST_TEST(read.array(found));
    BOOST_TEST(found == count);
    BOOST_TEST(read.rest().size() == count);
  }
}

BOOST_AUTO_TEST_CASE(a_declared_length_beyond_the_bytes_is_refused) {
  for (const auto* bytes :
       {"\xdb\xff\xff\xff\xff", "\xdd\xff\xff\xff\xff", "\xdf\xff\xff\xff\xff", "\xc9\xff\xff\xff\xff\x01"}) {
    auto read = msgpack_reader{bytes};
    BOOST_TEST(!read.skip());
  }
  BOOST_TEST(!msgpack_reader{"\xc1"}.skip());
}

BOOST_AUTO_TEST_CASE(fields_are_found_and_appended) {
  auto record = byte_buffer{};
  auto write = msgpack_writer{record};
  write.map(2);
  write.str("a");
  write.integer(1);
  write.str("b");
  write.str("two");
  auto value = std::string_view{};
  BOOST_TEST(msgpack_reader{find_field(record.view(), "b")}.str(value));
  BOOST_TEST(value == "two");
  BOOST_TEST(find_field(record.view(), "c").empty());

  auto extra = byte_buffer{};
  auto write_extra = msgpack_writer{extra};
  write_extra.str("c");
  write_extra.boolean(true);
  auto joined = byte_buffer{};
  append_map_with(joined, record.view(), extra.view(), 1);
  BOOST_TEST(find_field(joined.view(), "c") == "\xc3");
  BOOST_TEST(msgpack_reader{joined.view()}.skip());
}

BOOST_AUTO_TEST_CASE(entries_keep_their_time_to_the_nanosecond) {
  auto body = byte_buffer{};
  for (const auto time :
       {std::int64_t{0}, std::int64_t{1'700'000'000'123'456'789}, std::int64_t{4'294'967'295'999'999'999}}) {
    write_entry_head(body.tail(entry_head_bytes), time);
    body.advance(entry_head_bytes);
    body.push_back('\x80');
  }
  body.append({"\x92\xce\x65\x53\xf1\x00\x80", 7});
  auto read = entry_reader{body.view().substr(0, body.size())};
  auto e = entry{};
  for (const auto time :
       {std::int64_t{0}, std::int64_t{1'700'000'000'123'456'789}, std::int64_t{4'294'967'295'999'999'999}}) {
    BOOST_TEST(read.next(e));
    BOOST_TEST(e.time_ns == time);
    BOOST_TEST(e.record == "\x80");
  }
  BOOST_TEST(!read.failed());
}

// [seconds beyond all years, EventTime] is a whole array: taken for an entry's head, it would swallow the
// value that follows.
BOOST_AUTO_TEST_CASE(a_time_out_of_range_begins_no_entry) {
  const auto seconds = std::string{"\x92\xcf\x00\x00\x60\x80\x00\x13\xc4\x4f", 10};
  const auto bytes = seconds + std::string{"\xd7\x00\x65\x53\xf1\x00\x00\x00\x00\x00\x80", 11};
  auto e = entry{};
  auto read = entry_reader{bytes};
  BOOST_TEST(!read.next(e));
  BOOST_TEST(read.failed());
  auto head = msgpack_reader{bytes};
  auto time_ns = std::int64_t{0};
  BOOST_TEST(!head.entry_head(time_ns));
  BOOST_TEST(head.at() == bytes.data());
}

BOOST_AUTO_TEST_SUITE_END()
