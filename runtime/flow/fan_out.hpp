/// Several outlets over one stream of chunks.
#pragma once

#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/outlet.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace weir {

class fan_out {
public:
  explicit fan_out(const std::vector<outlet_settings>& settings);

  /// To every outlet. A log that feeds each outlet at its own pace pushes to at(i) instead.
  void push(const chunk_ptr& c, monotonic_time now);
  /// A chunk as it was pushed, of which outlets may have sent a part only.
  struct released {
    chunk_id id;
    std::uint64_t bytes = 0; ///< of its events
    std::uint64_t events = 0;
  };
  /// An outlet got acks for these; returns those that by then all outlets have acked. Of pushed ones only.
  auto release(const std::vector<chunk_ptr>& acked) -> std::vector<released>;
  /// Behind this outlet these are stored; returns what is stored behind all outlets by that.
  auto settle(std::size_t outlet_index, const std::vector<id_range>& stored) -> std::vector<id_range>;
  /// All sequences of the origin below it are stored everywhere (chunk::settled_below).
  void fold(std::uint64_t origin, std::uint64_t below);
  /// As inlet::forget().
  void forget(std::int64_t before_s, std::int64_t now_s);
  /// The first sequence of the origin that is not known to be stored behind all outlets.
  auto settled_floor(std::uint64_t origin) const -> std::uint64_t;

  /// One more, the last: what was pushed before is not for it. `passed`: of what it counts as stored, so that it holds up no
  /// word of that.
  void add(const outlet_settings& settings, const id_ranges& passed);
  /// It gets nothing more by push(), and is there until it is removed; or it goes on.
  void retire(std::size_t index) { is_retired_[index] = true; }
  void go_on(std::size_t index) { is_retired_[index] = false; }
  auto is_retired(std::size_t index) const -> bool { return is_retired_[index]; }
  /// It is no more; those behind it move up. What it had no ack for counts as acked by it.
  auto remove(std::size_t index) -> std::vector<released>;
  /// By its component, retired or not; size() if there is none.
  auto find_any(std::string_view component) const -> std::size_t;
  /// What is stored behind all outlets.
  auto settled_everywhere() const -> std::vector<id_range>;

  auto at(std::size_t index) -> outlet& { return outlets_[index]; }
  auto at(std::size_t index) const -> const outlet& { return outlets_[index]; }
  auto size() const -> std::size_t { return outlets_.size(); }
  auto outlets() const -> const std::vector<outlet>& { return outlets_; }

  /// What the slowest outlet has room for. Where there are several, each may hold `held_bytes` whatever its
  /// credit: so long one that has stopped does not stop the others.
  auto room_bytes(std::uint64_t held_bytes = 0) const -> std::uint64_t;
  auto is_hungry() const -> bool;
  auto deadline() const -> std::optional<monotonic_time>;
  /// As of outlets, of all that there ever were.
  auto sent_unsure() const -> std::uint64_t;
  /// Of chunks that some outlet still has no ack for; each counts once. Bytes are those of the events.
  auto unacked_bytes() const -> std::uint64_t { return unacked_bytes_; }
  auto unacked_events() const -> std::uint64_t { return unacked_events_; }
  auto unacked_chunks() const -> std::size_t { return pending_.size(); }
  auto oldest_closed_ns() const -> std::int64_t { return closed_ns_.empty() ? 0 : *closed_ns_.begin(); }

private:
  struct pending {
    std::size_t outlets = 0;
    std::uint64_t bytes = 0;
    std::uint64_t events = 0;
    std::int64_t closed_ns = 0;
  };
  std::vector<outlet> outlets_;
  std::vector<id_ranges> settled_; ///< by outlet
  std::vector<bool> is_retired_;   ///< by outlet
  std::int64_t now_s_ = 0;         ///< at the latest forget()
  std::uint64_t sent_unsure_ = 0;  ///< by outlets that are no more
  std::size_t behind_ = 0;         ///< an outlet that lacked something the last time
  std::map<chunk_id, pending> pending_;
  std::multiset<std::int64_t> closed_ns_; ///< of pending_
  std::uint64_t unacked_bytes_ = 0;
  std::uint64_t unacked_events_ = 0;
};

} // namespace weir
