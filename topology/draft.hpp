/// The topology between spec and plan: what the steps of make_plan() hand from one to the next.
#pragma once

#include "topology/plan.hpp"
#include "topology/route_policy.hpp"

#include <map>
#include <set>

namespace weir {

/// A name under `from:` and where it stands.
struct reference {
  std::string name;
  config::place where;
};

/// A named part of what an aggregator passes on.
struct draft_route {
  std::string name;
  std::string expression;
  config::place where;
};

/// A route, or the rest, that somebody reads from.
struct taken_route {
  std::string sender;
  std::string output;
  config::place where;
};

struct draft_component {
  component_plan plan;
  config::value written; ///< as in the file, `where` at its name
  bool has_from = false; ///< the key is there
  std::vector<reference> from;
  std::vector<draft_route> routes; ///< of an aggregator
  bool routes_to_all = false;      ///< to each route that takes an event, else to the first
  std::vector<taken_route> taken;  ///< that it reads

  /// `sink "archive"`: begins every message about it.
  auto owner() const -> std::string;
};

struct draft {
  explicit draft(config::diagnostics& findings) : problems(findings) {}

  config::diagnostics& problems;
  config::place root;
  topology_plan plan;                      ///< all but the components
  std::vector<draft_component> components; ///< in the order of the tiers
  std::map<std::string, std::size_t, std::less<>> by_name;
  std::set<std::string, std::less<>> mentioned;    ///< names that somebody meant to read from
  std::set<std::string, std::less<>> dead_letters; ///< sinks that get dead letters

  auto find(std::string_view name) -> draft_component*;
  auto names() const -> std::vector<std::string>;
  void complain(const config::place& where, std::string what, std::string hint = {});
};

/// "collector", "source aggregator", "destination aggregator", "sink".
auto tier_name(tier t) -> std::string_view;
/// "collectors", "source_aggregators", "destination_aggregators", "sinks".
auto section_name(tier t) -> std::string_view;
inline constexpr auto all_tiers =
    std::array{tier::collector, tier::source_aggregator, tier::destination_aggregator, tier::sink};

/// `did you mean "x"?`, or empty.
auto did_you_mean(std::string_view name, const std::vector<std::string>& candidates) -> std::string;
/// "a", "b" and "c"; long lists are cut.
auto list_names(const std::vector<std::string>& names) -> std::string;
/// Letters, digits and `_.-`, at most 128 of them.
auto is_valid_name(std::string_view name) -> bool;

/// Whether `on_error: dead_letter` stands anywhere in it.
auto sets_aside(const config::value& written) -> bool;

/// Reads `route:` of an aggregator.
void read_routes(draft& d, draft_component& c, route_policy to);
/// The sender and the route that "core.errors" names; nothing if there is none such.
auto route_named(draft& d, const std::string& name) -> std::optional<std::pair<std::size_t, std::string>>;

// The steps, in order; each adds its findings.

/// Reads the four tiers with their plug-ins' settings.
void read_components(draft& d, const config::value& root);
/// Reads where dead letters are kept, and fills dead_letter of collectors and sinks.
void read_dead_letters(draft& d, const config::value& root);
void read_console(draft& d, const config::value& root);
/// Fills from and to: references, defaults of `from:`, cycles, order of the tiers, what feeds nothing.
void wire_up(draft& d);
/// Puts what lets go of other routes before the operators of those that read from routes; all routes want a reader.
void take_routes(draft& d);
/// Gives each `match: rest` what the other sinks leave.
void resolve_rest(draft& d);
/// Adds a collector for each component whose dead letters go to a sink, placed beside it.
void add_letter_collectors(draft& d);
/// Reads cluster, placement and nodes, and checks that senders can reach receivers.
void place_components(draft& d, const config::value& root);
/// That `on_unknown` stands where several nodes write stores of their own.
void check_unknown(draft& d);
/// Two writers on one path, two listeners on one address.
void find_conflicts(draft& d);
/// Warns of collectors that may meet what a sink beside them writes; of a draft without errors.
void find_own_input(draft& d);
/// Warns of sinks that can take nothing and of tags that no sink takes; of a draft without errors.
void find_unrouted(draft& d);

} // namespace weir
