/// The inside of a chunk log; chunk_log.hpp is its face.
#pragma once

#include "runtime/log/chunk_log.hpp"
#include "runtime/log/cursors.hpp"
#include "runtime/log/log_memory.hpp"
#include "runtime/log/receiver_book.hpp"
#include "runtime/log/recent_chunks.hpp"
#include "runtime/log/record_ids.hpp"
#include "runtime/log/recovery.hpp"
#include "runtime/log/segment_shelf.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// Cursors are written at most so often: what they lack at a crash is only resent.
inline constexpr auto cursors_interval = std::chrono::seconds{1};

struct chunk_log::state {
  state(file_system& on, chunk_log_settings with, const clock& by);

  // chunk_log_open.cpp
  /// Of a record that recovery finds.
  void learn(const recovered_record& found);
  /// Takes over what recovery found, and mends it.
  auto take_over(recovered_log found) -> result<void>;

  // chunk_log_write.cpp
  auto append(const chunk_ptr& c, record_type type) -> result<record_number>;
  /// A segment that has room for a record of so many bytes is the active one then.
  auto make_room(std::uint64_t record_bytes, record_type type) -> result<void>;
  struct planned_segment {
    segment_header header;
    segment_plan contents;
    std::uint64_t bytes = 0; ///< of the file
  };
  /// One whose first record has this number and size; `memory` is that of all before it.
  auto plan(record_number first, const log_memory& memory, std::uint64_t record_bytes) const
      -> planned_segment;
  auto has_room_for(const planned_segment& planned) const -> bool;
  auto create(const planned_segment& planned) -> result<segment>;
  /// No more is written to the active segment; what is reserved behind its records is given back.
  void seal();
  auto active() -> segment* { return has_active ? &segments.all().back() : nullptr; }

  // chunk_log_sync.cpp
  auto take_sync(monotonic_time now) -> std::optional<sync_job>;
  void cool(std::vector<std::shared_ptr<file>>& cold);
  auto wants_sync(monotonic_time now) const -> bool;
  auto next_deadline() const -> std::optional<monotonic_time>;
  void mark_safe(record_number up_to);
  void put_off_sync();
  /// Gives up the segments of the failed job; what they hold may be lost by a power cut, as the policy says.
  void leave_unsynced();
  /// Writes everything above `synced` to fresh segments: nothing that was not synced is trusted any more.
  auto write_again() -> result<void>;
  auto copy_unsynced(std::vector<segment>& fresh) -> result<void>;
  void replace_unsynced(std::vector<segment> fresh);

  // chunk_log_home.cpp
  /// Whether somebody removed or replaced what is written to.
  auto is_in_place() -> bool;
  auto is_in_place(const segment& s) -> bool;
  /// Now and then looks whether the files are where they were, and makes them again if not.
  auto look_after_home(monotonic_time now) -> result<void>;
  auto put_back() -> result<void>;

  // chunk_log_read.cpp
  struct record_sums {
    std::uint64_t chunks = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
    std::int64_t closed_ns = 0;
  };
  auto sums_of(record_number number) -> record_sums;
  auto read(record_number number) -> result<chunk_ptr>;
  /// Null if it was dropped; `damage` gets its place.
  auto read_from_disk(record_number number, bool is_salvage, log_finding& damage) -> result<chunk_ptr>;
  /// It could not be read; whether it was tried often enough.
  auto is_worth_giving_up(record_number number) -> bool;
  void give_up(log_finding damage, const error& why);
  void settle(std::size_t reader, record_number number);
  auto is_settled_by_all(record_number number) const -> bool;
  /// The first record that some reader has not settled.
  auto floor() const -> record_number;
  auto drop_oldest() -> std::vector<chunk_ptr>;
  auto heads_of(segment& from) -> std::vector<chunk_ptr>;
  auto maintain(monotonic_time now) -> result<void>;

  // chunk_log_readers.cpp
  auto add_reader(const std::string& name, bool from_now) -> std::size_t;
  /// It is to have what the log holds, or none of that; how much it is.
  auto begin_reader(reader_cursor& reader, bool from_now) -> reader_change;
  auto remove_reader(std::size_t reader, record_number up_to) -> std::uint64_t;
  void count_unsettled(const record_sums& sums);
  void count_settled(const record_sums& sums);
  auto write_cursors() -> result<void>;
  auto can_drop_front() const -> bool;
  /// What all have passed is still there: no later snapshot is on the device yet.
  auto is_room_coming() const -> bool;

  file_system& files;
  chunk_log_settings settings;
  const clock& time;
  std::unique_ptr<file_lock> lock;
  std::uint64_t log_id = 0;
  std::uint64_t next_segment = 1;
  std::uint64_t newest_segment = 0; ///< made last, of those that there are

  receiver_book receivers;
  segment_shelf segments;
  bool has_active = false; ///< the last segment takes records
  recent_chunks recent;
  record_ids ids;                 ///< with settings.knows_ids
  std::vector<found_copy> copies; ///< the same, until they are taken
  log_memory known; ///< of all that was appended
  log_memory safe;  ///< of what is known to be on the device; not kept by sync_policy::os
  std::vector<reader_cursor> readers;
  std::set<std::string> new_readers; ///< that the cursors did not have at the opening

  record_number last = 0;
  record_number follows = 0; ///< the last record there is; less than `last` only before the first append
  record_number synced = 0;  ///< up to here records are on the device
  record_number written = 0; ///< what durable() says if the policy does not wait for the device
  std::uint64_t unsynced_bytes = 0;
  std::uint64_t job_bytes = 0; ///< of unsynced_bytes, those that the job is about
  bool is_job_out = false;
  bool are_names_dirty = false; ///< the directory has to be synced
  monotonic_time synced_at{};

  bool are_cursors_dirty = false;
  record_number synced_in_cursors = 0; ///< `synced` as the cursor file has it
  monotonic_time cursors_written_at{};

  bool is_gone = false; ///< the files are not where they were: nothing becomes safe
  monotonic_time look_at{};
  monotonic_time tell_sync_at{}; ///< that one failed: not again before
  result<void> home_state;    ///< of the last look
  result<void> cursors_state; ///< of the last time that they were written
  monotonic_time tell_gone_at{};

  unsettled_sums unsettled;
  std::map<record_number, unsigned> failed_reads; ///< how often each was tried
  std::uint64_t damaged_records = 0;
  std::uint64_t cut_tails = 0;
  record_number oldest = 0; ///< record that oldest_closed_ns is of
  std::int64_t oldest_closed_ns = 0;
};

/// To people: who begins to read or reads no more, and what that means for what the log holds.
void tell_reader_change(const std::string& path, const reader_change& change, bool begins_now);
/// At least four segments, so that the oldest can go while the latest is written.
auto bounded(chunk_log_settings settings) -> chunk_log_settings;

} // namespace weir
