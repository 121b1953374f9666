#include "config/diagnostic.hpp"
#include "config/value.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir::config;

BOOST_AUTO_TEST_SUITE(diagnostics_for_people)

BOOST_AUTO_TEST_CASE(the_nearest_name_is_a_mistyped_one_and_not_another_word) {
  struct {
    const char* written;
    std::vector<std::string> names;
    const char* meant; ///< empty: none
  } const cases[] = {
      {"head", {"beginning", "end"}, ""},
      {"edn", {"beginning", "end"}, "end"},
      {"begining", {"beginning", "end"}, "beginning"},
      {"tail", {"beginning", "end"}, ""},
      {"pth", {"path", "port"}, "path"},
      {"flie", {"file", "null"}, "file"},
      {"fil", {"file", "null"}, "file"},
      {"Path", {"path"}, "path"},
      {"buffre", {"batch", "buffer"}, "buffer"},
      {"max_lien", {"max_line"}, "max_line"},
      {"refreshinterval", {"refresh_interval"}, "refresh_interval"},
  };
  for (const auto& c : cases)
    BOOST_TEST(nearest(c.written, c.names).value_or("") == c.meant, c.written);
}

BOOST_AUTO_TEST_CASE(a_long_value_is_shown_up_to_a_whole_character) {
  auto v = value{};
  v.type = value::kind::scalar;
  v.scalar = std::string(59, 'a') + "\xc3\xa4 and more";
  BOOST_TEST(v.describe() == '"' + std::string(59, 'a') + "…\"");
}

BOOST_AUTO_TEST_SUITE_END()
