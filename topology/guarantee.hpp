/// What is promised of the events on each way through a topology, and which settings weaken it.
#pragma once

#include "topology/plan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class guarantee {
  exactly_once,
  at_least_once, ///< what is sent or read again may be stored again
  at_most_once,  ///< something may be lost; may be stored again, too: see guarantee_name()
  none,          ///< both
};

/// "exactly once", "at least once", "at most once"; of none: "at most once, or again".
auto guarantee_name(guarantee g) -> std::string_view;

/// A setting, or the lack of one, that costs something.
struct weakness {
  std::string what; ///< `sink "out": …`
  config::place where;
  bool loses = false; ///< else: repeats
};

/// From one collector to one sink.
struct path_guarantee {
  std::vector<const component_plan*> path;
  std::vector<weakness> when_killed;  ///< any process, at any instant
  std::vector<weakness> at_power_cut; ///< what the end of a machine adds
  std::vector<std::string> notes;     ///< what the promise rests on

  auto level() const -> guarantee;
  auto level_at_power_cut() const -> guarantee;
};

/// For every path, in the order of the collectors; no more than `paths_max`.
auto guarantees_of(const topology_plan& plan, std::size_t paths_max = 100'000) -> std::vector<path_guarantee>;

} // namespace weir
