/// What a node is to the cluster, and whom it dials.
#include "topology/cluster_view.hpp"

#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace weir;

namespace {

using names = std::set<std::string>;

auto planned(const std::string& more = {}) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml("cluster: { listen: '127.0.0.1:0', zone: north }\n"
                                       "collectors: { logs: { type: tail, path: a.log } }\n"
                                       "destination_aggregators: { core: { from: logs } }\n"
                                       "sinks: { out: { type: 'null', from: core } }\n"
                                       "placement: { edge: [logs], core: [core], store: [out] }\n" + more,
                                       "t.yaml", problems);
  auto plan = make_plan(*root, problems);
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

auto other(const std::string& node, const std::string& of_class, bool is_reached = true) -> member {
  auto m = member{};
  m.node = node;
  m.classes = {of_class};
  m.serves = of_class != "edge";
  if (is_reached) m.address = "127.0.0.1:7400";
  return m;
}

auto dialled(const topology_plan& plan, const std::string& self, const std::string& as,
             const std::vector<member>& members) -> names {
  auto found = names{};
  for (const auto& n : nodes_to_dial(plan, components_of(plan, {as}), self, members)) found.insert(n.name);
  return found;
}

auto cores(int count) -> std::vector<member> {
  auto all = std::vector<member>{};
  for (auto i = 0; i < count; ++i) all.push_back(other("core-" + std::to_string(10 + i), "core"));
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(the_cluster_of_a_node)

BOOST_AUTO_TEST_CASE(an_edge_dials_all_that_it_sends_to_and_nobody_else) {
  const auto members = std::vector{other("core-1", "core"), other("core-2", "core"), other("store-1", "store"),
                                   other("edge-2", "edge"), other("core-3", "core", false)};
  BOOST_TEST((dialled(planned(), "edge-1", "edge", members) == names{"core-1", "core-2"}));
}

BOOST_AUTO_TEST_CASE(what_the_file_says_of_an_address_goes_before_what_a_member_says) {
  const auto plan = planned("nodes: { core-1: { listen: '127.0.0.1:9999', as: core } }\n");
  const auto found = nodes_to_dial(plan, components_of(plan, {"edge"}), "edge-1", {other("core-1", "core")});
  BOOST_TEST_REQUIRE(found.size() == 1U);
  BOOST_TEST(found[0].port == 9999);
}

BOOST_AUTO_TEST_CASE(those_that_serve_are_joined_by_few_connections_each) {
  const auto plan = planned();
  const auto all = cores(20);
  auto reached = names{all[0].node};
  auto edge_of_search = reached;
  while (!edge_of_search.empty()) {
    auto next = names{};
    for (const auto& node : edge_of_search) {
      const auto to = dialled(plan, node, "core", all);
      BOOST_TEST(to.size() <= 5U);
      BOOST_TEST(!to.contains(node));
      for (const auto& name : to)
        if (reached.insert(name).second) next.insert(name);
    }
    edge_of_search = next;
  }
  BOOST_TEST(reached.size() == all.size());
}

BOOST_AUTO_TEST_CASE(an_entry_says_what_a_node_hosts_and_where_it_is) {
  const auto core = member_of(planned(), "core-1", {"core"});
  BOOST_TEST(core.serves);
  BOOST_TEST((core.components == std::vector<std::string>{"core"}));
  BOOST_TEST(core.zone == "north");
  BOOST_TEST(!member_of(planned(), "edge-1", {"edge"}).serves);
}

BOOST_AUTO_TEST_SUITE_END()
