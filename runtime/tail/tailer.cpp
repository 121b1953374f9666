#include "runtime/tail/tailer.hpp"

#include "runtime/codec/compression.hpp"
#include "runtime/tail/over_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace weir {
namespace {

/// Between looks at a file that lost its path: is it still at its end?
constexpr auto look_interval = std::chrono::milliseconds{500};
/// So many looks are waited for what follows a file's end, or half a line, if nobody knows who writes.
constexpr auto looks_at_end_max = 2;
constexpr auto looks_at_rest_max = 20;
/// Between scans however often directories change.
constexpr auto scan_interval_min = std::chrono::milliseconds{100};
/// A name that covers less than one over this of the head is worth a better one.
constexpr auto head_growth_min = 4U;
/// How long a file waits for those that have to know its name: longer than it takes to find out that one of them is gone,
/// who is waited for no more then.
constexpr auto told_patience = std::chrono::seconds{10};
/// Says only that this collector has been here.
constexpr auto started_stream = std::string_view{"t1:started"};

void skip_known(tailed_file& file) {
  while (!file.skips.empty() && file.offset >= file.skips.back().begin) {
    file.offset = std::max(file.offset, file.skips.back().end);
    file.skips.pop_back();
    file.rest = 0;
    file.in_long_line = false;
  }
}

} // namespace

tailer::tailer(tail_options options, const clock& time)
    : options_(std::move(options)),
      clock_(time),
      watcher_(options_.inotify && !options_.once),
      files_(options_.open_files_max > 0 ? options_.open_files_max : SIZE_MAX, options_.descriptors),
      reader_(options_.line_bytes_max) {}

auto tailer::open(std::span<const position_range> covered, std::span<const position_range> elsewhere)
    -> result<void> {
  auto problem = std::error_code{};
  const auto base = std::filesystem::current_path(problem).string();
  WEIR_TRY(patterns_, glob_set::parse(options_.paths, base));
  WEIR_TRY(excluded_, glob_set::parse(options_.exclude, base, true));
  is_first_start_ = covered.empty() && elsewhere.empty();
  // Even if all files come to an end: what appears while we are away is not left out as if it was old.
  if (is_first_start_ && options_.from_end) note({std::string{started_stream}, 0, 0}, true);
  remember(covered, elsewhere);
  starting_ = true;
  swept_at_ = clock_.monotonic();
  scan();
  if (!is_first_start_) {
    find_rotated_while_away();
    follow_renamed_while_away();
  }
  known_paths_.clear();
  starting_ = false;
  for (std::size_t i = 0; i < matched_.size(); ++i)
    if (!matched_[i] && options_.expects_files) complaints_.add_once(options_.paths[i], "no file matches");
  // What was rotated away is older than what has its path now.
  std::stable_sort(queue_.begin(), queue_.end(), [](const auto* a, const auto* b) {
    if (a->is_linked() != b->is_linked()) return !a->is_linked();
    return a->mtime_seen_ns < b->mtime_seen_ns;
  });
  return {};
}

void tailer::remember(std::span<const position_range> covered, std::span<const position_range> elsewhere) {
  auto over = over_streams{};
  for (const auto& positions : {covered, elsewhere})
    for (const auto& position : positions)
      if (says_over(position)) over.add(position.stream), files_.remember_over(position.stream);
  for (const auto& positions : {covered, elsewhere})
    for (const auto& position : positions) {
      known_paths_.remember(position.stream);
      if (over.has(position))
        tell_over(position.stream);
      else if (positions.data() == elsewhere.data())
        files_.remember_stream(position);
      else if (position.end != end_of_stream)
        files_.remember_covered(position);
    }
}

void tailer::tell_over(std::string stream) {
  if (over_.insert(stream).second) note({std::move(stream), over_begin, over_end}, true);
}

/// All know that it is over, or it begins anew: the same file has come back.
void tailer::forget_over(const std::string& stream) {
  if (over_.erase(stream) == 0) return;
  std::erase_if(notes_, [&](const stream_note& n) { return n.what.stream == stream; });
  note({stream, over_end, end_of_stream}, true);
}

void tailer::look() {
  is_told_anew_ = false;
  if (options_.once) return;
  watcher_.drain(*this);
  if (!watcher_.complaint().empty()) complaints_.add_once("", watcher_.complaint() + "; polling instead");
  const auto now = clock_.monotonic();
  const auto interval = watcher_.works() ? options_.refresh_interval : options_.poll_interval;
  const auto since = now - scanned_at_;
  if (since >= interval || (scan_wanted_ && since >= scan_interval_min)) scan();
  if (look_at_ && now >= *look_at_) look_at_unlinked(true);
  if (delete_at_ && now >= *delete_at_) delete_read();
}

