#include "topology/rights.hpp"

#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

using names = std::set<std::string, std::less<>>;

auto planned() -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml("collectors: { logs: { type: tail, path: a.log } }\n"
                                       "source_aggregators: { local: { from: logs } }\n"
                                       "destination_aggregators: { core: { from: local } }\n"
                                       "sinks: { out: { type: 'null', from: core } }\n"
                                       "placement: { edge: [logs, local], core: [core], store: [out] }\n"
                                       "nodes:\n"
                                       "  edge-1: { listen: '127.0.0.1:7401', as: edge }\n"
                                       "  core-1: { listen: '127.0.0.1:7402', as: core }\n"
                                       "  store-1: { listen: '127.0.0.1:7403', as: store }\n",
                                       "t.yaml", problems);
  auto plan = make_plan(*root, problems);
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

} // namespace

BOOST_AUTO_TEST_SUITE(rights_of_nodes)

BOOST_AUTO_TEST_CASE(are_to_send_to_what_their_class_feeds) {
  const auto plan = planned();
  BOOST_TEST((components_fed_by(plan, "edge-9", {"edge"}) == names{"local", "core"}));
  BOOST_TEST((components_fed_by(plan, "core-9", {"core"}) == names{"out"}));
  BOOST_TEST((components_fed_by(plan, "store-9", {"store"}).empty()));
  BOOST_TEST((components_fed_by(plan, "both-9", {"edge", "core"}) == names{"local", "core", "out"}));
}

BOOST_AUTO_TEST_CASE(follow_from_the_file_where_it_says_what_they_run_as) {
  BOOST_TEST((components_fed_by(planned(), "store-1", {"edge"}).empty()));
}

BOOST_AUTO_TEST_CASE(are_none_of_a_node_of_no_class_that_there_is) {
  BOOST_TEST((components_fed_by(planned(), "guest", {}).empty()));
  BOOST_TEST((components_fed_by(planned(), "guest", {"admin"}).empty()));
}

BOOST_AUTO_TEST_SUITE_END()
