/// What a collector that starts asks first: which parts of its streams need not be read again.
//
// A pure object: told who there is and what they answer, it says where to go on. The answers are hints: what is sent
// twice the stores know again. But silence never counts as "has it".
#pragma once

#include "actors/collectors/source.hpp"
#include "actors/protocol.hpp"
#include "runtime/flow/position_index.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// How long one waits for the others once somebody has answered; while nobody has, a collector waits on.
inline constexpr auto resume_patience = std::chrono::seconds{1};

/// A downstream component as the plan has it.
struct downstream_component {
  std::string name;
  std::uint32_t instances = 1; ///< on every node that hosts it
  bool is_local = false;       ///< hosted here, and then only here as far as this collector is concerned
  bool is_asked = true;        ///< it may know what it has; one without a ledger never does
  bool wants_all = false;      ///< it or who is behind it, new, gets all that sources still have (`start: all`)
  std::string placed = {};     ///< "class core", if it is on other nodes that have to be of one
  std::uint32_t copies = 1;    ///< nodes that have to have something before it counts as had
  duration wait_for{0};        ///< so long who is silent may have what nobody else would know: `on_unknown: wait`; 0: a hint will do
  bool has_to_be_sure = false; ///< the same, of one that has a memory of its own: what is under way to that it has or has not
};

/// That none of `component` is there, and who would have to come, for people.
auto absence_text(const std::vector<downstream_component>& all, const std::string& component) -> std::string;

class resume_inquiry {
public:
  /// `source`: whose streams, as in chunk::source.
  resume_inquiry(std::string source, std::vector<downstream_component> components);

  /// All actors of the component that are there, by address, and the nodes that may have more of them.
  void on_peers(const std::string& component, const std::vector<std::string>& addresses,
                const std::vector<std::string>& unheard);
  void on_answer(const known_positions& note);

  /// Everybody who may know something has answered.
  auto is_complete() const -> bool;
  /// Whether one need not wait for ever: somebody has answered, and all who want what only they miss.
  auto is_enough_answered() const -> bool;
  /// How long the silent are waited for once somebody has answered.
  auto patience(duration least) const -> duration;
  /// Silence may hide what nobody else would know.
  auto has_to_be_sure() const -> bool { return patience(duration{0}) > duration{0}; }
  /// Whether this receiver's answer is wanted.
  auto is_awaited(const std::string& receiver) const -> bool;
  /// Whose word is missing; for people.
  auto missing_text() const -> std::string;

  /// Covered is what every component has, and what any of them says that every sink has; but of those who want all no
  /// more than what they have themselves, or were told by the chunks that they got.
  auto result() const -> resume_info;
  /// What a component has that must not get it a second time, as another one of its actors would store it again; else
  /// nothing.
  auto not_again_to(const std::string& name) const -> std::vector<position_range>;
  /// What every sink has, under the same condition.
  auto settled() const -> std::vector<position_range>;

private:
  struct component {
    downstream_component plan;
    std::set<std::string> receivers; ///< all that were ever there
    std::vector<std::string> unheard;
    /// Of each receiver the latest: together more than one would remember.
    position_index known{SIZE_MAX};
    position_index settled{SIZE_MAX}; ///< as they say that every sink has
    std::map<std::string, position_index> by_node = {}; ///< known; where copies are wanted
  };
  auto is_whole(const component& c) const -> bool;
  auto missing() const -> std::set<std::string>;
  auto had_by(const component& c) const -> std::vector<position_range>;
  auto common() const -> std::vector<position_range>;
  auto not_missed(std::vector<position_range> covered) const -> std::vector<position_range>;

  std::string source_;
  std::vector<component> components_;
  std::set<std::string> answered_;
  std::vector<position_range> elsewhere_; ///< what only some of those behind a receiver have
};

} // namespace weir
