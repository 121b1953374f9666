/// The chunk log: an aggregator's durable buffer, in segments of checksummed records (docs/chunk-log.md).
//
// Chunks are appended with rising record numbers and read back by several readers, each with a cursor of
// its own. A segment goes when all cursors have passed it. What the log has ever held it remembers as id
// ranges and positions: each segment begins with a snapshot of that memory, so that it outlives the chunks.
//
// All calls from one thread, except sync_job::run().
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/buffer_policy.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/file_system.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// 1, 2, … in the order of appending; never used twice in a log.
using record_number = std::uint64_t;

struct chunk_log_settings {
  std::string path; ///< a directory of its own
  std::uint64_t bytes_max = std::uint64_t{4} << 30;
  std::uint64_t segment_bytes = std::uint64_t{64} << 20; ///< a larger chunk gets a segment to itself
  sync_policy sync = sync_policy::always;
  duration sync_interval = std::chrono::seconds{1};
  std::uint64_t unsynced_bytes = std::uint64_t{16} << 20; ///< with sync_policy::interval no more than about this waits
  std::uint64_t cache_bytes = std::uint64_t{4} << 20;  ///< of the latest chunks, kept in memory
  std::vector<std::string> readers;                    ///< names of the cursors; others in the directory go
  std::vector<std::string> from_now;                   ///< of these, a new one begins behind what is there
  std::string holder;                                  ///< for the lock: "node edge-1, pid 4711"
  duration remember = retention{}.streams;             ///< ids of a collector's start, since its last chunk
  bool knows_ids = false;                              ///< of its records, in memory: id_of(), take_copies()
};

/// A record that somebody else is to pass on (chunk::copy_of), as the opening found it.
struct found_copy {
  record_number at = 0;
  chunk head; ///< its id, holder and count alone
  std::uint64_t bytes = 0; ///< of events
};

/// Blocking work for another thread: brings what was written to the device.
class sync_job {
public:
  auto run() -> result<void>;

private:
  friend class chunk_log;
  std::vector<std::shared_ptr<file>> files_;
  std::vector<std::shared_ptr<file>> cold_; ///< far behind: need not be in the system's memory
  file_system* system_ = nullptr;           ///< with a directory whose names changed
  std::string directory_;
  record_number up_to_ = 0;
};

/// What one has open at most: the lock, some segments, and for a moment the cursors and a directory.
inline constexpr auto chunk_log_descriptors = std::size_t{10};

struct chunk_log_figures {
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;            ///< of the segments, as reserved on the disk
  std::uint64_t unsettled_chunks = 0; ///< that some reader has not settled
  std::uint64_t unsettled_events = 0;
  std::uint64_t unsettled_bytes = 0; ///< of their events
  std::int64_t oldest_closed_ns = 0; ///< of the unsettled; 0 if there are none
  std::uint64_t damaged_records = 0; ///< set aside in quarantine/, or missing
  std::uint64_t cut_tails = 0;       ///< torn last writes found at opening
};

class chunk_log {
public:
  /// Makes the directory, or takes it over: recovers what is there (findings are logged). Errors that a
  /// person has to mend (a directory of a newer version, one that another process holds) are errc::rejected.
  static auto open(file_system& files, chunk_log_settings settings, const clock& time)
      -> result<std::unique_ptr<chunk_log>>;
  ~chunk_log();

  /// What the log holds or has held.
  auto seen() const -> const id_ranges&;
  /// What is on the device of a collector's streams; with sync_policy::os, what was appended.
  auto knowledge_of(const std::string& source) const -> stream_knowledge;
  /// What the readers may fold: all of the origin below it is stored everywhere.
  void fold(std::uint64_t origin, std::uint64_t settled_below);

  /// errc::limit: bytes_max is reached; errc::unavailable: the disk is full or fails. Nothing is appended
  /// then, and the next try is welcome.
  auto append(const chunk_ptr& c) -> result<record_number>;
  /// Remembers id and positions of a chunk that is not kept (drop_newest). Takes next to no room.
  auto append_dropped(const chunk& c) -> result<record_number>;
  auto last() const -> record_number; ///< appended; 0: none ever
  /// Up to here chunks are safe as the policy says; only these may be acked or handed on.
  auto durable() const -> record_number;

  /// What to run in another thread; nothing if there is nothing to bring to the device, or a job is out.
  auto take_sync(monotonic_time now) -> std::optional<sync_job>;
  /// The job's outcome. After an error the records it was about are written to a fresh segment, and the
  /// next job is about that one; an error returned here means that this failed, too: call again later.
  auto finish_sync(const sync_job& job, const result<void>& outcome) -> result<void>;
  /// When take_sync() (interval) or maintain() want to be called though nothing happens.
  auto deadline() const -> std::optional<monotonic_time>;

  /// The first record behind `behind` that the reader has not settled; 0 if there is none up to durable().
  auto next(std::size_t reader, record_number behind) const -> record_number;
  /// From memory if it is a late one, else from the disk. errc::not_found: it is damaged and set aside, or
  /// was dropped; settle it. errc::unavailable: the disk fails; try again later: after 20 times it is
  /// damaged.
  auto read(record_number number) -> result<chunk_ptr>;
  void settle(std::size_t reader, record_number number);
  /// With `knows_ids`, of records that have events. Costs no look at the disk.
  auto id_of(record_number number) const -> std::optional<chunk_id>;
  /// As its header says.
  auto events_of(record_number number) const -> std::uint64_t;
  /// With `knows_ids`: what the opening found and not all readers have settled; once.
  auto take_copies() -> std::vector<found_copy>;
  /// Whether the log, when it was opened, had not known the reader before.
  auto is_new(std::size_t reader) const -> bool;
  /// One more reader, the last; of a name that is known already: that one's place. It gets what the log holds and what
  /// comes, or with `from_now` only what comes. Told in the log, and on the disk when it returns if that can be written to.
  auto add_reader(const std::string& name, bool from_now) -> std::size_t;
  /// It reads no more, and those behind it move up. Returns how many events up to a record it had not settled.
  auto remove_reader(std::size_t reader, record_number up_to) -> std::uint64_t;
  /// All up to this record is settled by the reader.
  auto settled_up_to(std::size_t reader) const -> record_number;
  auto readers() const -> std::size_t;
  /// To whom the reader's owner may have sent something that is not settled; kept on the disk for the next process.
  auto receivers_of(std::size_t reader) const -> const std::set<std::string>&;
  /// On the device when it returns.
  auto set_receivers(std::size_t reader, std::set<std::string> addresses) -> result<void>;
  /// Other bounds from now on; the directory, the readers and the holder stay.
  void set(const chunk_log_settings& settings);
  /// For drop_oldest: settles for all readers what the oldest segment holds; what was lost by that. Nothing
  /// while older ones only wait for a sync to go.
  auto drop_oldest() -> std::vector<chunk_ptr>;

  /// Persists cursors, removes segments that all readers have passed, and makes the files again if somebody
  /// removed them, from what is still to be had; cheap if there is nothing to do. A failure stands until the
  /// next try, which comes by itself, works.
  auto maintain(monotonic_time now) -> result<void>;
  auto figures() const -> chunk_log_figures;

private:
  struct state;
  explicit chunk_log(std::unique_ptr<state> opened);
  std::unique_ptr<state> state_;
};

} // namespace weir
