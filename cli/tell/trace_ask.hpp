/// Asks all nodes the same, this one among them, and says who did not answer.
#pragma once

#include "cli/json_document.hpp"
#include "cli/tell/trace_here.hpp"

#include <functional>
#include <string>
#include <vector>

namespace weir::cli {

/// What all nodes are asked, side by side.
struct joint_question {
  question what;        ///< of the topic "trace"; with alone= nobody else is asked
  duration patience{0}; ///< with the others
  std::function<result<std::string>(const question&)> own; ///< what this one says to it
};

/// `take` gets what each says, one after the other. Whom nobody could ask, or who said what cannot be read: "NODE: why".
auto ask_everybody(const trace_ground& of, const joint_question& asked, const std::function<void(json_place)>& take)
    -> std::vector<std::string>;

/// As write_hop() wrote it.
auto read_hop(json_place h) -> trace_hop;
void write_hops(object& out, const std::vector<trace_hop>& hops);

/// What nodes ask each other of several targets at once, and what one of them says: {"traced": [{"hops"}]}.
auto question_of_hops(const std::vector<trace_target>& targets) -> question;
auto tell_hops(const trace_ground& of, const question& what) -> result<std::string>;

/// All that all nodes say of the targets, put together and concluded from, in the order of the data; for each target.
struct traced_targets {
  std::vector<std::vector<trace_hop>> hops;
  std::vector<std::string> partial;
};
struct target_question {
  const std::vector<trace_target>& targets;
  std::vector<std::vector<trace_hop>> before; ///< what is known of each
  duration patience{0};
  bool is_alone = false;
};
auto trace_targets(const trace_ground& of, target_question asked) -> traced_targets;

} // namespace weir::cli
