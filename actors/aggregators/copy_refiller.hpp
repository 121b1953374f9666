/// Makes up for copies that are gone: what this aggregator is to pass on, and too few nodes have, others of its component are
/// given a copy of.
//
// It looks through the log, a part at a time: first it counts what lacks copies, then, unless somebody is in doubt
// (copies_elsewhere), it gives them, as any sender does, over links that are open only for that.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "actors/aggregators/copies_elsewhere.hpp"
#include "runtime/flow/sender_links.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

struct copy_refiller_settings {
  std::uint32_t replicas = 1; ///< nodes that are to have each chunk
  std::function<std::string(const std::string& node)> zone_of = {}; ///< as outlet_settings::zone_of
};

class copy_refiller {
public:
  /// `address`: of the aggregator.
  copy_refiller(std::string address, copy_refiller_settings settings, std::function<std::uint64_t()> random);

  void set(copy_refiller_settings settings);
  /// The others of the component, as they are there now.
  void on_peers(const std::vector<sender_links::receiver>& there, monotonic_time now);
  void on_down(std::uint64_t handle, monotonic_time now);
  void on_question(const ask_settled& note, std::uint64_t asker, monotonic_time now);
  void on_feedback(aggregator_core& core, const link_feedback& note);
  void on_reopen(const reopen_link& note) { links_.on_reopen(flow_, note); }
  void probe() { links_.probe(); }
  /// Does what became possible, and tells the core how many events lack copies.
  void work(aggregator_core& core, monotonic_time now);
  /// Its owner ends: no more of it.
  void end();
  /// When work() has something to do; not while there is nothing to pass on.
  auto deadline() const -> std::optional<monotonic_time>;

  auto take_outgoing() -> std::vector<outgoing> { return links_.take_outgoing(); }
  /// What to tell people since the last call.
  auto take_news() -> std::vector<aggregator_bulletin> { return std::exchange(news_, {}); }

private:
  enum class task { none, count, fill };
  struct given {
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };
  /// How far the log was at a time.
  struct mark {
    monotonic_time at{};
    record_number last = 0;
  };

  auto fresh_flow() const -> fan_out;
  void note_age(const aggregator_core& core, monotonic_time now);
  auto old_up_to(monotonic_time now) const -> record_number;
  void begin(task next, monotonic_time now);
  void rest(monotonic_time until) { does_ = task::none, count_at_ = until; }
  void abandon();
  void stop(aggregator_core& core, monotonic_time now);
  void note_changes(const aggregator_core& core, monotonic_time now);
  auto lacks(const aggregator_core& core, record_number number) const -> bool;
  /// Of those that lack copies, the next; 0: none up to the end, or enough were looked at (`looks` is 0).
  auto next_lacking(const aggregator_core& core, std::size_t& looks) -> record_number;
  void count(aggregator_core& core, monotonic_time now);
  void finish_count(aggregator_core& core, monotonic_time now);
  void fill(aggregator_core& core, monotonic_time now);
  void finish_fill(monotonic_time now);
  /// Whether there was somebody to give it to.
  auto give(aggregator_core& core, record_number number, monotonic_time now) -> bool;
  auto targets() const -> std::vector<sender_links::receiver>;
  void tell_begin(std::uint64_t events);
  void tell_end();

  std::string address_;
  copy_refiller_settings settings_;
  copies_elsewhere elsewhere_;
  std::vector<sender_links::receiver> there_; ///< on other nodes
  std::set<std::uint64_t> leaving_;           ///< of these, who takes nothing new; handles
  fan_out flow_;                              ///< of one outlet, to all of them
  sender_links links_;
  std::map<chunk_id, given> under_way_;
  std::uint64_t bytes_under_way_ = 0;

  std::deque<mark> marks_;
  task does_ = task::none;
  record_number at_ = 0;    ///< looked through up to here
  record_number up_to_ = 0; ///< and no further than this
  std::uint64_t found_ = 0; ///< events
  bool has_seen_all_ = false; ///< the rest of filling is to wait for acks
  bool has_given_ = false;
  monotonic_time look_at_{};  ///< the next part of the log
  monotonic_time count_at_{}; ///< while it does nothing
  monotonic_time fill_at_{};  ///< not before
  std::uint64_t losses_seen_ = 0;
  record_number lost_at_ = 0; ///< the last record when somebody went: up to there anything may have lost a copy
  std::uint64_t losses_told_ = 0;
  std::uint64_t takeovers_seen_ = 0;
  bool is_idle_ = true; ///< there is nothing to pass on
  bool is_over_ = false;
  std::optional<std::uint64_t> copied_; ///< events since its begin was told
  std::vector<aggregator_bulletin> news_;
};

} // namespace weir
