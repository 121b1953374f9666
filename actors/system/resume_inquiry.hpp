/// What a collector that starts has to learn first: which parts of its streams are safe already.
//
// A pure object: told who there is and what they answer, it says when enough is known, and what.
#pragma once

#include "actors/collectors/source.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// A downstream component as the plan has it.
struct downstream_component {
  std::string name;
  std::uint32_t instances = 1; ///< on every node that hosts it
  bool is_local = false;       ///< hosted here, and then only here as far as this collector is concerned
};

/// Where to go on if several have these parts of the source's streams.
auto where_to_go_on(const std::string& source, const std::vector<std::vector<position_range>>& by_receiver)
    -> resume_info;

class resume_inquiry {
public:
  /// `source`: the collector's logical address. From `give_up_at` on, what has answered is enough, as long as
  /// every component has somebody who did: one that is away must not stop a collector that has others.
  resume_inquiry(std::string source, std::vector<downstream_component> components, monotonic_time give_up_at);

  /// All actors of the component that are there, by address, and the nodes that may have more of them.
  void on_peers(const std::string& component, const std::vector<std::string>& addresses,
                const std::vector<std::string>& unheard);
  /// `partly`: what only some of those behind the receiver have.
  void on_answer(const std::string& receiver, const std::vector<position_range>& positions,
                 const std::vector<position_range>& partly = {});

  auto is_complete(monotonic_time now) const -> bool;
  /// Whether enough is known of what a component has.
  auto is_decided(std::size_t index, monotonic_time now) const -> bool;
  auto is_any_answered() const -> bool { return !answered_.empty(); }
  auto has_answered(const std::string& receiver) const -> bool { return answered_.contains(receiver); }
  /// Whose word is missing; for people.
  auto missing() const -> std::vector<std::string>;
  auto missing_text() const -> std::string;
  auto result() const -> resume_info;
  /// What each component has, in their order.
  auto known() const -> std::vector<std::vector<position_range>>;
  /// What is behind some of the receivers, and not behind all; these are no components of ours.
  auto partly() const -> const std::vector<position_range>& { return partly_; }

private:
  struct component {
    downstream_component plan;
    std::set<std::string> receivers; ///< all that were ever there
    std::vector<std::string> unheard;
    /// Of each receiver the latest: together more than one would remember.
    position_index known{SIZE_MAX};
  };
  auto is_answered(const component& c) const -> bool;
  auto is_whole(const component& c) const -> bool;

  std::string source_;
  std::vector<component> components_;
  std::set<std::string> answered_;
  std::vector<position_range> partly_;
  monotonic_time give_up_at_;
};

} // namespace weir
