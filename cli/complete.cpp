#include "cli/command.hpp"
#include "cli/control_socket.hpp"
#include "cli/help/reference.hpp"
#include "cli/json_document.hpp"
#include "cli/runtime_directory.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto completion_patience = 500ms; // of who has pressed a key, for each node

struct complete_line {
  std::string what;
  std::string kind;
};

/// Those of this machine by both of their names, and the others that they know.
auto names_of_nodes() -> std::set<std::string> {
  auto names = std::set<std::string>{};
  for (const auto& n : running_nodes()) {
    names.insert(n.name);
    names.insert(n.name.substr(n.name.find('.') + 1));
    const auto others = ask(n.path, "others", completion_patience);
    auto in = std::istringstream{others ? *others : std::string{}};
    for (auto state = std::string{}, name = std::string{}; in >> state >> name;) names.insert(name);
  }
  return names;
}

/// `tier`: only of that one; empty: all.
auto names_of_components(const std::string& tier) -> std::set<std::string> {
  auto names = std::set<std::string>{};
  for (const auto& n : running_nodes()) {
    const auto told = ask(n.path, "status", completion_patience);
    const auto read = told ? json_document::read(*told) : result<json_document>{told.failure()};
    if (!read) continue;
    read->root()["actors"].for_each([&](json_place a) {
      if (tier.empty() || a["tier"].text() == tier) names.insert(a["component"].text());
    });
  }
  return names;
}

auto names_of_plugins(const std::string& kind) -> std::set<std::string> {
  auto names = std::set<std::string>{};
  const auto kinds = page_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return names;
  for (const auto& p : pages_of(kind))
    if (!p.name.empty()) names.insert(p.name);
  return names;
}

/// What cannot be known is no error: nobody wants one while typing.
auto complete(const complete_line& line, session& s) -> int {
  const auto names = line.what == "nodes" ? names_of_nodes() : line.what == "plugins" ? names_of_plugins(line.kind) : names_of_components(line.kind);
  for (const auto& name : names) s.out << name << '\n';
  return exit_done;
}

} // namespace

void add_complete(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("complete", "Print names that a word on the command line may be");
  sub->group(""); // for completions of shells
  auto line = std::make_shared<complete_line>();
  sub->add_option("what", line->what, "Which names")->required()->check(CLI::IsMember{std::vector<std::string>{"nodes", "components", "plugins"}});
  sub->add_option("kind", line->kind, "Of components their tier, of plug-ins their kind");
  sub->callback([line, &s] { s.chosen = [line, &s] { return complete(*line, s); }; });
}

} // namespace weir::cli
