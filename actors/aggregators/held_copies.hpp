/// Chunks that an aggregator keeps for others of its component that are to pass them on: until they are known to be
/// stored, or whoever was to pass them on is gone.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/log/chunk_log.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

class held_copies {
public:
  struct copy {
    record_number at = 0; ///< in the log
    std::uint64_t events = 0;
    std::uint64_t bytes = 0; ///< of events
    std::uint32_t holder = 0;
    monotonic_time since{};
  };

  /// `bytes`: of its events.
  void add(const chunk& c, std::uint64_t bytes, record_number at, monotonic_time now);
  auto has(record_number at) const -> bool { return by_record_.contains(at); }
  auto contains(const chunk_id& id) const -> bool { return by_id_.contains(id); }
  /// Each is let go of.
  auto take(const chunk_id& id) -> std::optional<copy>;
  auto take(const id_range& ids) -> std::vector<copy>;
  /// In the order in which they came.
  auto take_of(const std::string& holder) -> std::vector<copy>;

  auto take_before(monotonic_time since) -> std::vector<copy>;

  /// Who is to pass some of them on.
  auto holders() const -> std::vector<std::string>;
  /// Of this one those that came before, in order of their ids, so many ranges at most; the next call goes on behind them.
  auto ids_of(const std::string& holder, monotonic_time before, std::size_t ranges_max) -> std::vector<id_range>;

  /// The next call of ids_of() begins with the first.
  auto begins_anew(const std::string& holder) const -> bool;

  auto size() const -> std::size_t { return by_id_.size(); }
  auto events() const -> std::uint64_t { return events_; }
  auto bytes() const -> std::uint64_t { return bytes_; }

private:
  auto number_of(const std::string& holder) const -> std::optional<std::uint32_t>;
  template <class Predicate> auto take_if(Predicate&& is_wanted) -> std::vector<copy>;
  auto erase(std::map<chunk_id, copy>::iterator at) -> copy;

  std::map<chunk_id, copy> by_id_;
  std::unordered_map<record_number, chunk_id> by_record_;
  std::vector<std::string> names_; ///< of holders, by number
  std::vector<std::size_t> counts_; ///< the same: how many there are of each
  std::map<std::uint32_t, chunk_id> asked_up_to_;
  std::uint64_t events_ = 0;
  std::uint64_t bytes_ = 0;
};

} // namespace weir
