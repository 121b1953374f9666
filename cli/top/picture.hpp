/// Figures and a state of looking at them as a screen of a given size: a plain function.
#pragma once

#include "cli/top/screen.hpp"
#include "cli/top/state.hpp"
#include "cli/top/views.hpp"

namespace weir::cli {

struct top_picture {
  screen lines;    ///< as many as the size has, none wider
  rows_shown rows; ///< what keys move in
};

auto draw_top(const top_figures& of, const top_state& state, const top_signs& signs, const screen_size& size) -> top_picture;

} // namespace weir::cli
