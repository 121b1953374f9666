/// The files of a ledger that grow: which of them this writer appends to, which are to be closed, and what is left to do of these.
//
//  A file is made by a commit, appended to by later ones of the same writer, and closed by an entry that says so: when it is
//  large or old enough, when an append to it failed or was in vain, or when its writer is gone. The entry is what counts: of a
//  file that is closed what the entries say it has goes to its key, whatever else has been appended.
//
//  Others close the file of a writer whose process has been followed by another one on its node, and one that is much older than
//  files get. If that writer is there after all, it reads of it before an entry of its own can get in.
#pragma once

#include "actors/sinks/objects/growing_file.hpp"
#include "runtime/os/clock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// Pure but for what it asks of `files`. One thread's.
class file_book {
public:
  file_book(file_appender& files, const object_rotation& rotate, std::uint64_t place, std::uint64_t run, const clock& time);

  // What entries and snapshots say.
  void clear();
  void take(const growing_file& f) { known_[f.made] = f; }
  void take_finished(const std::string& made) { known_.erase(made); }
  auto known() const -> const std::map<std::string, growing_file>& { return known_; }
  auto needs(const std::string& path) const -> bool;

  // A commit of this writer.
  auto grows() const -> bool { return rotate_.age_s > 0 && can_append_; }
  /// From now on it is another writer: it appends to none of what there was.
  void begin(std::uint64_t opening);
  /// To the file of this slot. False: there is none.
  auto append(const std::string& slot, std::string_view bytes) -> result<bool>;
  /// In place of that: this file was made. `key_of` gives its key by the number of the entry.
  using key_source = std::function<std::string(std::uint64_t)>;
  void note_made(const std::string& slot, std::string path, std::uint64_t bytes, key_source key_of);
  /// Whether nobody has closed one meanwhile.
  auto is_still_ours() const -> bool;
  /// What the entry of that number has to say: of what has grown, and of what is to be closed.
  auto entry_of(std::uint64_t number) const -> std::vector<growing_file>;
  auto finished() const -> const std::vector<std::string>& { return finished_; }
  /// That entry is in, and was taken.
  void committed();
  /// It will not be. Paths of files that were made for it.
  auto drop() -> std::vector<std::string>;

  // Between commits.
  void close_all() { slots_.clear(); }
  auto is_any_due() const -> bool;
  /// Brings those that are closed to their keys, as far as the server is.
  auto finish_some() -> result<void>;
  /// How long until there is something to do; nothing: until there is another file.
  auto wait() const -> std::optional<std::chrono::seconds>;

private:
  struct growth {
    std::string slot;
    growing_file file; ///< with what it has now
    bool is_new = false;
    key_source key_of = {};
  };
  auto now_s() const -> std::int64_t;
  auto is_full(const growing_file& f) const -> bool;
  /// Open, and nobody is going to append to it.
  auto is_to_close(const growing_file& f) const -> bool;
  auto close_at_s(const growing_file& f) const -> std::int64_t;
  auto is_ours(const growing_file& f) const -> bool;

  file_appender& files_;
  object_rotation rotate_;
  file_writer self_;
  const clock& time_;
  bool can_append_ = true;
  std::set<std::uint64_t> openings_;            ///< all of this object
  std::map<std::string, growing_file> known_;   ///< by path
  std::map<std::string, std::string> slots_;    ///< paths of those that are appended to
  std::vector<growth> growths_;                 ///< of the commit under way
  std::vector<std::string> finished_;           ///< what others are to be told
  std::map<std::string, monotonic_time> later_; ///< the server was not that far
};

} // namespace weir
