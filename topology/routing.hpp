/// Which tags find a sink.
#pragma once

#include "actors/collectors/taken_tags.hpp"
#include "topology/plan.hpp"

namespace weir {

/// `match:` of a sink, read.
struct sink_match {
  tag_pattern pattern;  ///< of `rest`: what is written beside it
  bool is_rest = false; ///< less what the sinks take that read from all that this one reads from
};
auto match_of(const std::vector<std::string>& written) -> result<sink_match>;

/// As in the file.
auto match_text(const sink_plan& sink) -> std::vector<std::string>;

/// What the sinks behind a component match, on whatever path; absent if one of them takes all tags, or if an aggregator
/// behind it changes tags.
auto sinks_behind(const topology_plan& plan, const component_plan& c) -> sink_patterns;

/// Whether it may know what it has of a collector; an aggregator without a log asks others.
auto keeps_positions(const component_plan& c) -> bool;

/// Whether it, or a sink that it passes questions on to, wants what sources still have.
auto wants_all(const topology_plan& plan, const component_plan& c) -> bool;

/// How long its senders wait for one of it that is away and may have something; 0: not at all. The longest of the sinks that
/// it is, or that are behind it: what goes two ways on its way to a store may get into two stores.
auto unsure_for(const topology_plan& plan, const component_plan& c) -> duration;

/// Whether it has no log: what it knows is what those behind it know.
auto passes_questions_on(const component_plan& c) -> bool;

} // namespace weir
