#include "cli/command.hpp"
#include "cli/tell/ask_running.hpp"
#include "cli/tell/tap_news.hpp"
#include "runtime/os/random.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <ostream>
#include <set>
#include <thread>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto looked_each = 300ms;
constexpr auto counts_told_after = 10s;

struct tap_line {
  whom_to_ask whom;
  std::string component;
  std::string at;
  std::string tag;
  std::string where;
  std::uint64_t limit = 0;
  bool as_json = false;
};

auto question_of(const tap_line& line) -> question {
  auto wanted = question{"tap", {}, {{"session", std::to_string(random_id()) + '-' + std::to_string(random_id())}}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) wanted.words[name] = value;
  };
  add("component", line.component);
  add("at", line.at);
  add("tag", line.tag);
  add("where", line.where);
  if (!line.as_json) wanted.words["form"] = "text";
  if (!line.whom.node.empty()) wanted.words["alone"] = "yes";
  return wanted;
}

/// Prints what came, and what is wrong once.
class tap_printer {
public:
  tap_printer(std::uint64_t limit, session& s) : left_(limit == 0 ? UINT64_MAX : limit), to_(s) {}

  void print(const tap_news& news) {
    counts_.add(news.counts);
    for (const auto& problem : news.problems)
      if (told_.insert(problem).second) to_.err << "weir tap: " << problem << '\n';
    for (const auto& event : news.events) {
      if (left_ == 0) break;
      to_.out << event << '\n';
      --left_;
    }
    to_.out.flush();
    tell_counts();
  }
  auto is_done() const -> bool { return left_ == 0; }

private:
  /// Now and then, if it was not all.
  void tell_counts() {
    const auto now = std::chrono::steady_clock::now();
    if (counts_.left_out == 0 || now - counted_at_ < counts_told_after) return;
    to_.err << "weir tap: of " << counts_.passed << " events that passed " << counts_.left_out
            << " were not looked at: it shows a sample\n";
    counted_at_ = now;
    counts_ = {};
  }

  std::uint64_t left_;
  session& to_;
  tap_counts counts_;
  std::set<std::string> told_;
  std::chrono::steady_clock::time_point counted_at_{};
};

auto show_what_passes(const tap_line& line, session& s) -> int {
  auto wanted = question_of(line);
  auto printer = tap_printer{line.limit, s};
  while (true) {
    const auto answer = ask_running(line.whom, wanted, "tap", s);
    if (const auto* status = std::get_if<int>(&answer)) return *status;
    const auto news = parse_tap_news(std::get<std::string>(answer));
    if (!news) return s.err << "weir tap: what the node answers cannot be read\n", exit_failed;
    printer.print(*news);
    if (printer.is_done() || !s.out) break;
    std::this_thread::sleep_for(looked_each);
  }
  wanted.words["close"] = "yes";
  (void)ask_running(line.whom, wanted, "tap", s);
  return s.out ? exit_done : exit_failed;
}

} // namespace

void add_tap(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("tap", "Print events as they pass a component, live");
  auto line = std::make_shared<tap_line>();
  sub->add_option("COMPONENT", line->component, "What they pass; if it is left out: all collectors");
  sub->add_option("--at", line->at, "As they come to it or as they leave it; if nothing is said entry, of collectors exit")
      ->check(CLI::IsMember{std::vector<std::string>{"entry", "exit"}});
  sub->add_option("--tag", line->tag, "Only those of these tags: patterns as under match:, blanks between them");
  sub->add_option("--where", line->where, "Only those whose fields match: {FIELD: REGEX, ...}; or that have this text in them");
  sub->add_option("-n,--limit", line->limit, "End after so many; 0: go on")->capture_default_str();
  sub->add_flag("--json", line->as_json, "One JSON object a line");
  add_options_of(*sub, line->whom);
  sub->footer("\nExamples:\n"
              "  weir tap\n"
              "  weir tap core --tag 'web.**' --where '{status: \"^5\"}'\n"
              "  weir tap archive --at exit --node core-1 --via edge-1 --json -n 10\n\n"
              "On all nodes that the component runs on; with --node at that one alone. What is printed is a sample, 200 events a\n"
              "second of each node at most: nothing waits for who looks, and how many were left out is told. An aggregator's exit\n"
              "is behind its operators, a sink's is what it has committed, as it came to it. Another node shows its events if\n"
              "the class of the one that asks may operate it (cluster: allow:).\n"
              "Exit status: 0 done, 1 refused, no such component, node or answer, 2 wrong use, or several nodes run here and none\n"
              "was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_what_passes(*line, s); }; });
}

} // namespace weir::cli
