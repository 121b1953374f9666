#include "cli/run/account.hpp"
#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto actor(std::string component, std::string tier, std::uint64_t in, std::uint64_t out, std::uint64_t held)
    -> observation {
  auto o = observation{};
  o.component = std::move(component);
  o.tier = std::move(tier);
  o.events_in = in;
  o.events_out = out;
  o.events_held = held;
  return o;
}

auto plan_of(const std::string& yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml(yaml, "t.yaml", problems);
  auto plan = make_plan(*root, problems);
  for (const auto& p : problems) BOOST_TEST_MESSAGE(config::to_text(p));
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

auto options() -> run_options {
  auto o = run_options{};
  o.topology = "shop.yaml";
  o.node_name = "edge-1";
  o.version = "1.2.3";
  return o;
}

} // namespace

BOOST_AUTO_TEST_SUITE(account_of_a_run)

BOOST_AUTO_TEST_CASE(begins_with_version_file_node_and_what_runs) {
  const auto plan = plan_of("collectors: { in: { type: stdin }, n: { type: generate } }\n"
                            "source_aggregators: { local: { from: [in, n], buffer: { path: \"b/{node}\" } } }\n"
                            "sinks: { out: { type: stdout } }\n");
  BOOST_TEST(start_text(plan, options())
             == "weir 1.2.3 runs shop.yaml as node edge-1: collectors in (stdin), n (generate); "
                "source aggregator local; sink out (stdout)");
  BOOST_TEST((disk_buffers(plan, options()) == std::map<std::string, std::string>{{"local", "b/edge-1"}}));
}

BOOST_AUTO_TEST_CASE(names_no_more_than_a_line_holds) {
  auto yaml = std::string{"collectors: { in: { type: stdin } }\nsinks:\n"};
  for (auto i = 0; i < 20; ++i) yaml += "  s" + std::to_string(i) + ": { type: \"null\" }\n";
  BOOST_TEST(start_text(plan_of(yaml), options()).ends_with("s7 (null) and 12 more"));
}

BOOST_AUTO_TEST_CASE(ends_with_where_all_that_was_taken_is) {
  const auto in = actor("in", "collector", 1300, 1250, 40);
  auto local = actor("local", "source_aggregator", 1250, 1000, 250);
  auto out = actor("out", "sink", 1100, 1000, 90);
  BOOST_TEST(account_text({in, local, out}, {{"local", "b/local"}})
             == "stored 1,000; 250 wait in b/local and are safe there; "
                "40 in in were not confirmed to their source");
  BOOST_TEST(account_text({in, local, out}, {}) == "stored 1,000; 40 in in were not confirmed to their source");
  out.dropped["path leaves the directory"] = 10;
  BOOST_TEST(account_text({out}, {})
             == "stored 1,000; 90 in out were not confirmed to their senders; dropped 10");
  BOOST_TEST(account_text({in, local}, {{"local", "b/local"}})
             == "passed on 1,250; 250 wait in b/local and are safe there; "
                "40 in in were not confirmed to their source");
  local.last_error = "cannot write: No space left on device";
  BOOST_TEST(account_text({local}, {{"local", "b/local"}})
             == "passed on 1,000; 250 wait in b/local, what of them is there is safe: "
                "cannot write: No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
