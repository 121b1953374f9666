#include "runtime/dead_letter/dead_letter.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto line_of(const dead_letter& letter) -> std::string {
  auto out = byte_buffer{};
  append_dead_letter(out, letter);
  return std::string{out.view()};
}

auto back_from(std::string_view line) -> dead_letter {
  auto reader = dead_letter_reader{};
  BOOST_REQUIRE(line.ends_with('\n'));
  auto read = reader.read(line.substr(0, line.size() - 1));
  if (!read) BOOST_FAIL(read.failure().what);
  return *read;
}

auto bad_line() -> dead_letter {
  auto letter = dead_letter{};
  letter.at_ns = 1'790'000'001'000'000'002;
  letter.time_ns = 1'790'000'000'123'456'789;
  letter.reason = "no JSON: \"x\"";
  letter.from = "edge-1/collector/web";
  letter.tag = "web.access";
  letter.is_line = true;
  letter.bytes = "caf\xe9 \"1\"";
  letter.stream = "8:42";
  letter.begin = 100;
  letter.end = UINT64_MAX;
  return letter;
}

} // namespace

BOOST_AUTO_TEST_SUITE(dead_letters)

BOOST_AUTO_TEST_CASE(a_line_is_there_to_read_and_byte_by_byte) {
  const auto text = line_of(bad_line());
  BOOST_TEST(
      text
      == R"({"at":"2026-09-21T14:13:21.000000002Z","reason":"no JSON: \"x\"","from":"edge-1/collector/web",)"
         R"("tag":"web.access","time":"2026-09-21T14:13:20.123456789Z","line":"caf␚e9 \"1\"",)"
         R"("bytes":"Y2Fm6SAiMSI=","stream":"8:42","begin":100,"end":18446744073709551615})"
         "\n");
  const auto letter = back_from(text);
  BOOST_TEST(letter.reason == "no JSON: \"x\"");
  BOOST_TEST(letter.from == "edge-1/collector/web");
  BOOST_TEST(letter.tag == "web.access");
  BOOST_TEST(letter.time_ns == 1'790'000'000'123'456'789);
  BOOST_TEST(letter.is_line);
  BOOST_TEST(letter.bytes == "caf\xe9 \"1\"");
  BOOST_TEST(letter.stream == "8:42");
  BOOST_TEST(letter.begin == 100U);
  BOOST_TEST(letter.end == UINT64_MAX);
}

BOOST_AUTO_TEST_CASE(what_a_sink_of_letters_writes_is_still_the_letter) {
  auto text = line_of(bad_line());
  const auto rename = [&](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  rename("\"tag\":", "\"record_tag\":");
  rename("\"time\":", "\"record_time\":");
  rename("{", R"({"time":"2026-09-21T14:13:21.000000002Z","tag":"letters",)");
  const auto letter = back_from(text);
  BOOST_TEST(letter.tag == "web.access");
  BOOST_TEST(letter.time_ns == 1'790'000'000'123'456'789);
}

BOOST_AUTO_TEST_CASE(an_event_keeps_its_entry_and_what_chunk_it_was_in) {
  auto letter = bad_line();
  letter.is_line = false;
  letter.stream.clear();
  letter.bytes = test::entry_of(7, test::record("message", "hello"));
  letter.chunk = {UINT64_MAX, 12};
  letter.index = 3;
  const auto text = line_of(letter);
  BOOST_TEST(text.find(R"("record":{"message":"hello"})") != std::string::npos);
  BOOST_TEST(text.find(R"("chunk":"ffffffffffffffff-12","index":3})") != std::string::npos);
  const auto back = back_from(text);
  BOOST_TEST(!back.is_line);
  BOOST_TEST(back.bytes == letter.bytes);
  BOOST_TEST((back.chunk == letter.chunk));
  BOOST_TEST(back.index == 3U);
  BOOST_TEST(!back.place);
}

BOOST_AUTO_TEST_CASE(the_place_of_a_chunk_is_in_the_first_letter_of_it) {
  auto letter = bad_line();
  letter.stream.clear();
  letter.chunk = {1, 2};
  const auto positions = std::vector<position_range>{{"a\"b", 0, 7}, {"~x", 1, UINT64_MAX}};
  letter.place = std::make_shared<const chunk_place>(chunk_place{"n/collector/c", positions});
  const auto text = line_of(letter);
  BOOST_TEST(
      text.find(R"("source":"n/collector/c","positions":[["a\"b",0,7],["~x",1,18446744073709551615]]})")
      != std::string::npos);
  const auto back = back_from(text);
  BOOST_REQUIRE(back.place);
  BOOST_TEST(back.place->source == "n/collector/c");
  BOOST_TEST((back.place->positions == positions));
  auto next = byte_buffer{};
  append_dead_letter(next, letter, false);
  BOOST_TEST(!back_from(next.view()).place);
}

BOOST_AUTO_TEST_CASE(damaged_bytes_are_kept_as_they_are) {
  auto letter = bad_line();
  letter.is_line = false;
  letter.bytes = std::string{"\x92\x00\xc1", 3};
  const auto text = line_of(letter);
  BOOST_TEST(text.find("record") == std::string::npos);
  BOOST_TEST(back_from(text).bytes == letter.bytes);
}

BOOST_AUTO_TEST_CASE(what_is_no_dead_letter_is_refused) {
  auto reader = dead_letter_reader{};
  for (const auto* line : {"", "{}", "[]", "x", R"({"reason":"r","from":"f","tag":"t"})",
                           R"({"reason":"r","from":"f","tag":"t","bytes":"?"})",
                           R"({"reason":1,"from":"f","tag":"t","bytes":""})"})
    BOOST_TEST(!reader.read(line));
  const auto text = line_of(bad_line());
  for (std::size_t size = 0; size + 1 < text.size(); ++size) (void)reader.read(text.substr(0, size));
}

BOOST_AUTO_TEST_SUITE_END()
