/// The ledger that all writers of a sink share, on all nodes, in the bucket that the events go to: each event once.
//
//  DIRECTORY/begin             the life of this ledger, random: part of the keys of objects, so that a new ledger overwrites none
//  DIRECTORY/log/N             entries 1, 2, 3, ... (log_entry.hpp), each put only if there is none of that number
//  DIRECTORY/snapshot/N        all that entries up to N say
//  DIRECTORY/staged/BASE-W-I   objects with events before they get their keys
//
//  A commit stages its objects, and then puts the next entry, which says what is in them and what their keys are. Of several
//  writers one gets the number; the others read what it wrote and decide again. With the entry the commit has happened: the
//  objects are brought to their keys, by this writer or by whoever finds later that it did not come to that; the same bytes at
//  the same keys, however often. No chunk counts as stored before its objects are at their keys.
//
//  Where files grow (file_book.hpp), a commit appends to one, or stages the first bytes of one, and the entry says how many bytes
//  of it are stored. Its events are stored with the entry; at its key it is when it has been closed.
//
//  An answer that was lost: the same entry is put again, and if there is one of that number, it is looked at whose. If that
//  ends without an answer either, the chunks come again, and are known or not by then.
//
//  What is removed: staged objects once they are at their keys, so that one that is missing has been; those that no entry names once
//  `base` lies so far back that an entry with it would be void; entries that lie `kept` numbers behind a snapshot. Whoever has
//  put an entry, or read one, therefore looks whether a snapshot is that far ahead: then the number may have been another's.
#pragma once

#include "actors/sinks/objects/bucket.hpp"
#include "actors/sinks/objects/file_book.hpp"
#include "actors/sinks/objects/log_entry.hpp"
#include "runtime/ledger/ledger_state.hpp"
#include "runtime/os/clock.hpp"

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct bucket_ledger_settings {
  std::string directory; ///< with a slash at its end
  std::string name;      ///< what names of objects begin with
  retention keep = {};
  object_form form = {};
  std::string no_conditions; ///< what to say of a server that puts where something is
  std::uint64_t snapshot_every = 256;
  std::uint64_t kept = 512;
  std::uint64_t staged_base_max = 10'000; ///< an entry whose base lies further back is void
};

/// An object of a commit. Its key is prefix, name, life, number, ending.
struct new_object {
  std::string prefix;
  std::string ending;
  std::string bytes;
};

/// What of the chunks is new.
struct bucket_plan {
  std::vector<std::optional<std::vector<index_range>>> fresh;
  std::uint64_t regrouped = 0;
  bool has_known = false; ///< some of it is in already
  std::string record;
  auto has_fresh() const -> bool;
};

/// Where files may grow.
struct growth_settings {
  file_appender* files = nullptr; ///< null: none grows
  object_rotation rotate = {};    ///< without an age: none grows any more
  std::uint64_t place = 0;        ///< this node
  std::uint64_t run = 0;          ///< this process
};

/// One thread's. After an error of any call: open() before anything else.
class bucket_ledger {
public:
  using random_source = std::function<std::uint64_t()>;
  bucket_ledger(object_bucket& bucket, bucket_ledger_settings settings, const clock& time, random_source random,
                const growth_settings& growth = {});

  /// Reads all, and brings objects to their keys that are not there yet. Looks whether the server puts on condition.
  auto open() -> result<void>;
  auto is_open() const -> bool { return is_open_; }
  struct batch {
    std::span<const chunk_ptr> chunks;
    /// The objects for what is new; called again if others have stored some of it meanwhile.
    std::function<result<std::vector<new_object>>(const bucket_plan&)> build;
    std::function<result<void>()> confirm; ///< before it is final
  };
  /// When it returns, all of the chunks is at its keys, or in files that are going to be there.
  auto commit(const batch& b) -> result<void>;
  /// After an error of commit(): it may have happened, or happen yet.
  auto may_have_happened() const -> bool { return is_unsure_; }
  /// With what others have put in since; all that it says is at its keys.
  auto up_to_date() -> result<const ledger_state*>;
  auto state() const -> const ledger_state& { return state_; }
  /// Between commits: closes files whose time has come, or all of this writer. When it is to be called again; nothing: there is
  /// nothing to wait for.
  auto tidy(bool is_last) -> result<std::optional<std::chrono::seconds>>;
  auto wait() const -> std::optional<std::chrono::seconds> { return book_ ? book_->wait() : std::nullopt; }

private:
  auto place(std::string_view kind, std::uint64_t number) const -> std::string;
  auto begin_life() -> result<void>;
  auto load() -> result<void>;
  auto load_snapshot() -> result<void>;
  auto newest_snapshot() -> result<std::uint64_t>;
  auto check_reach(std::uint64_t first) -> result<void>;
  auto catch_up() -> result<void>;
  auto take(std::uint64_t number, const bucket_entry& e) -> result<void>;
  auto plan_for(std::span<const chunk_ptr> chunks) const -> bucket_plan;
  /// False: others have stored some of it meanwhile.
  auto try_commit(const batch& b) -> result<bool>;
  auto stage(const std::vector<new_object>& objects) -> result<bucket_entry>;
  auto stage_growing(const std::vector<new_object>& objects, bucket_entry& e) -> result<void>;
  void unstage(const bucket_entry& e);
  void fill(bucket_entry& e, const std::vector<new_object>& objects, std::uint64_t number) const;
  auto close_files() -> result<void>;
  /// The number of the entry; nothing if it is overtaken.
  auto claim(bucket_entry e, const std::vector<new_object>& objects, const batch& b, bucket_plan& plan) -> result<std::optional<std::uint64_t>>;
  auto put_entry(std::uint64_t number, const bucket_entry& e) -> result<bool>;
  auto key_of(const new_object& o, std::uint64_t number) const -> std::string;
  auto bring_home(std::uint64_t number) -> result<void>;
  auto bring_all_home() -> result<void>;
  auto keep_up() -> result<void>;
  auto remove_numbers_below(std::string_view kind, std::uint64_t number) -> result<void>;
  auto failed(error why) -> error;

  object_bucket& bucket_;
  bucket_ledger_settings settings_;
  const clock& time_;
  random_source random_;
  std::string life_;
  bool is_open_ = false;
  bool is_unsure_ = false;
  std::uint64_t end_ = 0; ///< number of the last entry that is known
  ledger_state state_;
  std::map<std::uint64_t, std::vector<staged_object>> open_; ///< entries whose objects may not be at their keys
  std::vector<std::uint64_t> done_;                          ///< of these, what others are to be told
  std::optional<file_book> book_;                            ///< absent: no files grow
};

} // namespace weir