auto tailer::wake_at() const -> std::optional<monotonic_time> {
  if (is_told_anew_) return scanned_at_;
  if (options_.once) return untold_.empty() ? std::nullopt : std::optional{untold_.front().until};
  const auto interval = watcher_.works() ? options_.refresh_interval : options_.poll_interval;
  auto next = scanned_at_ + std::chrono::duration_cast<monotonic_time::duration>(interval);
  if (scan_wanted_) next = std::min(next, scanned_at_ + scan_interval_min);
  if (look_at_) next = std::min(next, *look_at_);
  if (delete_at_) next = std::min(next, *delete_at_);
  if (!untold_.empty()) next = std::min(next, untold_.front().until);
  return next;
}

void tailer::enqueue(tailed_file& file) {
  if (file.queued) return;
  file.queued = true;
  if (file.is_linked()) return queue_.push_back(&file);
  // Rotated files come before all others, among themselves in the order of their rotation.
  const auto behind =
      std::find_if(queue_.begin(), queue_.end(), [](const auto* f) { return f->is_linked(); });
  queue_.insert(behind, &file);
}

/// After its turn, in which it may have been found anew: a file is in the queue once.
void tailer::go_on(tailed_file& file, bool is_first) {
  if (std::exchange(file.queued, true)) return;
  is_first ? queue_.push_front(&file) : queue_.push_back(&file);
}

auto tailer::next(std::size_t want) -> std::optional<line_block> {
  if (!notes_.empty()) return next_note();
  if (held_) return std::exchange(held_, std::nullopt);
  paused_ = false;
  end_of_patience();
  while (!paused_ && notes_.empty()) {
    if (queue_.empty() && std::exchange(unlinked_wanted_, false)) look_at_unlinked(false);
    if (queue_.empty()) break;
    auto& file = *queue_.front();
    queue_.pop_front();
    file.queued = false;
    if (waits_for_predecessor(file)) continue;
    auto block = take_turn(file, want);
    if (!block) continue;
    // What tells of a stream goes before what is in it.
    if (notes_.empty()) return block;
    held_ = std::move(block);
    return next_note();
  }
  return notes_.empty() ? std::nullopt : std::optional{next_note()};
}

/// The older lines come first.
auto tailer::waits_for_predecessor(tailed_file& file) -> bool {
  const auto* before = file.predecessor;
  if (!file.is_linked() || before == nullptr || !before->queued) return false;
  go_on(file, false);
  return true;
}

auto tailer::next_note() -> line_block {
  auto [what, is_for_all] = std::move(notes_.front());
  notes_.pop_front();
  noted_stream_ = std::move(what.stream);
  if (what.end == end_of_stream) return {{}, noted_stream_, what.begin, {}, false, true, is_for_all};
  return {{}, noted_stream_, what.begin, {}, false, false, is_for_all, what.end - what.begin};
}

void tailer::end_replaced(tailed_file& file) {
  for (auto& old : file.replaced) tell_over(std::move(old.stream));
  file.replaced.clear();
}

auto tailer::has_to_wait(tailed_file& file) -> bool {
  file.is_waiting = options_.waits && options_.waits(file.first_path, file.place);
  has_waiting_ = has_waiting_ || file.is_waiting;
  return file.is_waiting;
}

void tailer::look_again() {
  if (!std::exchange(has_waiting_, false)) return;
  for (const auto& [key, file] : files_.all())
    if (std::exchange(file->is_waiting, false)) enqueue(*file);
}

