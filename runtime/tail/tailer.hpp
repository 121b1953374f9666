/// Follows files through growth, rotation, truncation and removal, and gives their bytes line by line.
//
// A file is an inode, never a path. It is read as long as a path of the pattern leads to it; afterwards to
// its end through the open descriptor, and let go when its last byte is acknowledged and nobody writes to
// it any more. Its last line, if nothing ends it, is held until it is certain that nothing will.
#pragma once

#include "runtime/os/clock.hpp"
#include "runtime/tail/block_reader.hpp"
#include "runtime/tail/complaints.hpp"
#include "runtime/tail/file_table.hpp"
#include "runtime/tail/glob.hpp"
#include "runtime/tail/line_feed.hpp"
#include "runtime/tail/path_memory.hpp"
#include "runtime/tail/tail_figures.hpp"
#include "runtime/tail/tail_options.hpp"
#include "runtime/tail/watcher.hpp"

#include <deque>
#include <map>
#include <set>
#include <span>
#include <unordered_set>

namespace weir {

class tailer final : public line_feed, glob_visitor, watch_listener {
public:
  tailer(tail_options options, const clock& time);

  auto open(std::span<const position_range> covered, std::span<const position_range> elsewhere = {})
      -> result<void> override;
  void look() override;
  auto next(std::size_t want) -> std::optional<line_block> override;
  void acknowledge(std::span<const position_range> safe) override;
  void look_again(); ///< at files that had to wait
  auto standing() const -> std::vector<position_range> override;
  auto has_more() const -> bool override { return paused_; }
  auto is_finished() const -> bool override { return options_.once && queue_.empty() && !held_ && untold_.empty() && !has_waiting_; }
  auto wake_fd() const -> int override { return watcher_.fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override;
  auto summary() const -> std::string override;
  auto figures(std::size_t shown_max) const -> tail_figures override;
  auto problems() const -> std::vector<std::string> override;
  void note_lines(const line_counts& counts, std::string_view stream) override;
  auto take_complaints() -> std::vector<std::string> override { return complaints_.take(); }
  auto open_files() const -> std::size_t;

private:
  // Looking for files (tailer_scan.cpp).
  void at_pattern(std::size_t which) override { pattern_ = which; }
  void enter(const std::string& directory, bool holds_files) override;
  void unlisted(const std::string& directory, int problem) override;
  void found(const std::string& path) override;
  void content_changed(const std::string& directory, std::string_view name) override;
  void name_changed(const std::string& directory, std::string_view name) override;
  void moved(const std::string& from, const std::string& to) override;
  void file_changed(int watch, bool may_have_left) override;
  void everything_changed() override { scan_wanted_ = true; }
  void scan();
  void find_rotated_while_away();
  void find_unseen(const std::string& directory, const path_memory& known);
  void find_unseen_targets(const stream_identity& before);
  void find_targets_in_a_row(const stream_identity& before, const tailed_file& now);
  void forget_gone();
  void follow_renamed_while_away();
  void adopt_rotated(const std::string& path, const file_stat& status);
  void adopt_unseen(const std::string& from, const std::string& to, const file_stat& status);
  auto is_from_end() const -> bool { return starting_ && is_first_start_ && options_.from_end; }
  void adopt_beside(const tailed_file& file);
  void follow_unlinked(tailed_file& file, const file_stat& status);
  void bar(const std::string& path, int problem);
  void note_match(const std::string& path);
  void look_at_renamed(const std::string& path);
  void add_file(const std::string& path, const file_stat& status);
  void relink(tailed_file& file, const std::string& path);
  auto is_too_old(const file_stat& status) const -> bool;
  void place_file(tailed_file& file, const file_stat& status);
  void go_on(tailed_file& file, file_table::recollection& known);
  void note_place(tailed_file& file, const std::string& path);

  // What files held before they were cut off (tailer_copies.cpp).
  void begin_anew(tailed_file& file, const file_stat& status);
  // Files that go once they are read (tailer_delete.cpp).
  void may_delete(const tailed_file& file);
  void delete_read();
  enum class deletable { no, later, now };
  auto is_deletable(tailed_file& file) -> deletable;
  void delete_file(tailed_file& file);

  void tell_cut_off(const tailed_file& file, std::uint64_t unread);
  enum class copy_look { another, complete, adopted };
  auto find_copy(tailed_file& file, file_table::recollection& content, std::int64_t not_before_ns)
      -> copy_look;
  auto look_at_copy(const std::string& path, tailed_file& file, file_table::recollection& content,
                    std::int64_t not_before_ns) -> copy_look;
  auto adopt_copy(const std::string& path, const file_stat& status, file_table::recollection& content)
      -> copy_look;
  void find_copies_since_empty(const tailed_file& file);
  void find_later_copies(const std::string& path, const stream_identity& content);
  void place_at_end(tailed_file& file, const file_stat& status);
  void watch_alone(tailed_file& file, const std::string& path, const file_stat& status);
  void lose_path(const std::string& path);
  void open_elsewhere(tailed_file& file);
  void follow_predecessor(tailed_file& file, const std::string& path);
  auto tag_of(const std::string& path) const -> std::string;

  // Reading them (tailer.cpp).
  void enqueue(tailed_file& file);
  void go_on(tailed_file& file, bool is_first);
  auto next_note() -> line_block;
  void remember(std::span<const position_range> covered, std::span<const position_range> elsewhere);
  void note(position_range what, bool is_for_all) { notes_.push_back({std::move(what), is_for_all}); }
  void tell_over(std::string stream);
  void forget_over(const std::string& stream);
  auto waits_for_predecessor(tailed_file& file) -> bool;
  auto has_to_wait(tailed_file& file) -> bool;
  auto take_turn(tailed_file& file, std::size_t want) -> std::optional<line_block>;
  void name_stream(tailed_file& file);
  auto is_told(tailed_file& file) -> bool;
  void wait_until_told(tailed_file& file, const std::string& witness);
  void told(const std::string& witness);
  void end_of_patience();
  void go_on_told(const std::string& witness, const file_key& key);
  auto is_own(tailed_file& file, const std::string& place) -> bool;
  auto is_compressed(tailed_file& file) -> bool;
  void end_replaced(tailed_file& file);
  auto open_file(tailed_file& file) -> bool;
  auto waits_for_descriptor(tailed_file& file) -> bool;
  auto open_path(tailed_file& file, const std::string& path) -> int;
  void check_content(tailed_file& file, const file_stat& status);
  auto deliver(tailed_file& file, const block_reader::outcome& read, std::uint64_t begin) -> line_block;
  auto pass_hole(tailed_file& file, std::uint64_t begin, std::uint64_t size) -> std::optional<line_block>;
  void note_mark(tailed_file& file, std::string_view head);
  void look_at_unlinked(bool timed);
  auto is_released(tailed_file& file, bool timed = false) -> bool;
  void drop(tailed_file& file);

  tail_options options_;
  const clock& clock_;
  glob_set patterns_;
  glob_set excluded_;
  watcher watcher_;
  file_table files_;
  block_reader reader_;
  std::deque<tailed_file*> queue_;     ///< files that may have something to read
  std::vector<tailed_file*> unlinked_; ///< files without a path
  /// To be told before anything is read: streams begun at the end of their file, and those that are over.
  struct stream_note {
    position_range what;
    bool is_for_all = false;
  };
  std::deque<stream_note> notes_;
  /// Files of which nothing is given until all know this witness, or the time has come; in order of it.
  struct untold_file {
    std::string witness;
    file_key key;
    monotonic_time until;
  };
  std::deque<untold_file> untold_;
  bool is_told_anew_ = false; ///< one of them may go on
  std::set<std::string> over_; ///< streams of which not all know yet that they are over
  std::string noted_stream_;                ///< of the last block that came from notes_
  std::optional<line_block> held_;          ///< waits for them
  std::vector<std::string> directories_;    ///< that hold files, in the scan that is going on
  std::string path_;                        ///< of the event at hand
  std::unordered_set<std::string> renamed_; ///< names our files got that no pattern matches
  path_memory known_paths_;                 ///< while starting
  complaints complaints_;
  std::optional<std::size_t> pattern_; ///< that is being walked, by its place in the options
  std::vector<bool> matched_;          ///< by the same: whether it has led to a file since the last scan began
  std::map<std::string, int> barred_;  ///< paths that cannot be looked at, with errno, in the last scan
  std::uint64_t long_lines_ = 0;
  std::uint64_t hole_bytes_ = 0;
  std::uint64_t lost_bytes_ = 0; ///< not read when their file was cut off, and in no copy
  monotonic_time scanned_at_;
  monotonic_time swept_at_;               ///< when files that are gone were looked for
  std::optional<monotonic_time> look_at_; ///< when to look at unlinked files again
  std::unordered_set<file_key, file_key_hash> read_files_; ///< that may have to be deleted
  std::optional<monotonic_time> delete_at_; ///< when to look at these
  std::uint64_t deleted_files_ = 0;
  bool scan_wanted_ = false;
  bool unlinked_wanted_ = false; ///< look at unlinked files when everything is read
  bool paused_ = false;
  bool has_waiting_ = false; ///< there are files that wait, since look_again()
  bool is_own_told_ = false;
  bool is_compressed_told_ = false;
  bool starting_ = false;
  bool is_first_start_ = false; ///< no earlier instance handed anything on
};

} // namespace weir
