/// How a node does, judged from what it tells.
#pragma once

#include "topology/node.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

enum class health {
  ok,
  degraded, ///< it works, and something wants attention: a file, a store, a node, an actor that does not answer
  failed,   ///< an actor has failed and is not back yet, or nobody can tell
};
auto name_of(health h) -> std::string_view;

struct verdict {
  health state = health::ok;
  std::vector<std::string> reasons; ///< one sentence each; none if it is ok
};

/// `max_delay`: an actor that holds older things is degraded.
auto judge(const node::node_report& seen, std::optional<duration> max_delay = {}) -> verdict;
/// Of all nodes together; the first is the one that was asked, and tells which others cannot be reached.
auto judge_all(const std::vector<node::node_report>& nodes, std::optional<duration> max_delay = {}) -> verdict;

/// Whether the accounts of all balance; nothing if there is no knowing.
auto balance_of(const node::node_report& seen) -> std::optional<bool>;

} // namespace weir::cli
