#include "config/yaml_tree.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>

using namespace weir;

namespace {

struct outcome {
  std::optional<topology_plan> plan;
  config::diagnostics problems;
};

auto plan_of(std::string_view yaml) -> outcome {
  auto r = outcome{};
  if (const auto root = config::parse_yaml(yaml, "t.yaml", r.problems)) r.plan = make_plan(*root, r.problems);
  for (const auto& p : r.problems) BOOST_TEST_MESSAGE(config::to_text(p));
  return r;
}

using names = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(plans)

BOOST_AUTO_TEST_CASE(everything_written_arrives_in_the_plan) {
  auto problems = config::diagnostics{};
  const auto plan = load_plan(WEIR_SOURCE_DIR "/tests/topology/good/three_nodes.yaml", problems);
  BOOST_REQUIRE(plan.has_value());
  BOOST_TEST(problems.empty());
  BOOST_TEST(plan->cluster == "shop");

  const auto& web = std::get<collector_plan>(plan->find("web")->details);
  BOOST_TEST(web.parse.has_value());
  BOOST_TEST((web.parse->parser.format == line_format::nginx));
  BOOST_TEST(web.labels.at("site") == "main");
  BOOST_TEST((web.make_source({}) != nullptr));

  const auto& apps = std::get<collector_plan>(plan->find("apps")->details);
  BOOST_TEST(!apps.parse.has_value()); // it parses a field
  BOOST_TEST(apps.operators.size() == 3U);

  const auto* local = plan->find("local");
  BOOST_TEST(local->from == (names{"web", "apps"}), boost::test_tools::per_element());
  BOOST_TEST(local->to == (names{"core"}), boost::test_tools::per_element());
  BOOST_TEST(local->classes == (names{"edge"}), boost::test_tools::per_element());
  const auto& core = std::get<aggregator_plan>(plan->find("core")->details);
  BOOST_TEST(core.instances == 2U);
  BOOST_TEST((core.balance == balance_policy::least_loaded));

  const auto& errors = std::get<sink_plan>(plan->find("errors")->details);
  BOOST_TEST(errors.match.matches("web.access"));
  BOOST_TEST(!errors.match.matches("db"));
  BOOST_TEST((errors.retry.give_up_after == std::chrono::minutes{10}));
  BOOST_TEST(plan->nodes.size() == 3U);
  BOOST_TEST(plan->nodes[2].port == 7403);
}

BOOST_AUTO_TEST_CASE(components_come_in_the_order_of_the_tiers) {
  const auto r = plan_of("sinks: { s: { type: file, path: x } }\n"
                         "source_aggregators: { a: }\n"
                         "collectors: { c: { type: tail, path: y } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  BOOST_TEST(r.plan->components[0].name == "c");
  BOOST_TEST(r.plan->components[1].name == "a");
  BOOST_TEST(r.plan->components[2].name == "s");
  BOOST_TEST(r.plan->components[2].from == (names{"a"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(all_four_patterns_are_plans) {
  for (const auto* tiers : {"", "source_aggregators: { a: }\n", "destination_aggregators: { b: }\n",
                            "source_aggregators: { a: }\ndestination_aggregators: { b: }\n"}) {
    const auto r = plan_of(
        std::string{"collectors: { c: { type: tail, path: y } }\nsinks: { s: { type: null } }\n"} + tiers);
    BOOST_TEST(r.plan.has_value());
  }
}

BOOST_AUTO_TEST_CASE(parse_is_the_short_form_of_the_first_operator) {
  for (const auto* way : {"parse: {format: json}", "parse: json", "process: [parse: {format: json}]",
                          "process: [parse: json]", "process: [{type: parse, format: json}]"}) {
    const auto r = plan_of(std::string{"collectors:\n  c: { type: tail, path: y, "} + way
                           + " }\nsinks: { s: { type: null } }\n");
    BOOST_REQUIRE(r.plan.has_value());
    const auto& c = std::get<collector_plan>(r.plan->components[0].details);
    BOOST_REQUIRE(c.parse.has_value());
    BOOST_TEST((c.parse->parser.format == line_format::json));
    BOOST_TEST(c.operators.empty());
  }
}

BOOST_AUTO_TEST_CASE(one_instance_that_is_written_may_say_how_more_are_chosen_among) {
  BOOST_TEST(plan_of("collectors: { c: { type: tail, path: y } }\nsource_aggregators: { a: { instances: 1, balance: sticky } }\n"
                     "sinks: { s: { type: file, path: x } }\n")
                 .plan.has_value()); // weir scale makes them
}

BOOST_AUTO_TEST_CASE(instances_may_follow_the_number_of_cores) {
  const auto r =
      plan_of("collectors: { c: { type: tail, path: y } }\nsource_aggregators: { a: { instances: auto } }\n"
              "sinks: { s: { type: null } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  BOOST_TEST(std::get<aggregator_plan>(r.plan->find("a")->details).instances
             == std::max(1U, std::thread::hardware_concurrency()));
}

BOOST_AUTO_TEST_CASE(commits_are_what_the_file_says_or_what_the_store_likes) {
  const auto sink = [](const std::string& settings) {
    const auto r = plan_of("collectors: { c: { type: tail, path: y } }\nsinks: { s: { " + settings + " } }\n");
    BOOST_REQUIRE(r.plan.has_value());
    return std::get<sink_plan>(r.plan->find("s")->details);
  };
  BOOST_TEST(sink("type: base").writers == 1U);
  BOOST_TEST(sink("type: base, writers: 12").writers == 12U);
  BOOST_TEST(sink("type: base, writers: auto").writers == 8U);
  BOOST_TEST(sink("type: file, path: x, writers: auto").writers == 1U);
  BOOST_TEST(sink("type: base").batch.max_size.value == 1U << 20);
  BOOST_TEST(sink("type: file, path: x").batch.max_size.value == 4U << 20);
  const auto written = sink("type: base, batch: { max_size: 2MiB, max_events: 100, max_delay: 3s }").batch;
  BOOST_TEST(written.max_size.value == 2U << 20);
  BOOST_TEST(written.max_events == 100U);
  BOOST_TEST((written.max_delay == std::chrono::seconds{3}));
}

BOOST_AUTO_TEST_CASE(a_buffer_is_on_disk_wherever_a_path_is_given) {
  const auto buffer_for = [](const std::string& written) {
    const auto r = plan_of("collectors: { c: { type: tail, path: y } }\nsource_aggregators: { a: { buffer: "
                           + written + " } }\nsinks: { s: { type: null } }\n");
    BOOST_REQUIRE(r.plan.has_value());
    return std::get<aggregator_plan>(r.plan->find("a")->details).buffer;
  };
  const auto memory = buffer_for("{}");
  BOOST_TEST((memory.type == buffer_type::memory));
  BOOST_TEST(memory.max_size.value == 64U << 20);
  const auto disk = buffer_for("{ path: b }");
  BOOST_TEST((disk.type == buffer_type::disk));
  BOOST_TEST(disk.max_size.value == std::uint64_t{4} << 30);
  BOOST_TEST(disk.segment_size.value == 64U << 20);
  BOOST_TEST((disk.sync == sync_policy::always));
  const auto all = buffer_for("{ type: disk, path: b, max_size: 8MiB, sync: interval, sync_interval: 100ms, "
                              "when_full: drop_newest }");
  BOOST_TEST(all.segment_size.value == 2U << 20); // a quarter of so little
  BOOST_TEST((all.sync == sync_policy::interval));
  BOOST_TEST((all.sync_interval == std::chrono::milliseconds{100}));
  BOOST_TEST((all.when_full == full_policy::drop_newest));
}

BOOST_AUTO_TEST_CASE(every_instance_has_a_buffer_directory_of_its_own) {
  const auto r = plan_of("collectors: { c: { type: tail, path: y } }\nsource_aggregators:\n"
                         "  one: { from: c, buffer: { path: \"b/{node}\" } }\n"
                         "  two: { from: c, instances: 2, buffer: { path: \"b/{component}\" } }\n"
                         "sinks: { s: { type: null, from: [one, two] } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  BOOST_TEST(buffer_directory(*r.plan->find("one"), "edge-1", 0) == "b/edge-1");
  BOOST_TEST(buffer_directory(*r.plan->find("two"), "edge-1", 1) == "b/two/1");
}

BOOST_AUTO_TEST_CASE(dead_letters_lie_in_the_buffer_beside_their_component) {
  const auto r = plan_of("collectors: { c: { type: tail, path: y } }\nsource_aggregators:\n"
                         "  one: { from: c, instances: 2, buffer: { path: \"b/{node}\" } }\n"
                         "sinks: { near: { type: null, from: one }, far: { type: null, from: one } }\n"
                         "placement: { edge: [c, one, near], core: far }\n"
                         "nodes: { core-1: { listen: 'localhost:1', as: core } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  const auto file_of = [&](const char* name) { return dead_letter_path(*r.plan, *r.plan->find(name), "n1"); };
  BOOST_TEST(file_of("c") == "b/n1/dead-letters/c.jsonl");
  BOOST_TEST(file_of("near") == "b/n1/dead-letters/near.jsonl");
  BOOST_TEST(file_of("far") == "weir-data/dead-letters/n1/far.jsonl");
}

BOOST_AUTO_TEST_CASE(dead_letters_lie_where_the_file_says) {
  const auto path_of = [](const std::string& place, const std::string& rest = {}) {
    const auto r = plan_of("collectors: { c: { type: tail, path: y } }\n"
                           "source_aggregators: { one: { from: c, buffer: { path: b } } }\n"
                           "sinks: { s: { type: null, from: one } }\n"
                           "dead_letters: { path: '" + place + "' }\n" + rest);
    BOOST_REQUIRE(r.plan.has_value());
    return dead_letter_path(*r.plan, *r.plan->find("s"), "n1");
  };
  const auto placed = "placement: { all: [c, one, s] }\n";
  BOOST_TEST(path_of("/srv/letters") == "/srv/letters/s.jsonl");
  BOOST_TEST(path_of("/srv/{node}/letters") == "/srv/n1/letters/s.jsonl");
  BOOST_TEST(path_of("/srv/letters", placed) == "/srv/letters/n1/s.jsonl"); // two nodes on one machine
  BOOST_TEST(path_of("/srv/{node}/letters", placed) == "/srv/n1/letters/s.jsonl");
}

BOOST_AUTO_TEST_CASE(every_sink_and_collectors_that_set_lines_aside_may_have_dead_letters) {
  const auto r = plan_of("collectors:\n  c: { type: tail, path: y, parse: { format: json } }\n"
                         "  d: { type: tail, path: z, parse: { format: json, on_error: dead_letter } }\n"
                         "  e: { type: tail, path: x, process: [{ parse: { format: json, "
                         "on_error: dead_letter } }] }\nsinks: { s: { type: null, from: [c, d, e] } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  for (const auto& [name, wanted] : {std::pair{"c", false}, {"d", true}, {"e", true}, {"s", true}})
    BOOST_TEST(may_have_dead_letters(*r.plan->find(name)) == wanted, name);
}

BOOST_AUTO_TEST_CASE(a_sink_of_dead_letters_reads_nothing_else_unless_it_says_so) {
  const auto r = plan_of("dead_letter: letters\ncollectors: { c: { type: tail, path: y } }\n"
                         "sinks:\n  s: { type: null }\n  letters: { type: null }\n"
                         "  t: { type: null, dead_letter: others }\n  others: { type: null, from: c }\n");
  BOOST_REQUIRE(r.plan.has_value());
  BOOST_TEST(r.plan->find("c")->dead_letter == "letters");
  BOOST_TEST(r.plan->find("s")->dead_letter == "letters");
  BOOST_TEST(r.plan->find("t")->dead_letter == "others");
  BOOST_TEST(r.plan->find("letters")->dead_letter == "");
  BOOST_TEST(r.plan->find("c")->to == (names{"s", "t", "others"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(letters_get_to_their_sink_by_a_collector_beside_their_component) {
  const auto r =
      plan_of("collectors: { c: { type: tail, path: y } }\n"
              "sinks:\n  s: { type: null, from: c, dead_letter: letters }\n  letters: { type: null }\n"
              "placement: { edge: c, core: s, store: letters }\n"
              "nodes: { n: { listen: 'localhost:1', as: core }, m: { listen: 'localhost:2', as: store } }\n");
  BOOST_REQUIRE(r.plan.has_value());
  const auto* made = r.plan->find("s.dead-letters");
  BOOST_REQUIRE(made != nullptr);
  BOOST_TEST((made->in == tier::collector));
  BOOST_TEST(made->letters_of == "s");
  BOOST_TEST(made->classes == names{"core"}, boost::test_tools::per_element());
  BOOST_TEST(made->to == names{"letters"}, boost::test_tools::per_element());
  BOOST_TEST(r.plan->find("letters")->from == names{"s.dead-letters"}, boost::test_tools::per_element());
  BOOST_TEST(r.plan->find("c.dead-letters") == nullptr); // its letters have no sink
}

BOOST_AUTO_TEST_CASE(a_sink_of_letters_that_cannot_be_reached_is_an_error) {
  const auto r = plan_of("collectors: { c: { type: tail, path: y, dead_letter: letters,\n"
                         "  parse: { format: json, on_error: dead_letter } } }\n"
                         "sinks: { s: { type: null, from: c }, letters: { type: null } }\n"
                         "placement: { edge: [c, s], store: letters }\n");
  BOOST_REQUIRE_EQUAL(r.problems.size(), 1U);
  BOOST_TEST(r.problems[0].what.find("\"c.dead-letters\" sends to it from class \"edge\"")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(dead_letters_that_would_go_round_in_circles_are_an_error) {
  const auto r = plan_of("collectors: { c: { type: tail, path: y } }\nsinks:\n"
                         "  a: { type: null, from: c, dead_letter: b }\n"
                         "  b: { type: null, from: c, dead_letter: a }\n"
                         "  own: { type: null, from: c, dead_letter: own }\n");
  BOOST_TEST(r.problems.size() == 3U);
  for (const auto& p : r.problems) BOOST_TEST(p.what.find("gets dead letters itself") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_empty_type_is_not_taken_for_the_null_sink) {
  const auto r =
      plan_of("collectors: { c: { type: tail, path: y } }\nsinks:\n  s: { type: }\n  n: { type: ~ }\n");
  BOOST_TEST(!r.plan.has_value());
  BOOST_TEST(r.problems.size() == 2U);
}

BOOST_AUTO_TEST_CASE(writers_on_different_classes_may_use_the_same_path) {
  const auto text = std::string{"collectors: { c: { type: tail, path: y } }\n"
                                "sinks: { s: { type: file, path: /x }, t: { type: file, path: /x } }\n"};
  BOOST_TEST(!plan_of(text).plan.has_value());
  BOOST_TEST(
      plan_of(
          text
          + "placement: { one: [c, s], two: t }\nnodes: { n: { listen: 'localhost:1', as: [one, two] } }\n")
          .plan.has_value());
}

BOOST_AUTO_TEST_CASE(a_cluster_may_say_that_it_is_insecure) {
  const auto text = std::string{"collectors: { c: { type: tail, path: y } }\nsinks: { s: { type: null } }\n"
                                "nodes: { n: { listen: 0.0.0.0:7400, as: one } }\nplacement: { one: [c, s] }\n"};
  BOOST_TEST(!plan_of(text).plan.has_value());
  const auto r = plan_of(text + "cluster: { insecure: true }\n");
  BOOST_REQUIRE(r.plan.has_value());
  BOOST_TEST(r.plan->insecure);
}

BOOST_AUTO_TEST_CASE(nodes_that_join_need_no_address_in_the_file) {
  const auto text = std::string{"collectors: { c: { type: tail, path: y } }\nsinks: { s: { type: null } }\n"
                                "placement: { one: c, two: s }\n"};
  BOOST_TEST(!plan_of(text).plan.has_value());
  const auto r = plan_of(text + "cluster: { listen: '*:7400', insecure: true, advertise: 'a.shop:1', seeds: [b:2, 'dns+a://c:3'] }\n");
  BOOST_REQUIRE(r.plan.has_value());
  const auto& joining = r.plan->joining;
  BOOST_TEST(to_text(*joining.listen) == "*:7400");
  BOOST_TEST(to_text(*joining.advertise) == "a.shop:1");
  BOOST_TEST_REQUIRE(joining.seeds.size() == 2U);
  BOOST_TEST(to_text(joining.seeds[1]) == "dns+a://c:3");
}

BOOST_AUTO_TEST_CASE(problems_of_the_file_itself_forbid_a_plan) {
  auto problems =
      config::diagnostics{{config::diagnostic::severity::error, {"t.yaml", 9, 1}, "something", {}}};
  auto ignored = config::diagnostics{};
  const auto root = config::parse_yaml(
      "collectors: { c: { type: tail, path: y } }\nsinks: { s: { type: null } }\n", "t.yaml", ignored);
  BOOST_REQUIRE(root.has_value());
  BOOST_TEST(!make_plan(*root, problems).has_value());
  BOOST_TEST(problems.size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
