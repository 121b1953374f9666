#include "actors/lacking_plugin.hpp"
#include "tests/support/store_contract.hpp"

namespace weir {
namespace {

struct absent_settings {
  static constexpr auto example = std::string_view{"sinks: {}\n"};
  std::string path;
};

template <class Visitor> void describe(Visitor& v, absent_settings& s) { v.required("path", s.path, "Where."); }

const register_lacking_plugin<store, absent_settings> registered_absent{"absent", "Is not there.", "libabsent-dev"};

} // namespace
} // namespace weir

using namespace weir;

BOOST_AUTO_TEST_SUITE(lacking_plugins)

BOOST_AUTO_TEST_CASE(are_told_with_the_package_that_is_missing_and_all_else_that_is_wrong) {
  BOOST_TEST(test::problems_of("absent", test::map_of({{"path", test::scalar("x")}}))
             == "sink \"s\": this build has no \"absent\": libabsent-dev was not there when it was made\n");
  BOOST_TEST(test::problems_of("absent", test::map_of({{"pth", test::scalar("x")}}))
             == "sink \"s\": this build has no \"absent\": libabsent-dev was not there when it was made\n"
                "sink \"s\": \"path\" is missing\nsink \"s\": unknown key \"pth\"\n");
}

BOOST_AUTO_TEST_CASE(have_their_place_in_help_and_schema) {
  const auto* found = plugin_registry<store>::find("absent");
  BOOST_REQUIRE(found != nullptr);
  BOOST_TEST(found->lacks == "libabsent-dev");
  BOOST_TEST(found->example == "sinks: {}\n");
  BOOST_REQUIRE(found->fields.size() == 1U);
  BOOST_TEST(found->fields[0].key == "path");
}

BOOST_AUTO_TEST_SUITE_END()
