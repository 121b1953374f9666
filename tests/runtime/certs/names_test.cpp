#include "runtime/certs/names.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::certs;

BOOST_AUTO_TEST_SUITE(names_of_certificates)

BOOST_AUTO_TEST_CASE(names_of_nodes_hosts_and_wildcards_are_taken) {
  for (const auto& name : {std::string{"edge-1"}, std::string{"edge_1"}, std::string{"a.b"}, std::string{"*.edge.shop"},
                           std::string{"7"}, std::string(253, 'a')})
    BOOST_TEST(static_cast<bool>(check_name(name)), name);
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_refused_with_the_reason) {
  const std::pair<std::string, std::string> wrong[] = {
      {"", "a name is empty"},
      {std::string(254, 'a'), "has 254 bytes; wants 253 at most"},
      {"a/b", "has a character"},
      {"a b", "has a character"},
      {"a,DNS:b", "has a character"},
      {"a\nb", "has a character"},
      {"\xc3\xa4", "has a character"},
      {".edge", "has an empty part"},
      {"edge.", "has an empty part"},
      {"a..b", "has an empty part"},
      {"edge-*", "not its whole first label"},
      {"*", "not its whole first label"},
      {"*.*.edge.shop", "not its whole first label"},
      {"a.*.shop", "not its whole first label"},
      {"*.edge", "wants two labels"},
      {"*.my_edge.shop", "may have no \"_\""},
  };
  for (const auto& [name, why] : wrong) {
    const auto checked = check_name(name);
    BOOST_TEST_REQUIRE(!checked, name);
    BOOST_TEST(checked.failure().what.find(why) != std::string::npos, checked.failure().what);
  }
}

BOOST_AUTO_TEST_CASE(a_host_is_a_name_or_an_address_and_there_once) {
  auto names = certificate_names{{"edge-1"}, {}};
  for (const auto* host : {"edge-1", "edge-1.lan", "10.0.0.7", "fd00:0::7", "fd00::7"})
    BOOST_TEST(static_cast<bool>(add_host(names, host)));
  BOOST_TEST((names == certificate_names{{"edge-1", "edge-1.lan"}, {"10.0.0.7", "fd00::7"}}));
  for (const auto* host : {"edge-1:7400", "[fd00::7]", ""}) BOOST_TEST(!add_host(names, host));
  BOOST_TEST(is_address("::1"));
  BOOST_TEST(!is_address("edge-1"));
}

BOOST_AUTO_TEST_SUITE_END()
