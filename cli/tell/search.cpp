#include "cli/tell/search.hpp"

#include "cli/tell/other_hosts.hpp"
#include "cli/tell/search_findings.hpp"
#include "cli/tell/tap_filter.hpp"
#include "runtime/parser/time_format.hpp"

#include <algorithm>
#include <future>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto events_told = std::uint64_t{100}; // if nobody says how many
constexpr auto events_told_max = std::uint64_t{1000};
constexpr auto text_bytes_max = std::size_t{1000};
constexpr auto rows_for = 800ms;        // then what there is of them is told
constexpr auto bars_for = 1300ms;       // the same, from the beginning on
constexpr auto times_patience = 300ms;  // with the other nodes
constexpr auto hosts_patience = 1500ms;

/// A search, as one node does its part of it.
struct search_task {
  std::string sink;
  std::string path;
  std::string table;
  sqlite_search::wish wish;
  sqlite_search::page page;
  std::optional<event_place> before;
  time_span bars_within; ///< what bars are made of, where they are asked for
  bool is_hosted = false;
};

auto sqlite_sinks_of(const topology_plan& plan) -> std::vector<const component_plan*> {
  auto found = std::vector<const component_plan*>{};
  for (const auto& c : plan.components)
    if (c.in == tier::sink && c.type == "sqlite") found.push_back(&c);
  return found;
}

auto find_sink(const topology_plan& plan, const std::string& name) -> result<const component_plan*> {
  const auto all = sqlite_sinks_of(plan);
  if (all.empty()) return error{errc::not_found, "this topology has no sink of type sqlite"};
  if (name.empty() && all.size() == 1) return all.front();
  auto names = std::string{};
  for (const auto* c : all) {
    if (c->name == name) return c;
    names += (names.empty() ? "" : ", ") + c->name;
  }
  if (name.empty()) return error{errc::malformed, "\"sink\" wants one of " + names};
  return error{errc::not_found, '"' + name + "\" is no sink of type sqlite; there are " + names};
}

auto read_time(const question& what, const char* name, std::int64_t otherwise) -> result<std::int64_t> {
  const auto text = what.word(name);
  if (text.empty()) return otherwise;
  WEIR_TRY(const auto reads, time_parser::compile("", time_zone{}, system_clock()));
  if (const auto at = reads.parse(text)) return *at;
  return error{errc::malformed, '"' + std::string{name} + "\" wants a time as 2026-11-22T15:04:05Z, or seconds since 1970, not \"" + text + '"'};
}

auto read_task(const reloads& of, const question& what) -> result<search_task> {
  const auto plan = of.plan();
  WEIR_TRY(const auto* sink, find_sink(*plan, what.word("sink")));
  auto task = search_task{};
  task.sink = sink->name;
  const auto data = plugin_registry<store>::find("sqlite")->claims(sink->written, {sink->name, of.by().node}).data;
  if (!data) return error{errc::not_found, "the sink names no database"};
  task.path = data->place;
  const auto* table = sink->written.find("table");
  task.table = table != nullptr ? table->scalar : "events";
  const auto hosted = components_of(*plan, of.by().classes);
  task.is_hosted = std::find(hosted.begin(), hosted.end(), sink) != hosted.end();
  WEIR_TRY(task.wish.tags, read_tag_patterns(what.word("tag")));
  task.wish.text = what.word("text");
  if (task.wish.text.size() > text_bytes_max) return error{errc::malformed, "\"text\" is too long"};
  auto& page = task.page;
  WEIR_TRY(page.within.from_ns, read_time(what, "from", page.within.from_ns));
  WEIR_TRY(page.within.to_ns, read_time(what, "to", page.within.to_ns));
  WEIR_TRY(const auto limit, what.number("limit", events_told));
  page.rows_max = static_cast<std::size_t>(std::clamp(limit, std::uint64_t{1}, events_told_max));
  if (const auto before = what.word("before"); !before.empty()) {
    WEIR_TRY(task.before, parse_event_place(before));
    page.before = bound_of(*task.before, of.by().node);
  }
  return task;
}

/// What is asked for, as far as there is something.
auto narrowed(time_span within, const search_findings& by) -> time_span {
  if (!by.times) return {0, 0};
  within.from_ns = std::max(within.from_ns, by.times->first);
  within.to_ns = by.times->second < within.to_ns ? by.times->second + 1 : within.to_ns;
  return within;
}

void count_bars(sqlite_search& in, const time_span& within, search_findings& to) {
  const auto plan = bar_plan::of(within);
  for (std::size_t i = 0; i < plan.bars; ++i) {
    const auto number = in.count(plan.span_of(i, within));
    if (!number) return to.problems.push_back("not all of the histogram is there: " + number.failure().what);
    to.bars.push_back(*number);
  }
}

void note(search_findings& to, const error& why) { to.problems.push_back(why.what); }

