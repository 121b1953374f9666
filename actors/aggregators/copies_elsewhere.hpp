/// Who else of the component has copies of what an aggregator is to pass on, as far as their questions tell.
//
// Soft state. Whoever has copies asks about all of them, in parts, round after round (ask_settled): what it asked about in
// this round and in the last one it has. One that lost its disk is another process and asks nothing; so who goes is
// forgotten with all that it told. Who came or went a moment ago is in doubt: most come back with what they had.
#pragma once

#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/sender_links.hpp"
#include "runtime/log/chunk_log.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// "core-1" of "core-1/destination_aggregator/core".
auto node_of_address(std::string_view address) -> std::string_view;

class copies_elsewhere {
public:
  /// `address`: of the aggregator. What others of its node have counts for nothing.
  explicit copies_elsewhere(const std::string& address) : node_(node_of_address(address)) {}

  void on_peers(const std::vector<sender_links::receiver>& there, monotonic_time now);
  /// `old_up_to`: the last record here that is so old that whoever has a copy of it asks about it in this round.
  void on_question(const ask_settled& note, std::uint64_t asker, record_number old_up_to, monotonic_time now);
  void on_down(std::uint64_t handle, monotonic_time now);
  /// To be called now and then: who has asked nothing for long has no copies.
  void forget_silent(monotonic_time now);
  /// It has acked it, and has it as long as it is there.
  void note_had(const std::string& address, const chunk_id& id);

  /// Nodes, in order.
  auto nodes_with(const chunk_id& id) const -> std::vector<std::string>;
  auto count_nodes_with(const chunk_id& id) const -> std::size_t;
  /// Somebody may have copies that it has not told of yet.
  auto is_in_doubt(monotonic_time now) const -> bool;
  /// Of records up to that one those who are there have told what they have.
  auto told_up_to(record_number old_up_to, monotonic_time now) const -> record_number;
  /// Grows when somebody goes.
  auto losses() const -> std::uint64_t { return losses_; }
  /// Address of the last one that went.
  auto lost() const -> const std::string& { return lost_; }

private:
  struct peer {
    std::uint64_t handle = 0;  ///< 0: it is not there
    std::uint64_t asks_as = 0; ///< 0: it has asked nothing
    id_ranges told;            ///< in its last round
    id_ranges telling;         ///< in this one
    id_ranges had;             ///< what it acked
    bool has_begun = false;    ///< this round was heard from its begin on
    bool is_complete = false;  ///< `told` is all that it has of records up to `told_up_to`
    record_number begun_at = 0;
    record_number told_up_to = 0;
    monotonic_time heard_at{};
    monotonic_time changed_at{}; ///< it came or went
    std::optional<monotonic_time> doubtful_since = std::nullopt;
  };
  auto is_away(std::string_view address) const -> bool { return node_of_address(address) != node_; }
  static auto has(const peer& p, const chunk_id& id) -> bool;
  static auto is_doubtful(const peer& p, monotonic_time now) -> bool;
  static auto is_asking(const peer& p, monotonic_time now) -> bool;
  void change(const std::string& address, peer& p, bool is_gone, monotonic_time now);
  template <class Visitor> void for_each_node_with(const chunk_id& id, Visitor&& visit) const;

  std::string node_;
  std::map<std::string, peer, std::less<>> peers_; ///< by address: those of a node are neighbours
  std::uint64_t losses_ = 0;
  std::string lost_;
};

} // namespace weir
