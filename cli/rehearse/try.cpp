#include "cli/command.hpp"
#include "cli/rehearse/run_case.hpp"
#include "cli/report.hpp"
#include "config/yaml_tree.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/parser/parsers.hpp"
#include "topology/make_plan.hpp"
#include "topology/rehearsal/rehearsal.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace weir::cli {
namespace {

using config::value;

struct try_line {
  std::string topology;
  std::string component;
  std::string parse;
  std::vector<std::string> process;
  std::string tag = "try";
};

auto map_of(std::vector<value::member> members) -> value {
  auto made = value{};
  made.type = value::kind::map;
  made.members = std::move(members);
  return made;
}

auto text(std::string content) -> value {
  auto made = value{};
  made.type = value::kind::scalar;
  made.quoted = true;
  made.scalar = std::move(content);
  return made;
}

/// A collector with what the line says, and a sink that takes all.
auto written_plan(const try_line& line, config::diagnostics& problems) -> std::optional<topology_plan> {
  auto collector = map_of({{"type", {}, text("stdin")}, {"tag", {}, text(line.tag)}});
  if (!line.parse.empty())
    if (auto parse = config::parse_yaml(line.parse, "--parse", problems)) collector.members.push_back({"parse", {}, std::move(*parse)});
  auto process = value{};
  process.type = value::kind::sequence;
  for (const auto& p : line.process)
    if (auto item = config::parse_yaml(p, "--process", problems)) process.items.push_back(std::move(*item));
  if (!process.items.empty()) collector.members.push_back({"process", {}, std::move(process)});
  auto sink = map_of({{"type", {}, text("null")}, {"from", {}, text("try")}});
  return make_plan(map_of({{"collectors", {}, map_of({{"try", {}, std::move(collector)}})}, {"sinks", {}, map_of({{"out", {}, std::move(sink)}})}}),
                   problems);
}

/// Lines of a collector that reads lines as they are; for all others a line is a record in JSON.
class line_giver {
public:
  line_giver(rehearsal& to, const component_plan& at) : to_(to), at_(at), tag_(at.in == tier::collector ? tag_of_lines(at) : "try") {
    const auto* known = at.in == tier::collector ? plugin_registry<source>::find(at.type) : nullptr;
    is_of_lines_ = known != nullptr && !known->gives_events;
    if (auto made = make_json_parser({}, system_clock())) json_ = std::move(*made);
  }

  /// False: it is no record.
  auto give(const std::string& line) -> bool {
    if (is_of_lines_) return to_.put_line(at_, tag_, line), true;
    record_.clear();
    auto padded = line;
    padded.append(line_padding, '\0');
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = json_->parse(std::string_view{padded}.substr(0, line.size()), write);
    if (!parsed.ok()) return false;
    write.close_map(mark, parsed.fields);
    const auto event = rehearsed_event{tag_, system_clock().wall_ns(), record_.view()};
    if (at_.in == tier::collector)
      to_.put_event(at_, event);
    else
      to_.arrive(at_, event);
    return true;
  }

private:
  rehearsal& to_;
  const component_plan& at_;
  std::string tag_;
  bool is_of_lines_ = false;
  std::unique_ptr<line_parser> json_;
  byte_buffer record_;
};

void show_losses(const rehearsal& tried, const std::string& component, session& s) {
  const auto lost = tried.losses().find(component);
  if (lost == tried.losses().end()) return;
  for (const auto& [reason, events] : lost->second.all())
    s.err << events << (events == 1 ? " event" : " events") << " dropped: " << reason << '\n';
}

auto try_lines(const topology_plan& plan, const component_plan& at, session& s) -> int {
  auto out = byte_buffer{};
  auto writer = json_writer{};
  auto tried = rehearsal{plan, "try", system_clock(), [&](const component_plan& from, const rehearsed_event& e) {
                           if (&from != &at) return;
                           out.clear();
                           writer.begin_section(e.tag);
                           auto record = e.record;
                           writer.append_line(out, e.time_ns, record);
                           s.out << out.view();
                         }};
  auto giver = line_giver{tried, at};
  auto wrong = std::uint64_t{0};
  for (auto line = std::string{}; std::getline(std::cin, line); s.out.flush()) {
    if (line.ends_with('\r')) line.pop_back();
    if (!giver.give(line)) ++wrong;
    tried.pass_on();
  }
  tried.finish();
  show_losses(tried, at.name, s);
  if (wrong > 0) s.err << wrong << (wrong == 1 ? " line is" : " lines are") << " no JSON object: that is what comes to \"" << at.name << "\"\n";
  return wrong == 0 ? exit_done : exit_failed;
}

auto try_out(const try_line& line, session& s) -> int {
  auto problems = config::diagnostics{};
  const auto is_written = line.topology.empty();
  const auto plan = is_written ? written_plan(line, problems) : load_plan(line.topology, problems);
  explain(problems, s);
  if (!plan) return count_errors(problems, s, "nothing was tried"), exit_misuse;
  const auto* at = plan->find(is_written ? "try" : line.component);
  if (at != nullptr && at->letters_of.empty()) return try_lines(*plan, *at, s);
  auto names = std::vector<std::string>{};
  for (const auto& c : plan->components) names.push_back(c.name);
  const auto meant = config::nearest(line.component, names);
  s.err << "weir try: " << line.topology << " has no component \"" << line.component << "\"\n";
  if (meant) s.err << "  hint: did you mean \"" << *meant << "\"?\n";
  return exit_misuse;
}

} // namespace

void add_try(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("try", "Show what becomes of the lines of stdin; start nothing");
  auto line = std::make_shared<try_line>();
  auto* topology = sub->add_option("topology", line->topology, "A topology file");
  auto* component = sub->add_option("-c,--component", line->component, "Its component to try: a collector as if it read the lines; of others, lines are records in JSON");
  sub->add_option("-p,--parse", line->parse, "A format, or the settings of \"parse\" in YAML")->excludes(topology);
  sub->add_option("--process", line->process, "An operator in YAML; may be given several times")->excludes(topology);
  sub->add_option("-t,--tag", line->tag, "Tag of the events")->capture_default_str()->excludes(topology);
  component->needs(topology);
  topology->needs(component);
  sub->footer("\nExamples:\n  weir try --parse nginx < access.log\n"
              "  weir try --parse json --process 'filter: status >= 500' --process 'set: {slow: took > 1}' < app.log\n"
              "  weir try topology.yaml --component nginx < access.log\n\n"
              "Exit status: 0, or 1 if a line is no record, 2 if the settings are wrong.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return try_out(*line, s); }; });
}

} // namespace weir::cli
