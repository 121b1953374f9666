#include "tests/cli/weir_command.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

using namespace weir;
using namespace weir::test;

namespace {

const auto topologies = std::filesystem::path{WEIR_SOURCE_DIR} / "tests/topology";

auto broken(const std::string& name) -> std::string {
  return (topologies / "broken" / (name + ".yaml")).string();
}
auto good(const std::string& name) -> std::string {
  return (topologies / "good" / (name + ".yaml")).string();
}

} // namespace

BOOST_AUTO_TEST_SUITE(command_line)

BOOST_AUTO_TEST_CASE(a_mistyped_command_is_refused_with_the_nearest) {
  const auto r = weir_command({"chekc", "a.yaml"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.out.empty());
  BOOST_TEST(contains(r.err, "unknown command \"chekc\""));
  BOOST_TEST(contains(r.err, "did you mean \"check\"?"));
}

BOOST_AUTO_TEST_CASE(a_mistyped_option_is_refused_with_the_nearest) {
  for (const auto* word : {"--fromat=dot", "--fromat"}) {
    const auto r = weir_command({"plan", good("three_nodes"), word});
    BOOST_TEST(r.status == 2);
    BOOST_TEST(contains(r.err, "unknown option \"--fromat\""));
    BOOST_TEST(contains(r.err, "did you mean \"--format\"?"));
  }
  const auto top = weir_command({"--hlep"});
  BOOST_TEST(top.status == 2);
  BOOST_TEST(contains(top.err, "did you mean \"--help\"?"));
}

BOOST_AUTO_TEST_CASE(wrong_use_ends_with_2_and_says_what_is_missing) {
  BOOST_TEST(weir_command({}).status == 2);
  const auto r = weir_command({"check"});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(contains(r.err, "topology is required"));
  BOOST_TEST(weir_command({"check", "a.yaml", "b.yaml"}).status == 2);
}

BOOST_AUTO_TEST_CASE(help_and_version_are_results) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"--help"}, {"help"}, {"check", "--help"}, {"help", "check"}}) {
    const auto r = weir_command(words);
    BOOST_TEST(r.status == 0);
    BOOST_TEST(r.err.empty());
    BOOST_TEST(contains(r.out, "weir check config/quickstart.yaml"));
  }
  for (const auto* word : {"version", "--version"})
    BOOST_TEST(weir_command({word}).out.starts_with("weir 0."));
}

BOOST_AUTO_TEST_CASE(check_counts_the_problems_and_starts_nothing) {
  const auto r = weir_command({"check", broken("unknown_key")});
  BOOST_TEST(r.status == 2);
  BOOST_TEST(r.out.empty());
  BOOST_TEST(r.err.ends_with("\n3 problems; nothing was started\n"));
  BOOST_TEST(contains(r.err, "unknown_key.yaml:4:26: sink \"archive\": unknown key \"pth\""));
  BOOST_TEST(contains(r.err, "  hint: did you mean \"path\"?  `weir help sink file` lists all"));
}

BOOST_AUTO_TEST_CASE(check_tells_a_missing_file_and_a_directory) {
  const auto missing = weir_command({"check", "no-such-file.yaml"});
  BOOST_TEST(missing.status == 2);
  BOOST_TEST(contains(missing.err, "cannot read \"no-such-file.yaml\": No such file or directory"));
  BOOST_TEST(missing.err.ends_with("1 problem; nothing was started\n"));
  BOOST_TEST(contains(weir_command({"check", "/tmp"}).err, "it is a directory; wants a YAML file"));
}

BOOST_AUTO_TEST_CASE(check_sums_up_a_topology_without_problems) {
  const auto r = weir_command({"check", good("three_nodes")});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(r.err.empty());
  BOOST_TEST(contains(r.out, "no problems"));
  BOOST_TEST(contains(r.out, "2 collectors:\n    web (tail)\n    apps (forward)\n"));
  BOOST_TEST(contains(r.out, "core x2 <- local"));
}

BOOST_AUTO_TEST_CASE(plan_draws_tiers_wiring_placement_and_connections) {
  const auto r = weir_command({"plan", good("three_nodes")});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(contains(r.out, "web, apps --> local"));
  BOOST_TEST(contains(r.out, "core --> errors  (only web.**)"));
  BOOST_TEST(contains(r.out, "edge-1 at 127.0.0.1:7401 as edge"));
  BOOST_TEST(
      contains(r.out, "local --> core: 2 x 2 = 4\n"));       // two edge nodes, two instances on one core node
  BOOST_TEST(contains(r.out, "web --> local: 2 x 1 = 2\n")); // each to the one on its own node
  BOOST_TEST(contains(r.out, "* both aggregator tiers"));
}

BOOST_AUTO_TEST_CASE(plan_prints_for_other_programs) {
  const auto dot = weir_command({"plan", good("three_nodes"), "--format", "dot"});
  BOOST_TEST(contains(dot.out, "\"local\" -> \"core\";"));
  const auto json = weir_command({"plan", "--format=json", good("three_nodes")});
  BOOST_TEST(contains(json.out, "{\"from\": \"local\", \"to\": \"core\", \"senders\": 2, \"receivers\": 2}"));
  const auto mermaid = weir_command({"plan", good("three_nodes"), "--format", "mermaid"});
  BOOST_TEST(mermaid.out.starts_with("flowchart LR\n"));
  BOOST_TEST(contains(mermaid.out, "c2 --> c3\n"));
  const auto wrong = weir_command({"plan", good("three_nodes"), "--format", "josn"});
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(contains(wrong.err, "did you mean \"json\"?"));
}

BOOST_AUTO_TEST_CASE(help_lists_plug_ins_and_their_settings) {
  BOOST_TEST(contains(weir_command({"help", "sink"}).out, "file  Appends events to files."));
  const auto page = weir_command({"help", "sink", "file"});
  BOOST_TEST(page.status == 0);
  BOOST_TEST(contains(page.out, "  path    string    required  Where to write.\n"));
  BOOST_TEST(contains(page.out, "  format  json|raw  json      What to write.\n"));
  BOOST_TEST(contains(page.out, "retry.give_up_after"));
  BOOST_TEST(contains(weir_command({"help", "parser", "csv"}).out, "columns"));
  BOOST_TEST(contains(weir_command({"help", "aggregator"}).out, "batch.max_delay"));
  const auto wrong = weir_command({"help", "sink", "flie"});
  BOOST_TEST(wrong.status == 2);
  BOOST_TEST(contains(wrong.err, "there is no sink \"flie\"\n  hint: did you mean \"file\"?"));
}

BOOST_AUTO_TEST_CASE(help_writes_the_reference_and_the_schema) {
  const auto markdown = weir_command({"help", "--markdown"}).out;
  BOOST_TEST(contains(markdown, "### sink `file`"));
  BOOST_TEST(contains(markdown, "| `format` | json\\|raw | `json` | What to write. |"));
  const auto schema = weir_command({"help", "--schema"}).out;
  BOOST_TEST(contains(schema, R"("type": {"const": "file")"));
  BOOST_TEST(contains(schema, R"("enum": ["json", "raw"])"));
}

BOOST_AUTO_TEST_SUITE_END()
