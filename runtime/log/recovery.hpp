/// Reads a directory and finds out what a chunk log holds. Changes nothing: mending is the chunk log's.
#pragma once

#include "runtime/log/cursors.hpp"
#include "runtime/log/log_memory.hpp"
#include "runtime/log/segment.hpp"
#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Something that is not as it should be.
struct log_finding {
  std::string path;
  std::uint64_t offset = 0;
  std::uint64_t end = 0;    ///< equal to offset: there are no bytes to set aside
  std::uint64_t number = 0; ///< of the record, 0 if unknown
  std::string what;
};

/// A damaged record that is given up. Unless its header goes too, a later start, which finds it settled by
/// all readers, takes it for one that they have passed, and its chunk for one that is kept.
struct lost_record {
  std::string path; ///< of its segment
  std::uint64_t offset = 0;
};

/// Of what some reader has not settled.
struct unsettled_sums {
  std::uint64_t chunks = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
};

/// A reader that the cursors do not have, or one that only they have.
struct reader_change {
  std::string name;
  bool is_new = false;       ///< else: gone
  std::uint64_t events = 0;  ///< that the log holds and it has not settled
  std::int64_t since_ns = 0; ///< when the first chunk of these was closed
};

struct recovered_log {
  std::uint64_t log_id = 0; ///< 0: nothing is there
  std::vector<segment> segments;
  /// Of segments whose snapshot tells of records that never were safe: what it should say. By number.
  std::map<std::uint64_t, log_memory> snapshots;
  std::vector<lost_record> lost;
  std::vector<std::string> superfluous; ///< segment files without a record that counts
  std::vector<std::string> foreign;     ///< segment files of another log, or renamed ones
  log_memory memory;
  std::vector<reader_cursor> readers; ///< damaged and dropped records are settled for all
  std::vector<reader_change> changes; ///< of a log that has cursors
  std::uint64_t durable = 0;          ///< up to here records were on the device before; maybe more
  std::uint64_t last = 0;             ///< record that was appended last, as far as is known
  std::uint64_t next_number = 1;      ///< larger than `last` and than what a cursor has passed
  std::uint64_t next_segment = 1;
  unsettled_sums unsettled;
  std::uint64_t damaged_records = 0;
  std::uint64_t cut_tails = 0;
  std::vector<log_finding> findings; ///< the first findings_max
  std::uint64_t findings_left_out = 0;
};

inline constexpr std::size_t findings_max = 10'000;

/// A chunk that counts, as it is found. Lives as long as the call.
struct recovered_record {
  const std::string& path; ///< of its segment
  const located_record& at;
  const chunk& head; ///< without its body
  const std::vector<reader_cursor>& readers;
};

struct recovery_options {
  std::string path;
  /// Who reads. Without: those that the cursor file has.
  std::optional<std::vector<std::string>> readers = std::nullopt;
  /// Which of them begin behind the last record, if the cursors do not have them; the others at the oldest.
  std::vector<std::string> from_now = {};
  /// Checks also the bodies that all readers have passed.
  bool all_bodies = false;
  std::int64_t now_s = 0; ///< of the wall clock: when what is found is taken to have come
  std::function<void(const recovered_record&)> on_chunk = nullptr;
  std::function<bool()> is_over = nullptr; ///< true: it ends in the middle, with errc::limit
};

/// An empty or missing directory is an empty log. errc::rejected: a newer version.
auto recover_log(file_system& files, const recovery_options& options) -> result<recovered_log>;

/// The path of the cursor file in a log's directory.
auto cursor_path(const std::string& directory) -> std::string;

} // namespace weir
