/// The receiving end of a hop: grants credit, recognises repeated chunks, says which acks are due.
//
// A chunk is held until it is safe here; then its senders get their acks and may forget it. Later, when all
// sinks have stored it, it is settled, and whoever sends chunks of its origin is told so: in the end the
// collector, who puts into each new chunk below which sequence all are settled. That keeps everybody's memory
// of ids short (chunk::settled_below).
//
// A pure state machine without time. For every link: granted + held <= its window, where `granted` is
// credit the sender has not used and `held` bytes received and not yet safe. The windows share the
// capacity; each link has at least the floor, so that every sender makes progress. With many links the floor shrinks, so
// that all of them together are `floors_bytes` and no link has less than `least_floor_bytes`:
//   credit of all links + bytes held <= capacity + links * floor, when credit is given,
// and with many links no more than capacity + 6 * floors_bytes + links * least_floor_bytes: what early links have unused
// they got when the floor was higher, 1 + ln(n) times `floors_bytes` at most.
// A chunk larger than the credit may come alone: it leaves its link in debt, and until that is paid back
// nothing more comes. Both ends count the same bytes, so they always agree on the credit.
// A chunk that comes over several links (its first receiver was too slow) is held once, counts in the
// window of each of them, and is acked on each.
#pragma once

#include "runtime/flow/id_ranges.hpp"

#include <cstdint>
#include <set>
#include <unordered_map>
#include <vector>

namespace weir {

/// One opening of one sender; a sender that opens again is another link.
using link_id = std::uint64_t;

struct inlet_settings {
  std::uint64_t capacity_bytes = 64 << 20;
  std::uint64_t floor_bytes = 2 << 20;
  std::uint64_t floors_bytes = 64 << 20;
  std::uint64_t least_floor_bytes = 64 << 10;
};

/// What one link is to be told.
struct feedback {
  link_id link = 0;
  std::uint64_t grant_bytes = 0;
  std::vector<chunk_id> acks;
  std::vector<id_range> settled;
};

enum class arrival {
  fresh,        ///< new: keep it until make_safe()
  held,         ///< known and not safe yet: drop this copy, its ack comes with the first
  safe,         ///< known and safe: drop this copy, its ack is due at once
  unknown_link, ///< the link was closed: drop it, its sender will open again
};

class inlet {
public:
  explicit inlet(inlet_settings settings) : settings_(settings) {}

  void open(link_id link);
  /// What came over the link stays held; nobody is told of it any more.
  void close(link_id link);
  /// For a new owner, who grants, whatever the one before had to do.
  void close_all();
  auto receive(link_id link, const chunk& c) -> arrival;
  /// The chunk is safe with us: its ack is due.
  void make_safe(const chunk_id& id);
  /// These are stored by all sinks.
  void settle(const id_range& stored);
  /// These were made safe before this inlet began.
  void remember(const id_range& safe) { safe_.insert(safe); }
  /// To be called now and then, in seconds of the wall clock: starts of collectors of which nothing came since `before_s`
  /// are forgotten, and of more than origins_max the oldest.
  void forget(std::int64_t before_s, std::int64_t now_s);
  /// A chunk came whose bytes do not fit its checksum.
  void count_damaged() { ++damaged_chunks_; }
  /// No more credit for anyone; what is in flight still arrives and is acked.
  void stop_granting() { granting_ = false; }
  /// Acks and grants that are due; the caller must deliver them.
  auto take_feedback() -> std::vector<feedback>;

  /// All that came, whether or not it is safe, but for what is held and `is_left_out`.
  template <class Predicate> auto seen_but(Predicate is_left_out) const -> id_ranges {
    auto all = safe_;
    for (const auto& [id, chunk] : held_)
      if (!is_left_out(id)) all.insert(id);
    return all;
  }
  /// Parts of it that are stored by all sinks.
  auto settled_in(const id_range& r) const -> std::vector<id_range> { return settled_.common(r); }
  /// Parts of it that are safe here, or were.
  auto safe_in(const id_range& r) const -> std::vector<id_range> { return safe_.common(r); }
  /// Parts of it of which nothing ever came; none while some of it is held.
  auto unseen_in(const id_range& r) const -> std::vector<id_range>;
  /// Parts of it that are held or safe here.
  auto seen_in(const id_range& r) const -> std::vector<id_range>;
  /// Other bounds from now on; windows that are larger shrink as they are used.
  void set(inlet_settings settings) { settings_ = settings; }

  auto held_bytes() const -> std::uint64_t { return held_bytes_; }
  /// Next to nothing more can be granted before something is safe.
  auto is_full() const -> bool {
    return held_bytes_ >= settings_.capacity_bytes - settings_.capacity_bytes / 8;
  }
  auto held_chunks() const -> std::size_t { return held_.size(); }
  auto granted_bytes() const -> std::uint64_t { return granted_bytes_; }
  auto damaged_chunks() const -> std::uint64_t { return damaged_chunks_; }
  auto links() const -> std::size_t { return links_.size(); }
  auto remembered_ranges() const -> std::size_t { return safe_.size() + settled_.size(); }

private:
  struct link_state {
    std::int64_t granted = 0; ///< below zero: debt
    std::uint64_t held = 0;
    std::vector<chunk_id> acks;
    std::vector<id_range> settled;   ///< to be told
    std::set<std::uint64_t> origins; ///< whose chunks came over it
    auto credit() const -> std::uint64_t { return granted > 0 ? static_cast<std::uint64_t>(granted) : 0; }
  };
  struct held_chunk {
    std::vector<link_id> senders; ///< the links it came over; each is due an ack
    std::uint64_t bytes = 0;
  };

  void add_credit(link_state& link, std::int64_t bytes);
  void meet(link_state& link, const chunk& c);
  auto grant_due(const link_state& link) const -> std::uint64_t;
  auto floor() const -> std::uint64_t;
  auto all_floors() const -> std::uint64_t;

  inlet_settings settings_;
  bool granting_ = true;
  std::unordered_map<link_id, link_state> links_;
  std::unordered_map<chunk_id, held_chunk, chunk_id_hash> held_;
  id_ranges safe_;
  id_ranges settled_;
  std::int64_t now_s_ = 0; ///< at the latest forget()
  std::uint64_t held_bytes_ = 0;
  std::uint64_t granted_bytes_ = 0;
  std::uint64_t damaged_chunks_ = 0;
};

} // namespace weir
