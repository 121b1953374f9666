/// The entries of the forward protocol: finding the runs that are in our form already, normalising the rest.
//
//  entry := [time, record] | [[time, metadata*], record]
//  time  := EventTime | int | float | nil        nil and 0 seconds mean: now; numbers: see event_time.hpp
//
// Fluent Bit's group markers (EventTime of 2^32-1 or 2^32-2 seconds and no nanoseconds) are no events.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/event_time.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_skipper.hpp"
#include "runtime/event/repeated_keys.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weir {

struct forward_time_rules {
  std::int64_t now_ns = 0;
  time_unit unit = time_unit::by_magnitude;
};

struct forward_event {
  std::int64_t time_ns = 0;
  std::string_view record;   ///< one map
  std::string_view metadata; ///< the first metadata map, or empty
  bool is_timed_at_reading = false; ///< time_ns is now
  bool is_time_lost = false;        ///< and so since its number is no time that can be held
};

enum class forward_entry_kind : std::uint8_t { event, nothing, invalid };

/// Judges a time and a record, each one whole msgpack value.
auto normalise(std::string_view time, std::string_view record, const forward_time_rules& rules,
               forward_event& out) -> forward_entry_kind;

/// Steps over one entry that forward_entries has walked, and judges it.
auto next_forward_entry(msgpack_reader& from, const forward_time_rules& rules, forward_event& out)
    -> forward_entry_kind;

/// Neighbouring entries of a message that are handed on together.
struct forward_run {
  std::string_view bytes;
  std::uint32_t count = 0;
  /// Every entry is in the form of runtime/event/entry.hpp and has no key twice; else take them one by one.
  bool plain = false;
};

/// Cuts the entries of one message into runs. All of them are looked at before the first is handed on, so
/// a message that is damaged further back yields nothing.
class forward_entries {
public:
  static constexpr std::size_t run_bytes_max = std::size_t{512} * 1024;

  /// `all_odd`: no run is plain, because every record is going to be changed.
  explicit forward_entries(bool all_odd = false) : all_odd_(all_odd) {}

  /// Entries back to back up to the end of `bytes`. errc::malformed at bytes that are no msgpack and at
  /// integers, the sign of a payload that is out of step.
  auto walk_packed(std::string_view bytes) -> result<void>;
  /// `count` whole values; `bytes` is known to hold them.
  auto walk_array(std::string_view bytes, std::uint32_t count) -> result<void>;

  auto runs() const -> std::span<const forward_run> { return runs_; }
  auto entry_count() const -> std::uint64_t { return entry_count_; }
  void clear();

private:
  void add(std::string_view entries, std::uint32_t count, bool plain);
  /// Adds entries in the most common form, up to the first in another; how many.
  auto add_common(const char* at, const char* end, std::uint64_t entries_max) -> std::uint64_t;
  /// Adds one entry in any form; false if it is no whole value.
  auto add_one(msgpack_reader& read) -> bool;
  /// Bytes of an entry in the most common form; 0: look closer.
  auto skip_common(const char* at, const char* end) -> std::size_t;
  /// Steps over an entry in our own form, whose record has no key twice; false if it is in another, or broken.
  auto skip_plain(msgpack_reader& read) -> bool;

  std::vector<forward_run> runs_; ///< few, whatever the bytes: see add()
  std::uint64_t entry_count_ = 0;
  record_skipper records_;
  repeated_keys repeated_;
  bool all_odd_;
};

} // namespace weir
