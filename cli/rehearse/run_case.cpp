#include "cli/rehearse/run_case.hpp"

#include "cli/rehearse/difference.hpp"
#include "cli/rehearse/values.hpp"
#include "runtime/codec/time_text.hpp"
#include "topology/rehearsal/rehearsal.hpp"

namespace weir::cli {
namespace {

struct arrived_event {
  std::string tag;
  std::int64_t time_ns = 0;
  std::string record;
};

using arrivals = std::map<std::string, std::vector<arrived_event>>;

auto time_text(std::int64_t ns) -> std::string {
  char text[time_text_bytes];
  write_time_text(text, ns);
  return {text, sizeof text};
}

auto text_of(const arrived_event& e, bool with_time) -> std::string {
  return e.tag + ' ' + (with_time ? time_text(e.time_ns) + ' ' : "") + sorted_json(e.record);
}

auto text_of(const expected_event& e, bool with_time) -> std::string {
  auto text = e.tag.value_or("(any tag)") + ' ';
  if (with_time) text += (e.time_ns ? time_text(*e.time_ns) : "(any time)") + ' ';
  if (e.record) return text + sorted_json(*e.record);
  return text + (e.contains ? "(among others) " + sorted_json(*e.contains) : "(any record)");
}

auto is_as_expected(const expected_event& wanted, const arrived_event& came) -> bool {
  return (!wanted.tag || *wanted.tag == came.tag) && (!wanted.time_ns || *wanted.time_ns == came.time_ns)
         && (!wanted.record || sorted_json(*wanted.record) == sorted_json(came.record))
         && (!wanted.contains || has_all_of(came.record, *wanted.contains));
}

void give(rehearsal& to, const topology_plan& plan, const test_case& test, const clock& now) {
  for (const auto& g : test.given) {
    const auto& collector = *plan.find(g.collector);
    const auto tag = g.tag.empty() ? tag_of_lines(collector) : g.tag;
    if (g.line)
      to.put_line(collector, tag, *g.line);
    else
      to.put_event(collector, {tag, g.time_ns.value_or(now.wall_ns()), g.record});
    to.pass_on(); // so that what is given first comes first
  }
  to.finish();
}

auto place_text(const config::place& at) -> std::string {
  return at.file + ':' + std::to_string(at.line) + ':' + std::to_string(at.column) + ": ";
}

void compare(const expectation& e, const std::vector<arrived_event>& came, std::vector<std::string>& findings) {
  const auto title = place_text(e.where) + "sink \"" + e.sink + "\": ";
  const auto wants = e.count.value_or(e.events.size());
  auto texts = std::vector<std::string>{};
  auto wanted = std::vector<std::string>{};
  auto with_time = false;
  for (const auto& w : e.events) with_time = with_time || w.time_ns;
  for (const auto& w : e.events) wanted.push_back(text_of(w, with_time));
  for (const auto& c : came) texts.push_back(text_of(c, with_time));
  const auto is_same = [&](std::size_t i, std::size_t j) { return is_as_expected(e.events[i], came[j]); };
  auto is_well = came.size() == wants;
  for (std::size_t i = 0; is_well && !e.count && i < came.size(); ++i) is_well = is_same(i, i);
  if (is_well) return;
  findings.push_back(title + std::to_string(wants) + (wants == 1 ? " event" : " events") + " expected, "
                     + std::to_string(came.size()) + " came");
  for (auto& line : difference_of(wanted, texts, is_same)) findings.push_back(std::move(line));
}

} // namespace

auto tag_of_lines(const component_plan& collector) -> std::string {
  const auto* written = collector.written.find("tag");
  return written != nullptr && written->is_scalar() && !written->scalar.empty() ? written->scalar : collector.name;
}

auto run_case(const topology_plan& plan, const test_case& test) -> std::vector<std::string> {
  auto now = manual_clock{};
  now.set_wall_ns(clock_of_tests_ns);
  auto came = arrivals{};
  auto trial = rehearsal{plan, "test", now, [&](const component_plan& at, const rehearsed_event& e) {
                           if (at.in == tier::sink) came[at.name].push_back({std::string{e.tag}, e.time_ns, std::string{e.record}});
                         }};
  give(trial, plan, test, now);
  auto findings = std::vector<std::string>{};
  for (const auto& e : test.expected) compare(e, came[e.sink], findings);
  if (findings.empty()) return findings;
  for (const auto& [component, lost] : trial.losses())
    for (const auto& [reason, events] : lost.all()) findings.push_back("  " + component + " dropped " + std::to_string(events) + ": " + reason);
  return findings;
}

} // namespace weir::cli