auto tailer::take_turn(tailed_file& file, std::size_t want) -> std::optional<line_block> {
  if (!file.untold.empty() || has_to_wait(file)) return std::nullopt;
  if (!file.is_linked()) unlinked_wanted_ = true;
  if (file.is_left_out) return std::nullopt;
  auto status = file_stat{};
  if (!open_file(file) || stat_descriptor(file.fd, status) != 0) return std::nullopt;
  if (options_.safe_bytes) status.size = std::min(status.size, options_.safe_bytes(file.key.inode));
  if (!file.is_placed) place_file(file, status);
  if (!file.is_placed) return std::nullopt;
  check_content(file, status);
  if (waits_for_predecessor(file)) return std::nullopt;
  if (file.fd < 0) return enqueue(file), std::nullopt;
  const auto is_touched = std::exchange(file.mtime_seen_ns, status.mtime_ns) != status.mtime_ns;
  file.size_seen = file.size_told = status.size;
  // What is skipped begins where a line or a piece of one ended.
  const auto is_gap = !file.skips.empty();
  const auto stop = is_gap ? file.skips.back().begin : UINT64_MAX;
  const auto take_rest = file.take_rest || options_.once || is_gap;
  // Somebody may write into room that was made in advance.
  const auto is_rest_new = take_rest || is_touched;
  const auto nothing_new = status.size == file.offset + file.rest && !(is_rest_new && file.rest > 0);
  if (nothing_new || file.offset >= file.limit || is_own(file, {})) return std::nullopt;
  if (file.offset == 0 && is_compressed(file)) return std::nullopt;
  const auto size = std::min(status.size, file.limit);
  const auto begin = file.offset + (file.offset == 0 ? file.mark_bytes : 0U);
  const auto read = reader_.read({file.fd, begin, size, stop, take_rest, !file.in_long_line, file.unit}, want);
  file.problem = read.problem;
  if (file.is_unreadable()) complaints_.add_once(file.path(), describe_errno(read.problem));
  if (read.is_hole) return pass_hole(file, begin, std::min(size, stop));
  file.rest = read.rest;
  if (read.bytes.empty()) return file.rest += begin - file.offset, std::nullopt;
  if (!is_told(file)) return std::nullopt;
  auto block = deliver(file, read, begin);
  if (is_gap) {
    block.is_cut = !ends_line(block.bytes, block.unit);
    skip_known(file);
  }
  if (!read.at_end || is_gap || (take_rest && read.rest > 0)) go_on(file, is_gap);
  return block;
}

/// What this process writes would come again and again, longer each time.
auto tailer::is_own(tailed_file& file, const std::string& place) -> bool {
  if (!options_.is_own || !options_.is_own(file.key, place)) return false;
  file.is_left_out = true;
  files_.close(file);
  if (!std::exchange(is_own_told_, true))
    complaints_.add("\"" + file.path() + "\": written by this process itself; such files are not read");
  return true;
}

/// Lines are looked for as the file has them.
auto tailer::is_compressed(tailed_file& file) -> bool {
  if (options_.safe_bytes || sniff_compression(read_head(file.fd, 4)) == compression::none) return false;
  file.is_left_out = true;
  files_.close(file);
  if (!std::exchange(is_compressed_told_, true))
    complaints_.add("\"" + file.path() + "\": compressed; such files are left out here: \"exclude\" them, or read them by a "
                                          "collector with \"compressed\"");
  return true;
}

/// When it is begun and when its head has grown much.
void tailer::name_stream(tailed_file& file) {
  const auto is_grown =
      file.head.length == head_bytes_max || file.head.length >= head_growth_min * file.named_length;
  // A copy goes on with the stream of another inode: a name of its own would make it another content.
  if (!file.stream.empty() && (file.is_copy || file.named_length == file.head.length || !is_grown)) return;
  file.named_length = file.head.length;
  auto identity = stream_identity{file.key, file.generation, file.start, file.head, file.first_path, file.place};
  const auto is_new = file.stream.empty();
  if (is_new) {
    files_.set_stream(file, name_of(identity, file.fd));
    forget_over(file.stream);
  }
  auto name = to_stream(identity);
  forget_over(name);
  if (is_new && file.is_named_apart()) wait_until_told(file, name);
  if (std::find(file.witnesses.begin(), file.witnesses.end(), name) == file.witnesses.end())
    file.witnesses.push_back(name);
  // Whoever is asked later has to know the file, wherever its data went: it may have lost its path by then.
  note({std::move(name), file.start, file.start}, is_new);
}

/// It has a name from now on. One that the content alone does not tell is to be known before what is in it.
auto tailer::is_told(tailed_file& file) -> bool {
  name_stream(file);
  return file.untold.empty();
}

void tailer::wait_until_told(tailed_file& file, const std::string& witness) {
  file.untold = witness;
  untold_.push_back({witness, file.key, clock_.monotonic() + told_patience});
}

void tailer::told(const std::string& witness) {
  const auto at = std::find_if(untold_.begin(), untold_.end(), [&](const auto& u) { return u.witness == witness; });
  if (at == untold_.end()) return;
  const auto key = at->key;
  untold_.erase(at);
  go_on_told(witness, key);
}

/// Who is silent holds up nobody.
void tailer::end_of_patience() {
  for (const auto now = clock_.monotonic(); !untold_.empty() && now >= untold_.front().until;) {
    const auto next = std::move(untold_.front());
    untold_.pop_front();
    go_on_told(next.witness, next.key);
  }
}