/// Of the bars those of `within`; without: of what there is and is asked for, which is put there.
auto search_here(const search_task& task, const std::string& node, std::optional<time_span>& within) -> search_findings {
  const auto began = system_clock().monotonic();
  auto found = search_findings{};
  auto opened = sqlite_search::open(task.path, task.table, task.wish);
  if (!opened) return note(found, opened.failure()), found;
  opened->end_at(began + rows_for);
  const auto times = opened->times();
  if (times) found.times = *times;
  auto rows = opened->find(task.page);
  if (!rows) return note(found, rows.failure()), found;
  found.has_more = rows->has_more;
  if (!rows->problem.empty()) found.problems.push_back(rows->problem);
  for (const auto& row : rows->rows) found.events.push_back({{row.at, node}, event_json(row, {row.at, node})});
  if (!within) within = narrowed(task.page.within, found);
  opened->end_at(began + bars_for);
  count_bars(*opened, *within, found);
  return found;
}

auto times_here(const search_task& task) -> search_findings {
  auto found = search_findings{};
  auto opened = sqlite_search::open(task.path, task.table, {});
  if (!opened) return found; // why is told by the search itself
  opened->end_at(system_clock().monotonic() + times_patience);
  if (const auto times = opened->times()) found.times = *times;
  return found;
}

/// With bars that another node asks for.
auto read_span(const question& what) -> result<std::optional<time_span>> {
  using span = std::optional<time_span>;
  if (what.word("bars_from").empty()) return span{};
  WEIR_TRY(const auto from, what.number("bars_from", 0));
  WEIR_TRY(const auto to, what.number("bars_to", 0));
  return span{{static_cast<std::int64_t>(from), static_cast<std::int64_t>(to)}};
}

/// Several nodes, this one as their speaker.
class joint_search {
public:
  joint_search(const reloads& of, node& at, const question& what, const asker& by)
      : here_(of.by().node), at_(at), what_(what), by_(by) {}

  auto run(const search_task& task, other_hosts others) -> std::string {
    auto found = search_findings{};
    found.problems = std::move(others.away);
    others_ = std::move(others.linked);
    if (task.is_hosted) found.add(times_here(task), false);
    for (auto& one : ask("times", {}, times_patience, found)) found.add(std::move(one), false);
    const auto all = narrowed(task.page.within, found);
    const auto bars = bar_plan::of(all);
    found.bars.assign(bars.bars, 0);
    auto theirs = std::async(std::launch::async, [&] {
      auto problems = search_findings{};
      auto came = ask("all", all, hosts_patience, problems);
      came.push_back(std::move(problems));
      return came;
    });
    auto within = std::optional{all};
    if (task.is_hosted) found.add(search_here(task, here_, within), true);
    auto came = theirs.get();
    found.add(std::move(came.back()), false);
    came.pop_back();
    for (auto& one : came) found.add(std::move(one), true);
    found.put_in_order(task.page.rows_max);
    return answer_of(found, bars, all);
  }

private:
  auto ask(const std::string& part, const std::optional<time_span>& bars, duration patience, search_findings& problems)
      -> std::vector<search_findings> {
    auto came = std::vector<search_findings>{};
    auto theirs = what_;
    theirs.words["alone"] = "yes";
    theirs.words["part"] = part;
    if (bars) theirs.words["bars_from"] = std::to_string(std::max(bars->from_ns, std::int64_t{0}));
    if (bars) theirs.words["bars_to"] = std::to_string(std::max(bars->to_ns, std::int64_t{0}));
    if (others_.empty()) return came;
    for (const auto& a : at_.ask_all({command_for(told::contents, theirs), {}, by_.name}, patience, &others_)) {
      auto found = a.came ? parse_findings(*a.came, a.node) : std::nullopt;
      if (found)
        came.push_back(std::move(*found));
      else
        leave_out(a, problems);
    }
    return came;
  }
  void leave_out(const node_answer& a, search_findings& problems) {
    problems.problems.push_back(a.node + ": " + (a.came ? "it sent what cannot be read" : a.came.failure().what));
    others_.erase(a.node);
  }

  const std::string& here_;
  node& at_;
  const question& what_;
  const asker& by_;
  std::set<std::string> others_;
};

} // namespace

auto tell_events(const reloads& of, node& at, const question& what, const asker& by) -> result<std::string> {
  WEIR_TRY(const auto task, read_task(of, what));
  const auto is_alone = !what.word("alone").empty();
  const auto part = is_alone ? what.word("part") : std::string{};
  if (!is_alone) {
    auto others = find_other_hosts(at, of, [&](const std::string& name) { return name == task.sink; });
    if (!others.linked.empty() || !others.away.empty()) return joint_search{of, at, what, by}.run(task, std::move(others));
  }
  if (!task.is_hosted) return error{errc::not_found, "the sink \"" + task.sink + "\" runs on no node that this one is connected with"};
  if (part == "times") return to_text(times_here(task));
  WEIR_TRY(auto within, read_span(what));
  auto found = search_here(task, of.by().node, within);
  if (part == "all") return to_text(found);
  found.put_in_order(task.page.rows_max);
  const auto all = within.value_or(time_span{0, 0});
  return answer_of(found, bar_plan::of(all), all);
}

} // namespace weir::cli
