/// The ledger of a file sink: what makes its commits happen once, across crashes at any instant.
//
//  A commit: note() the files that will grow and of which the journal does not know where they end, write
//  and synchronize the data, then commit(). A crash before its record is whole leaves data behind the
//  committed ends, which the next open() cuts off; after it, chunks and positions are known, and their data
//  is in.
#pragma once

#include "runtime/ledger/journal.hpp"
#include "runtime/ledger/ledger_state.hpp"
#include "runtime/os/clock.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct file_ledger_settings {
  std::string path;
  std::string holder;     ///< for the lock: who has it
  bool is_durable = true; ///< safe against power cuts: the device is waited for
  std::uint64_t compact_bytes = std::uint64_t{256} << 10; ///< the journal is rewritten when it is larger
  bool keeps_idle = false; ///< remembers files that nothing is written to, for their age and their period
  retention keep = {};     ///< of ids and streams
  const clock* time = &system_clock();
};

/// The files that were written under this ledger; changes nothing, whoever has it open.
auto made_files_of(file_system& files, const std::string& ledger) -> result<std::deque<made_file>>;

/// When what was committed under this ledger, as far as it remembers; changes nothing, whoever has it open.
auto commit_times_of(file_system& files, const std::string& ledger) -> result<commit_times>;

class file_ledger {
public:
  file_ledger(file_system& files, file_ledger_settings settings);

  /// Takes the ledger over and brings the files to what was committed; after a failure of any other call
  /// here, or to take a batch back, once more. Sentences about what is not as it should be.
  auto open() -> result<std::vector<std::string>>;

  auto has(const chunk& c) const -> bool { return state_.has(c); }
  /// The chunk is part of the batch. Which of its events are new; nothing: it is in already.
  auto add(const chunk& c) -> std::optional<std::vector<index_range>> { return state_.add(c, now_s()); }
  auto knowledge(const std::string& source) const -> stream_knowledge {
    return {state_.positions().of(source), state_.settled().of(source), {}};
  }
  auto take_regrouped() -> std::uint64_t { return state_.take_regrouped(); }
  auto ids() const -> const id_ranges& { return state_.ids(); }
  auto client_ids() const -> const id_memory& { return state_.client_ids(); }
  auto files() const -> const std::map<std::string, file_mark>& { return state_.files(); }
  auto find(const std::string& path) const -> const file_mark* { return state_.find(path); }
  /// Whether this file was written here; of a birth that is not known by its path.
  auto was_made(const made_file& one) const -> bool { return state_.was_made(one); }

  /// A file of this name is about to be made; waits for nothing.
  auto announce(const std::string& path) -> result<void>;
  /// Returns when the marks are safe: then data may be written behind them.
  auto note(std::span<const file_mark> marks) -> result<void>;
  /// Ends the batch: what add() was told, and where these files end now.
  auto commit(std::span<const file_mark> marks) -> result<void>;
  /// The file is finished, and renamed. Between batches.
  auto forget(const std::string& path) -> result<void>;
  /// Nothing is being written: what others do to the files from now on is theirs. Between batches.
  auto release() -> result<void>;
  auto journal_bytes() const -> std::uint64_t { return journal_.size(); }

private:
  auto now_s() const -> std::int64_t { return seconds_of(settings_.time->wall_ns()); }
  auto lock() -> result<void>;
  auto replay(std::vector<std::string>& findings) -> result<void>;
  auto recover_files(std::vector<std::string>& findings) -> result<void>;
  auto compact() -> result<void>;

  file_system& files_;
  file_ledger_settings settings_;
  journal journal_;
  ledger_state state_;
  std::unique_ptr<file_lock> lock_;
  bool was_open_ = false;
};

} // namespace weir