void tailer::go_on_told(const std::string& witness, const file_key& key) {
  auto* file = files_.by_key(key);
  if (file == nullptr || file->untold != witness) return;
  file->untold.clear();
  is_told_anew_ = true;
  enqueue(*file);
}

auto tailer::standing() const -> std::vector<position_range> {
  auto all = std::vector<position_range>{};
  if (options_.from_end) all.push_back({std::string{started_stream}, 0, 0});
  for (const auto& [key, file] : files_.all())
    if (!file->stream.empty())
      all.push_back({file->witnesses.empty() ? file->stream : file->witnesses.back(), file->start, file->start});
  return all;
}

/// A hole is passed when something is behind it: as long as nothing is, somebody may fill it. Only where nothing
/// can come any more, in a gap or when the file is let go, it is passed at the end, too.
auto tailer::pass_hole(tailed_file& file, std::uint64_t begin, std::uint64_t size)
    -> std::optional<line_block> {
  const auto end = skip_nul(file.fd, std::max(begin, file.nul_until), size);
  file.nul_until = end.at;
  const auto is_gap = !file.skips.empty();
  if (!end.is_certain) {
    paused_ = true;
    go_on(file, is_gap);
    return std::nullopt;
  }
  const auto is_last = end.at == size && !is_gap && !file.take_rest;
  file.rest = is_last ? size - file.offset : 0;
  if (is_last || !is_told(file)) return std::nullopt;
  const auto bytes = end.at - begin;
  auto block = deliver(file, {}, end.at);
  note_lines({0, bytes}, file.stream);
  if (is_gap) skip_known(file);
  go_on(file, is_gap);
  return block;
}

auto tailer::deliver(tailed_file& file, const block_reader::outcome& read, std::uint64_t begin)
    -> line_block {
  auto block = line_block{file.tag, file.stream, file.offset, read.bytes, read.is_cut};
  block.skipped = begin - file.offset;
  block.goes_on = file.in_long_line;
  block.unit = file.unit;
  block.inode = file.key.inode;
  block.path = file.first_path;
  block.place = file.place;
  if (read.is_cut && !file.in_long_line) note_lines({1, 0}, file.stream);
  file.in_long_line = read.is_cut;
  file.offset = block.end();
  file.given = file.offset;
  file.read_ns = clock_.wall_ns();
  file.take_rest = false;
  file.looks_at_end = 0;
  return block;
}

/// Notices that the content is another one: cut off, or begun anew in the same inode.
void tailer::check_content(tailed_file& file, const file_stat& status) {
  const auto head_size = std::min<std::uint64_t>(head_bytes_max, status.size);
  auto head = read_head(file.fd, head_size);
  if (head.empty() && status.size > 0) return; // unreadable: nothing is known
  const auto was_empty = file.head.length == 0 && file.stream.empty();
  const auto known = print_of(head.substr(0, std::min<std::size_t>(file.head.length, head.size())));
  if (status.size < file.known_end() || (file.head.length > 0 && known != file.head)) {
    begin_anew(file, status);
    if (file.fd < 0) return; // it made room for that of a copy
    head = read_head(file.fd, head_size);
  }
  file.head = print_of_text(head);
  note_mark(file, head);
  if (was_empty && !head.empty() && !options_.safe_bytes) find_copies_since_empty(file);
}

/// A byte order mark is no text, and says how what follows is written.
void tailer::note_mark(tailed_file& file, std::string_view head) {
  const auto by_mark = unit_by_mark(head);
  const auto may_be_pairs = !options_.unit || *options_.unit != text_unit::byte;
  const auto has_pairs = may_be_pairs && by_mark != text_unit::byte;
  file.unit = has_pairs ? by_mark : options_.unit.value_or(text_unit::byte);
  file.mark_bytes = has_pairs ? pair_mark_bytes : head.starts_with(byte_order_mark) ? byte_order_mark.size() : 0U;
}

auto tailer::open_path(tailed_file& file, const std::string& path) -> int {
  auto fd = -1;
  do fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  while (fd < 0 && (errno == EMFILE || errno == ENFILE) && files_.make_room());
  if (fd < 0) {
    file.problem = errno == ENOENT ? 0 : errno;
    if (file.is_unreadable()) complaints_.add_once(path, describe_errno(errno));
    return -1;
  }
  auto status = file_stat{};
  if (stat_descriptor(fd, status) == 0 && status.key == file.key) return fd;
  ::close(fd);
  return -1;
}

