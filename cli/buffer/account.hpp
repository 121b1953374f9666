/// What a chunk log on the disk holds, added up: what `weir buffer` tells.
#pragma once

#include "runtime/log/recovery.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace weir::cli {

struct buffer_sums {
  std::uint64_t chunks = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0; ///< of bodies

  void add(std::uint64_t of_events, std::uint64_t of_bytes) {
    ++chunks;
    events += of_events;
    bytes += of_bytes;
  }
};

struct buffer_chunk {
  std::uint64_t number = 0;
  chunk_id id;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t timed_at_reading = 0; ///< of the events
  std::vector<std::string> tags;
  std::vector<std::string> unsettled_by; ///< names of readers
};

struct buffer_account {
  std::string path;
  std::string holder; ///< who has it open now; empty: nobody
  recovered_log log;
  buffer_sums all;
  std::map<std::string, buffer_sums> segments;  ///< by path
  std::map<std::string, buffer_sums> tags;      ///< a chunk counts for each of its tags
  std::map<std::string, buffer_sums> unsettled; ///< by reader
  std::vector<buffer_chunk> chunks;             ///< if they are asked for
  std::uint64_t quarantined_files = 0;          ///< set aside by those who opened it

  /// A held log may be written at its end just now: a tail that is not complete says nothing then.
  auto is_damaged() const -> bool {
    return log.damaged_records > 0 || !log.foreign.empty() || (holder.empty() && log.cut_tails > 0);
  }
};

struct account_options {
  bool all_bodies = false; ///< checks every byte
  bool chunks = false;     ///< lists them one by one
};

/// errc::not_found if no chunk log is at the path.
auto check_is_log(const std::string& path) -> result<void>;
/// Changes nothing.
auto read_account(const std::string& path, const account_options& options) -> result<buffer_account>;

/// Where its holder has locked it.
auto lock_of(const std::string& path) -> std::string;
/// What a log has that somebody writes to.
auto recover_live(const std::string& path) -> result<recovered_log>;

auto buffer_text(const buffer_account& account) -> std::string;
auto buffer_json(const buffer_account& account) -> std::string;
/// What `verify` prints.
auto verdict_text(const buffer_account& account) -> std::string;

} // namespace weir::cli
