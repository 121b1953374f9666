#include "config/yaml_tree.hpp"
#include "topology/guarantee.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto plan_of(const std::string& yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml(yaml, "t.yaml", problems);
  auto plan = root ? make_plan(*root, problems) : std::nullopt;
  for (const auto& p : problems) BOOST_TEST_MESSAGE(config::to_text(p));
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

/// One collector, the source aggregator "a" and the destination aggregator "b" if they are given, one sink.
struct line {
  std::string collector;
  std::string a;
  std::string b;
  std::string sink;
  std::string killed;           ///< the promise whichever process is killed
  std::string power_cut;        ///< and when the machine loses power
  std::vector<int> weakened_by; ///< lines of the file: 1 collector, 2 a, 3 b, 4 sink
};

auto yaml_of(const line& l) -> std::string {
  auto text = "collectors: { c: { type: " + l.collector + " } }\n";
  text += l.a.empty() ? "\n" : "source_aggregators: { a: { buffer: { " + l.a + " } } }\n";
  text += l.b.empty() ? "\n" : "destination_aggregators: { b: { buffer: { " + l.b + " } } }\n";
  return text + "sinks: { s: { type: " + l.sink + " } }\n";
}

const auto tail = std::string{"tail, path: x"};
const auto file_sink = std::string{"file, path: y"};
const auto memory = std::string{"max_size: 8MiB"};
const auto exactly = std::string{"exactly once"};
const auto at_least = std::string{"at least once"};
const auto at_most = std::string{"at most once"};
const auto neither = std::string{"at most once, or again"};

const auto table = std::vector<line>{
    // the source
    {tail, "path: p", "path: q", file_sink, exactly, exactly, {}},
    {"forward", "path: p", "", file_sink, exactly, exactly, {}},
    {"once", "path: p", "", file_sink, at_most, at_most, {1}},
    {"once", memory, "", file_sink, at_most, at_most, {1}},
    {"forward, ack: stored", "path: p", "", file_sink, exactly, exactly, {}},
    {"forward, ack: received", "path: p", "", file_sink, at_most, at_most, {1}},
    // who keeps the positions
    {tail, "", "", file_sink, exactly, exactly, {}},
    {tail, memory, "", file_sink, exactly, exactly, {}},
    {tail, memory, "path: q", file_sink, exactly, exactly, {}},
    {tail, memory, "path: q, sync: os", file_sink, exactly, at_least, {3}},
    {tail, "path: p", memory, file_sink, exactly, exactly, {}},
    {tail, "", "path: q", file_sink, exactly, exactly, {}},
    {"forward", "", memory, file_sink, exactly, exactly, {}},
    {"forward", memory, memory, file_sink, exactly, exactly, {}},
    // the store
    {tail, "path: p", "path: q", "\"null\"", at_least, at_least, {4}},
    {tail, "", "", "\"null\"", at_least, at_least, {4}},
    {tail, "path: p", "", "file, path: device", at_least, at_least, {4}},
    {tail, "path: p", "", "file, path: distracted", at_least, at_least, {4}},
    {tail, "path: p", "", "file, path: careless", at_most, at_most, {4}},
    {"once", "", "", "\"null\"", neither, neither, {1, 4}},
    // what gives way when the buffer is full
    {tail, "path: p, when_full: drop_oldest", "", file_sink, at_most, at_most, {2}},
    {tail, "path: p", "path: q, when_full: drop_newest", file_sink, at_most, at_most, {3}},
    {tail, memory, "path: q, when_full: drop_newest", file_sink, at_most, at_most, {3}},
    // what a power cut adds: a file is read again from where the log stands, a client has its ack
    {tail, "path: p, sync: os", "path: q", file_sink, exactly, at_least, {2}},
    {"forward", "path: p, sync: interval", "", file_sink, exactly, at_most, {2}},
    {tail, "path: p", "path: q, sync: os", file_sink, exactly, at_most, {3}},
    {tail, "path: p", "", file_sink + ", sync: os", exactly, at_most, {4}},
    {tail, "path: p, sync: os", "", file_sink + ", sync: os", exactly, neither, {2, 4}},
};

