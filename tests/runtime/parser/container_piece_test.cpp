#include "runtime/parser/container_piece.hpp"

#include "runtime/os/clock.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

namespace {

/// What a line is taken for, as text.
auto shown(std::string line) -> std::string {
  static auto pieces = *container_pieces::make(system_clock());
  const auto size = line.size();
  line.append(line_padding, '"');
  const auto piece = pieces.split({line.data(), size});
  if (!piece) return "none";
  return std::to_string(piece->time_ns) + '|' + std::string{piece->stream} + '|' + std::string{piece->text}
         + (piece->is_partial ? "|goes on" : "|ends");
}

struct split_case {
  const char* line;
  const char* wanted;
};

} // namespace

BOOST_AUTO_TEST_SUITE(container_piece_lines)

BOOST_AUTO_TEST_CASE(lines_of_both_kinds_are_taken_apart) {
  constexpr split_case table[] = {
      {"2016-10-06T00:17:09.669794202Z stdout F hello", "1475713029669794202|stdout|hello|ends"},
      {"2016-10-06T00:17:09.669794202+00:00 stderr P a b ", "1475713029669794202|stderr|a b |goes on"},
      {"2016-10-06T02:17:09+02:00 stdout F:x:y tagged", "1475713029000000000|stdout|tagged|ends"},
      {"2016-10-06T00:17:09Z stdout F ", "1475713029000000000|stdout||ends"},
      {"2016-10-06T00:17:09Z stdout F", "1475713029000000000|stdout||ends"},
      {"2016-10-06T00:17:09Z stdout F  indented", "1475713029000000000|stdout| indented|ends"},
      {R"({"log":"a \"b\"\n","stream":"stdout","time":"2016-10-06T00:17:09.5Z"})", "1475713029500000000|stdout|a \"b\"|ends"},
      {R"({"time":"2016-10-06T00:17:09Z","stream":"stderr","log":"half","attrs":{"log":"x"}})", "1475713029000000000|stderr|half|goes on"},
      {R"({"log":"\n","stream":"stdout","time":"2016-10-06T00:17:09Z"})", "1475713029000000000|stdout||ends"},
  };
  for (const auto& c : table) BOOST_TEST(shown(c.line) == c.wanted, c.line);
}

BOOST_AUTO_TEST_CASE(what_no_engine_wrote_is_nothing) {
  for (const auto* line : {"", " ", "plain text", "2016-10-06T00:17:09Z", "2016-10-06T00:17:09Z stdout", "2016-10-06T00:17:09Z stdin F x",
                           "2016-10-06T00:17:09Z stdout X x", "yesterday stdout F x", "{", "{}", R"({"log":"x\n","stream":"stdout"})",
                           R"({"log":1,"stream":"stdout","time":"2016-10-06T00:17:09Z"} x)",
                           R"({"stream":"stdout","time":"2016-10-06T00:17:09Z"})", R"({"log":"x","stream":"in","time":"2016-10-06T00:17:09Z"})"})
    BOOST_TEST(shown(line) == "none", line);
}

BOOST_AUTO_TEST_SUITE_END()
