#include "actors/sinks/cassandra/answers.hpp"
#include "actors/sinks/cassandra/frames.hpp"
#include "actors/sinks/cassandra/requests.hpp"
#include "actors/sinks/cassandra/row_batch.hpp"
#include "actors/sinks/cassandra/token.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;

namespace {

auto bytes_of(std::initializer_list<int> numbers) -> std::string {
  auto made = std::string{};
  for (const auto n : numbers) made += static_cast<char>(n);
  return made;
}

auto error_body(std::int32_t code, std::string_view message) -> std::string {
  auto body = byte_buffer{};
  put_i32(body, code);
  put_cql_string(body, message);
  return std::string{body.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(cql)

BOOST_AUTO_TEST_CASE(a_request_has_the_bytes_of_the_protocol) {
  auto body = byte_buffer{};
  append_cql_query(body, "SELECT 1", cql_values{}.add_i32(7).add_null(), cql_consistency::local_quorum);
  auto frame = byte_buffer{};
  append_cql_frame(frame, cql_opcode::query, 258, body.view());
  BOOST_TEST(frame.view() == bytes_of({4, 0, 1, 2, 7, 0, 0, 0, 29, 0, 0, 0, 8}) + "SELECT 1"
                                 + bytes_of({0, 6, 1, 0, 2, 0, 0, 0, 4, 0, 0, 0, 7, 255, 255, 255, 255}));
}

BOOST_AUTO_TEST_CASE(a_batch_counts_its_statements) {
  auto batch = cql_batch{};
  for (auto turn = 0; turn < 2; ++turn) {
    batch.begin();
    batch.add_prepared("id", bytes_of({0, 0}));
    batch.add("x", {});
    BOOST_TEST(batch.finish(cql_consistency::one, cql_consistency::local_serial)
               == bytes_of({1, 0, 2, 1, 0, 2}) + "id" + bytes_of({0, 0, 0, 0, 0, 0, 1}) + "x" + bytes_of({0, 0, 0, 1, 0x10, 0, 9}));
  }
}

BOOST_AUTO_TEST_CASE(a_frame_is_taken_when_it_is_whole_and_without_what_is_said_besides) {
  const auto whole = bytes_of({0x84, 8, 0, 5, 2, 0, 0, 0, 10, 0, 1, 0, 3, 'b', 'a', 'd', 'x', 'y', 'z'});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto part = std::string_view{whole}.substr(0, size);
    const auto frame = take_cql_frame(part);
    BOOST_REQUIRE(frame);
    BOOST_TEST(!*frame);
    BOOST_TEST(part.size() == size);
  }
  const auto two = whole + whole;
  auto rest = std::string_view{two};
  const auto frame = take_cql_frame(rest);
  BOOST_REQUIRE(frame);
  BOOST_REQUIRE(*frame);
  BOOST_TEST((*frame)->stream == 5);
  BOOST_TEST(((*frame)->kind == cql_opcode::ready));
  BOOST_TEST((*frame)->body == "xyz");
  BOOST_TEST(rest.size() == whole.size());
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_told) {
  const auto problem = [](std::string_view bytes) {
    const auto frame = take_cql_frame(bytes);
    return frame ? std::string{} : frame.failure().what;
  };
  BOOST_TEST(problem("HTTP/1.1 400 Bad Request") == "it does not answer in version 4 of the CQL protocol, but with 72");
  BOOST_TEST(problem(bytes_of({0x84, 0, 0, 0, 2, 0x7f, 0, 0, 0})) == "it answers with 2130706432 bytes at once");
  BOOST_TEST(problem(bytes_of({0x84, 1, 0, 0, 2, 0, 0, 0, 0})) == "it answers compressed, which nobody asked for");
  BOOST_TEST(problem(bytes_of({0x84, 8, 0, 0, 2, 0, 0, 0, 2, 0, 9})) == "its answer ends in the middle of a warning");
}

BOOST_AUTO_TEST_CASE(errors_say_what_is_to_be_done) {
  const auto remedy = [](std::int32_t code) { return remedy_for(read_cql_error(error_body(code, "m"))); };
  for (const auto code : {0x0000, 0x1001, 0x1002, 0x1003}) BOOST_TEST((remedy(code) == cql_remedy::slower));
  for (const auto code : {0x1000, 0x1100, 0x1500, 0x7777}) BOOST_TEST((remedy(code) == cql_remedy::later));
  for (const auto code : {0x000a, 0x0100, 0x2000, 0x2100, 0x2300}) BOOST_TEST((remedy(code) == cql_remedy::stop));
  BOOST_TEST((remedy(0x2200) == cql_remedy::without));
  BOOST_TEST((remedy(0x2500) == cql_remedy::prepare));
  BOOST_TEST(to_text(read_cql_error(error_body(0x1001, "too\nmuch"))) == "overloaded (0x1001): too much");
  BOOST_TEST(to_text(read_cql_error(error_body(0x2200, std::string(5000, 'x')))).size() < 400U);
  BOOST_TEST((remedy_for(read_cql_error("")) == cql_remedy::stop));
}

BOOST_AUTO_TEST_CASE(rows_are_read_and_damage_is_found) {
  auto body = byte_buffer{};
  for (const auto n : {2, 1, 2}) put_i32(body, n);
  for (const auto* text : {"ks", "t", "a"}) put_cql_string(body, text);
  put_u16(body, 0x0009);
  put_cql_string(body, "b");
  put_u16(body, 0x0022);
  put_u16(body, 0x000d);
  put_i32(body, 1);
  put_i32(body, 4), put_i32(body, -7);
  put_i32(body, -1);
  const auto rows = read_cql_rows(body.view());
  BOOST_REQUIRE(rows);
  BOOST_TEST((rows->number(0, "a") == -7));
  BOOST_TEST(rows->at(0, "b") == nullptr);
  BOOST_TEST(rows->at(1, "a") == nullptr);
  BOOST_TEST(rows->at(0, "c") == nullptr);
  for (std::size_t size = 0; size < body.size(); ++size) BOOST_TEST(!read_cql_rows(body.view().substr(0, size)));
}

BOOST_AUTO_TEST_CASE(many_rows_of_nothing_are_none) {
  auto body = byte_buffer{};
  for (const auto n : {2, 0, 0, INT32_MAX}) put_i32(body, n);
  BOOST_TEST(!read_cql_rows(body.view()));
}

BOOST_AUTO_TEST_CASE(the_ring_is_walked_from_the_token_on) {
  const auto ring = token_ring{{{100, 1}, {-100, 0}, {200, 2}}};
  const auto first = [&](std::int64_t token) {
    auto found = std::size_t{9};
    ring.walk(token, [&](std::size_t node) { return found = node, true; });
    return found;
  };
  BOOST_TEST(first(INT64_MIN) == 0U);
  BOOST_TEST(first(-100) == 0U);
  BOOST_TEST(first(-99) == 1U);
  BOOST_TEST(first(200) == 2U);
  BOOST_TEST(first(201) == 0U);
  auto order = std::vector<std::size_t>{};
  BOOST_TEST(!ring.walk(150, [&](std::size_t node) { return order.push_back(node), false; }));
  BOOST_TEST((order == std::vector<std::size_t>{2, 0, 1}));
  BOOST_TEST(!token_ring{}.walk(0, [](std::size_t) { return true; }));
}

BOOST_AUTO_TEST_CASE(neighbours_of_a_stream_share_a_bucket_and_streams_are_spread) {
  const auto bucket = [](const std::string& stream, std::uint64_t position) { return bucket_of(event_key{"n/collector/c", stream, position, 0}, 16); };
  BOOST_TEST(bucket("a", 0) == bucket("a", 65'535));
  auto seen = std::vector<bool>(16);
  for (std::uint64_t i = 0; i < 200; ++i) {
    BOOST_REQUIRE(bucket("a", i << 16U) < 16);
    seen[static_cast<std::size_t>(bucket("a", i << 16U))] = true;
  }
  BOOST_TEST((std::find(seen.begin(), seen.end(), false) == seen.end()));
}

BOOST_AUTO_TEST_SUITE_END()
