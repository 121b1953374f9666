/// Is everything arriving, and where is it stuck: in one sentence, for the page, `weir status` and `weir top` alike.
#pragma once

#include "cli/status/mood.hpp"

#include <string>
#include <vector>

namespace weir::cli {

struct headline {
  mood how = mood::flows;
  std::string text;
  std::vector<std::string> more = {}; ///< sentences of what is wrong beside it
  std::string stuck = {};             ///< of `text` who is not there, holds up others or takes nothing; empty: nobody
};

struct headline_ground {
  const std::string& node; ///< from where it is seen
  const cluster_sight& seen;
  const std::vector<component_flow>& flows; ///< of what is seen
};

auto headline_of(const headline_ground& of) -> headline;

} // namespace weir::cli
