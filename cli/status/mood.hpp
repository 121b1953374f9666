/// How a component does, as a word and as one of the few ways that have a mark of their own.
#pragma once

#include "cli/console/graph.hpp"

#include <string>
#include <string_view>

namespace weir::cli {

enum class mood {
  flows,
  rests,  ///< nothing to do
  waits,  ///< somebody holds others up
  tries,  ///< it works, and something wants attention
  fails,  ///< away, or it takes nothing
  unseen, ///< this node is not told
};
auto name_of(mood m) -> std::string_view;

auto mood_of(const component_flow& f) -> mood;
/// "flows", "2 of 3 waiting", "not there".
auto word_of(const component_flow& f) -> std::string;

} // namespace weir::cli