/// The next scan tries it again.
auto tailer::waits_for_descriptor(tailed_file& file) -> bool {
  file.problem = EMFILE;
  complaints_.add_once("", "rotated files hold all descriptors that may be had; others wait for them");
  return false;
}

auto tailer::open_file(tailed_file& file) -> bool {
  if (file.fd >= 0) {
    files_.used(file);
    return true;
  }
  if (!file.is_linked()) return false;
  if (!files_.has_room()) return waits_for_descriptor(file);
  const auto path = file.path();
  const auto fd = open_path(file, path);
  if (fd >= 0) {
    file.problem = 0;
    files_.opened(file, fd);
    return true;
  }
  auto status = file_stat{};
  const auto is_there = stat_path(path, status) == 0 && status.key == file.key;
  if (!is_there) found(path);
  return file.fd >= 0;
}

void tailer::look_at_unlinked(bool timed) {
  if (timed) look_at_.reset();
  std::erase_if(unlinked_, [&](tailed_file* file) {
    if (timed && !file->queued) ++file->looks_at_end;
    if (!is_released(*file, timed)) return false;
    drop(*file);
    return true;
  });
}

/// Whether nothing more can come from a file without a path, and nothing of it can be asked for again.
auto tailer::is_released(tailed_file& file, bool timed) -> bool {
  if (file.queued || !file.untold.empty() || file.is_waiting) return false;
  auto status = file_stat{};
  if (file.fd < 0 || stat_descriptor(file.fd, status) != 0) return true;
  if (options_.once) return false;
  if (file.is_unreadable() && !timed) {
    if (!look_at_) look_at_ = clock_.monotonic() + look_interval;
    return false;
  }
  if (status.size != file.offset + file.rest || !file.skips.empty()) return enqueue(file), false;
  // Half a line waits for its other half while somebody may write it. Who does is not always to be known.
  const auto who = writers_of(file.fd);
  const auto replaced = status.links == 0 || files_.by_path(file.last_path) != nullptr;
  const auto looks_max = file.rest > 0 ? looks_at_rest_max : looks_at_end_max;
  const auto is_over =
      who == writers::none || (who == writers::unknown && replaced && file.looks_at_end >= looks_max);
  // inotify tells when a writer ends, though a moment too early.
  const auto is_told = who == writers::some && watcher_.works() && file.rest == 0;
  if (!is_over && replaced && !is_told && !look_at_) look_at_ = clock_.monotonic() + look_interval;
  if (is_over && file.rest > 0) {
    file.take_rest = true;
    return enqueue(file), false;
  }
  return is_over && who != writers::some && file.acknowledged >= file.given;
}

void tailer::drop(tailed_file& file) {
  watcher_.forget(file.watch);
  auto status = file_stat{};
  const auto is_known = file.fd >= 0 && stat_descriptor(file.fd, status) == 0;
  const auto is_gone = is_known && (status.links == 0 || file.is_copy);
  if (is_gone) {
    file.replace_stream(file.offset);
    end_replaced(file);
  }
  files_.remove(file, is_known && !is_gone);
}

void tailer::acknowledge(std::span<const position_range> safe) {
  for (const auto& position : safe) {
    if (says_over(position)) forget_over(position.stream);
    if (!untold_.empty()) told(position.stream);
    auto* file = files_.by_stream(position.stream);
    if (file == nullptr) continue;
    file->acknowledged = std::max(file->acknowledged, position.end);
    // What a restart may take for unseen, as long as a copy of something older is read, stays known.
    if (file->predecessor == nullptr || !file->predecessor->is_copy) end_replaced(*file);
    if (file->is_linked()) may_delete(*file);
    if (file->is_linked() || !is_released(*file)) continue;
    std::erase(unlinked_, file);
    drop(*file);
  }
  if (options_.once && !read_files_.empty()) delete_read(); // nobody looks again
}

void tailer::note_lines(const line_counts& counts, std::string_view stream) {
  if (counts.long_lines == 0 && counts.hole_bytes == 0) return;
  long_lines_ += counts.long_lines;
  hole_bytes_ += counts.hole_bytes;
  auto* file = files_.by_stream(std::string{stream});
  if (file == nullptr) return;
  if (counts.hole_bytes > 0)
    complaints_.add_once(file->path(), "NUL bytes at the beginning of a line are skipped as a hole");
  if (counts.long_lines == 0 || std::exchange(file->long_line_noted, true)) return;
  complaints_.add("\"" + file->path() + "\": lines longer than "
                  + to_text(byte_count{options_.line_bytes_max}) + " are split");
}

} // namespace weir