auto lines_of(const path_guarantee& g) -> std::vector<int> {
  auto lines = std::vector<int>{};
  for (const auto& w : g.when_killed) lines.push_back(w.where.line);
  for (const auto& w : g.at_power_cut) lines.push_back(w.where.line);
  return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(guarantees)

BOOST_AUTO_TEST_CASE(every_weakness_is_found_with_its_place) {
  for (const auto& l : table) {
    const auto yaml = yaml_of(l);
    BOOST_TEST_CONTEXT(yaml) {
      const auto plan = plan_of(yaml);
      const auto all = guarantees_of(plan);
      BOOST_REQUIRE(all.size() == 1U);
      BOOST_TEST(guarantee_name(all[0].level()) == l.killed);
      BOOST_TEST(guarantee_name(all[0].level_at_power_cut()) == l.power_cut);
      BOOST_TEST(lines_of(all[0]) == l.weakened_by, boost::test_tools::per_element());
    }
  }
}

BOOST_AUTO_TEST_CASE(the_place_is_that_of_the_setting) {
  const auto plan =
      plan_of(yaml_of({tail, "path: p, when_full: drop_oldest, sync: os", "", file_sink, {}, {}, {}}));
  const auto g = guarantees_of(plan).front();
  BOOST_TEST(g.when_killed.front().what
             == "source aggregator \"a\": \"when_full: drop_oldest\" loses events when the buffer is full");
  BOOST_TEST(g.when_killed.front().where.column == 58);
  BOOST_TEST(g.at_power_cut.front().where.column == 77);
}

BOOST_AUTO_TEST_CASE(every_path_is_judged_alone) {
  const auto plan =
      plan_of("collectors: { c: { type: tail, path: x }, d: { type: once } }\n"
              "source_aggregators: { a: { from: [c, d], buffer: { path: p } } }\n"
              "sinks: { s: { type: file, path: y, from: a }, t: { type: \"null\", from: [a, c] } }\n");
  auto found = std::vector<std::string>{};
  for (const auto& g : guarantees_of(plan)) {
    auto text = std::string{};
    for (const auto* c : g.path) text += c->name + ' ';
    found.push_back(text + std::string{guarantee_name(g.level())});
  }
  const auto expected = std::vector<std::string>{
      "c a s exactly once", "c a t at least once",          "c t at least once",
      "d a s at most once", "d a t at most once, or again",
  };
  BOOST_TEST(found == expected, boost::test_tools::per_element());
  BOOST_TEST(guarantees_of(plan, 2).size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_store_on_each_of_several_nodes_may_have_what_another_has) {
  const auto level = [](const std::string& placement, const std::string& sink = "type: file, path: y") {
    const auto plan = plan_of(
        "collectors: { c: { type: tail, path: x } }\n"
        "destination_aggregators: { b: { buffer: { path: p } } }\nsinks: { s: { " + sink + " } }\n"
        "placement: "
        + placement
        + "\nnodes:\n  e: { listen: 'localhost:1', as: edge }\n  c-1: { listen: 'localhost:2', as: core }\n"
          "  c-2: { listen: 'localhost:3', as: core }\n  s: { listen: 'localhost:4', as: store }\n");
    return guarantees_of(plan).front().level();
  };
  BOOST_CHECK(level("{ edge: c, core: [b, s], store: [] }") == guarantee::at_least_once);
  BOOST_CHECK(level("{ edge: c, core: [b, s], store: [] }", "type: base") == guarantee::exactly_once);
  BOOST_CHECK(level("{ edge: [c, b], core: s, store: [] }") == guarantee::at_least_once);
  BOOST_CHECK(level("{ edge: c, core: b, store: s }") == guarantee::exactly_once);
  BOOST_CHECK(level("{ edge: [], core: [c, b, s], store: [] }") == guarantee::exactly_once);
}

BOOST_AUTO_TEST_CASE(senders_that_wait_for_who_may_have_something_store_it_once) {
  const auto judged = [](const std::string& collector, const std::string& aggregator, const std::string& sink) {
    const auto plan = plan_of(
        "collectors: { c: { type: " + collector + " } }\ndestination_aggregators: { b: { " + aggregator + " } }\nsinks: { s: { "
        "type: file, path: y" + sink + " } }\nplacement: { edge: c, core: b, store: s }\nnodes:\n"
        "  c-1: { listen: 'localhost:2', as: core }\n  c-2: { listen: 'localhost:5', as: core }\n"
        "  s-1: { listen: 'localhost:3', as: store }\n  s-2: { listen: 'localhost:4', as: store }\n");
    const auto g = guarantees_of(plan).front();
    auto text = std::string{guarantee_name(g.level())};
    for (const auto& w : g.when_killed) text += "\n" + w.what;
    for (const auto& note : g.notes) text += "\n" + note;
    return text;
  };
  const auto disk = std::string{"buffer: { path: p }"};
  const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  const auto resends = judged(tail, disk, "");
  BOOST_TEST(resends.starts_with(at_least));
  BOOST_TEST(has(resends, "\"on_unknown: wait\" would make it exactly once, at the price of waiting for a node that is away"));
  const auto waits = judged(tail, disk, ", on_unknown: wait, wait_for: 5m");
  BOOST_TEST(waits.starts_with(exactly), waits);
  BOOST_TEST(has(waits, "for longer than \"wait_for: 5m\"; what it may have is sent elsewhere then: at least once"));
  BOOST_TEST(!has(waits, "within 1s"));
  const auto forgets = judged(tail, "buffer: { max_size: 8MiB }", ", on_unknown: wait");
  BOOST_TEST(forgets.starts_with(at_least));
  BOOST_TEST(has(forgets, "a buffer in memory forgets where it sent what (\"b\"; one with a path does not)"));
  BOOST_TEST(has(judged(tail, disk + ", replicas: 2", ", on_unknown: wait"), "several nodes pass on what they have copies of"));
  BOOST_TEST(has(judged("forward", disk, ", on_unknown: wait"), "clients send again to whoever is there (forward)"));
}

BOOST_AUTO_TEST_CASE(what_a_promise_rests_on_is_said) {
  const auto notes = [](const std::string& yaml) {
    const auto plan = plan_of(yaml);
    auto text = std::string{};
    const auto all = guarantees_of(plan);
    for (const auto& note : all.front().notes) text += note + '\n';
    return text;
  };
  const auto forward = notes(yaml_of({"forward", "path: p", "", file_sink, {}, {}, {}}));
  BOOST_TEST(forward.find("for clients that ask for acks") != std::string::npos);
  const auto impatient =
      notes(yaml_of({tail, "", "", file_sink + ", retry: { give_up_after: 10m }", {}, {}, {}}));
  BOOST_TEST(impatient == "what \"s\" cannot store for 10m becomes dead letters\n");
  const auto spread = std::string{
      "collectors: { c: { type: tail, path: x } }\ndestination_aggregators: { b: { buffer: { path: p } } }\n"
      "sinks: { s: { type: file, path: y } }\nplacement: { edge: c, core: [b, s] }\n"
      "nodes: { core-1: { listen: 'localhost:1', as: core }, core-2: { listen: 'localhost:2', as: "};
  BOOST_TEST(notes(spread + "core } }\n").find("as long as every \"b\" answers within 1s") != std::string::npos);
  BOOST_TEST(notes(spread + "edge } }\n") == "");
  const auto behind = [&](const std::string& sinks) {
    return notes("collectors: { c: { type: tail, path: x } }\nsource_aggregators: { a: {} }\nsinks: { s: { type: file, "
                 "path: y }" + sinks + " }\n");
  };
  BOOST_TEST(behind("").empty());
  BOOST_TEST(behind(", t: { type: file, path: z }").find("as long as all behind \"a\" answer within 1s when \"c\" starts")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(say_how_long_others_go_on_when_one_way_stops) {
  const auto note = [](const std::string& aggregator, const std::string& from) {
    const auto plan = plan_of("collectors: { c: { type: " + tail + " } }\n" + aggregator
                              + "sinks:\n  s: { type: " + file_sink + from
                              + " }\n  t: { type: file, path: z" + from + " }\n");
    const auto all = guarantees_of(plan);
    for (const auto& text : all.front().notes)
      if (text.starts_with("if \"s\" stops")) return text;
    return std::string{};
  };
  BOOST_TEST(note("", "").find("the others behind \"c\" go on for at most 8MiB;") != std::string::npos);
  BOOST_TEST(note("source_aggregators: { a: { buffer: { max_size: 32MiB } } }\n", ", from: [a]")
                 .find("the others behind \"a\" go on for at most 32MiB;")
             != std::string::npos);
  BOOST_TEST(note("source_aggregators: { a: { buffer: { path: p } } }\n", ", from: [a]").empty());
}

BOOST_AUTO_TEST_SUITE_END()
