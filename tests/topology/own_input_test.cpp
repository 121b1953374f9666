/// What `weir check` says of collectors that may meet what a sink beside them writes.
#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto told_of(const std::string& collector, const std::string& sink, const std::string& rest = {}) -> std::string {
  auto told = std::string{};
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml("collectors: { c: { type: tail, " + collector + " } }\nsinks: { s: { type: file, " + sink
                                           + " } }\n" + rest,
                                       "t", problems);
  if (root) (void)make_plan(*root, problems);
  for (const auto& p : problems) told += config::to_text(p) + '\n';
  return told;
}

} // namespace

BOOST_AUTO_TEST_SUITE(own_input)

BOOST_AUTO_TEST_CASE(a_pattern_that_takes_what_a_sink_writes_is_told_by_name_once) {
  BOOST_TEST(told_of("path: /srv/in/*.log", "path: '/srv/in/{tag}.log'")
             == "t:1:38: warning: collector \"c\": its \"path\" can match what sink \"s\" writes, "
                "\"/srv/in/{tag}.log\"; what this topology writes is never read\n"
                "  hint: \"exclude\" leaves it out by name\n");
  for (const auto* sink : {"/srv/in/%Y-%m-%d.log", "/srv/in/x.{node}.log", "/srv/in/%A.log", "/srv/./in/a.log"})
    BOOST_TEST(told_of("path: [/var/x, '/srv/**/*.log']", "path: '" + std::string{sink} + "'").find("can match what sink")
                   != std::string::npos,
               sink);
}

BOOST_AUTO_TEST_CASE(what_cannot_meet_and_what_is_left_out_is_not_told) {
  for (const auto* sink : {"/srv/out/{tag}.log", "/srv/in/{tag}.jsonl", "/srv/in/{tag}/x.log", "/srv/in/%Y.out"})
    BOOST_TEST(told_of("path: /srv/in/*.log", "path: '" + std::string{sink} + "'") == "", sink);
  BOOST_TEST(told_of("path: '/srv/**/*.log', exclude: /srv/out/**", "path: '/srv/out/{tag}.log'") == "");
  BOOST_TEST(told_of("path: '/srv/**/*.log', exclude: 'own-*'", "path: '/srv/out/own-{tag}.log'") == "");
  // They never run in one process.
  BOOST_TEST(told_of("path: /srv/in/*.log", "path: '/srv/in/{tag}.log', from: g",
                     "source_aggregators: { g: { from: c } }\nplacement: { edge: [c], core: [g, s] }\n"
                     "nodes: { k: { listen: 'h:1', as: core } }\n")
                 .find("can match")
             == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
