#include "runtime/codec/stream_framer.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

namespace {

/// Gives `stream` in pieces of `piece` bytes; messages joined by `|`, `~` behind those that are cut.
auto framed(std::string_view stream, stream_framing how, std::size_t piece, std::size_t most = 20) -> std::string {
  auto framer = stream_framer{how, most};
  auto held = std::string{};
  auto found = std::string{};
  const auto note = [&](const framed_message& m) {
    found += (found.empty() ? "" : "|") + std::string{m.bytes} + (m.is_cut ? "~" : "");
  };
  for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
    held += stream.substr(0, piece);
    for (;;) {
      const auto next = framer.next(held);
      if (!next) return found + "|error";
      if (next->used == 0) break;
      if (next->message) note(*next->message);
      held.erase(0, next->used);
    }
    BOOST_TEST(held.size() <= most + piece + 12, "holds " << held.size());
  }
  if (framer.is_torn(held)) return found + "|torn";
  if (const auto last = framer.last(held)) note(*last);
  return found;
}

struct framing_row {
  stream_framing how;
  std::string_view stream;
  std::string_view messages;
};

using enum stream_framing;

} // namespace

BOOST_AUTO_TEST_SUITE(stream_framer_suite)

BOOST_AUTO_TEST_CASE(messages_are_told_apart_one_by_one_however_they_arrive) {
  using namespace std::string_view_literals;
  const framing_row rows[] = {
      {automatic, "5 <1>ab6 <1>a\nb", "<1>ab|<1>a\nb"},
      {automatic, "<1>a\n<2>b\r\n<3>c\0<4>d"sv, "<1>a|<2>b|<3>c|<4>d"},
      {automatic, "<1>a\n5 <1>ab<2>b\n4 <1>c", "<1>a|<1>ab|<2>b|<1>c"},
      {automatic, "5 <1>ab\n<2>b\n", "<1>ab||<2>b"},
      {automatic, "2026 Nov 22 x\n12\n007 <x\n", "2026 Nov 22 x|12|007 <x"},
      {automatic, "1234567890 <1>a\n", "1234567890 <1>a"},
      {automatic, "<1>a\n12", "<1>a|12"},
      {automatic, "<1>a\n7 <1>a", "<1>a|torn"},
      {automatic, "", ""},
      {lf, "a\0b\n3 abc\n\nlast"sv, "a\0b|3 abc||last"sv},
      {nul, "a\nb\0c\0"sv, "a\nb|c"},
      {octets, "3 abc2 de", "abc|de"},
      {octets, "3 abc2 d", "abc|torn"},
      {octets, "3 abcx", "abc|error"},
      {octets, "01 a", "|error"},
      {octets, "12345678901 a", "|error"}};
  for (const auto& r : rows)
    for (const auto piece : {1U, 2U, 3U, 7U, 100U}) BOOST_TEST(framed(r.stream, r.how, piece) == r.messages, r.stream << " in pieces of " << piece);
}

BOOST_AUTO_TEST_CASE(of_a_message_that_is_too_long_the_beginning_is_taken_and_the_next_one_whole) {
  const framing_row rows[] = {
      {automatic, "<1>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n<1>b\n", "<1>aaaaaaa~|<1>b"},
      {automatic, "30 <1>aaaaaaaaaaaaaaaaaaaaaaaaaaa5 <1>bc", "<1>aaaaaaa~|<1>bc"},
      {automatic, "999999999 <1>aaaaaaaaaaaaaaaaaaaa", "<1>aaaaaaa~|torn"},
      {lf, "0123456789\n", "0123456789"},
      {lf, "0123456789a\nb\n", "0123456789~|b"},
      {lf, "012345678\xc3\xa4\nb\n", "012345678~|b"},
      {octets, "11 012345678\xc3\xa4" "1 b", "012345678~|b"},
      {lf, "0123456789abcdef", "0123456789~"}};
  for (const auto& r : rows)
    for (const auto piece : {1U, 3U, 100U}) BOOST_TEST(framed(r.stream, r.how, piece, 10) == r.messages, r.stream << " in pieces of " << piece);
}

BOOST_AUTO_TEST_SUITE_END()
