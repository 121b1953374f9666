#include "runtime/ledger/appended_files.hpp"

#include "runtime/ledger/file_recovery.hpp"
#include "runtime/os/paths.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr auto check_interval = std::chrono::seconds{1};
constexpr auto idle_max = std::chrono::minutes{1};

void extend_tail(std::string& tail, std::string_view bytes) {
  if (bytes.size() >= tail_bytes) return void(tail = bytes.substr(bytes.size() - tail_bytes));
  tail += bytes;
  if (tail.size() > tail_bytes) tail.erase(0, tail.size() - tail_bytes);
}

} // namespace

appended_files::appended_files(file_system& files, file_ledger* ledger, const class clock& time,
                               appended_files_options options)
    : files_(files),
      ledger_(ledger),
      time_(time),
      options_(std::move(options)),
      descriptors_(options_.descriptors) {}

void appended_files::begin() {
  ++batch_;
  written_ = 0;
  now_ = time_.monotonic();
  written_marks_.clear();
  unnoted_.clear();
  if (now_ - finished_at_ < check_interval) return;
  finish_files();
  close_idle();
}

auto appended_files::open(const std::string& path, std::int64_t period_end_ns) -> result<target*> {
  const auto found = by_path_.find(path);
  if (found != by_path_.end()) {
    targets_.splice(targets_.begin(), targets_, found->second);
  } else {
    WEIR_CHECK(make_room());
    targets_.emplace_front().path = path;
    by_path_.emplace(path, targets_.begin());
  }
  auto& t = targets_.front();
  if (t.batch == batch_) return &t;
  t.mark.path = options_.renames_finished ? path + std::string{unfinished_suffix} : path;
  t.mark.period_end_ns = period_end_ns;
  if (auto touched = touch(t); !touched) {
    drop(path);
    return touched.failure();
  }
  return &t;
}

void appended_files::drop(const std::string& path) {
  const auto found = by_path_.find(path);
  if (found == by_path_.end()) return;
  std::erase(unnoted_, &*found->second);
  targets_.erase(found->second);
  by_path_.erase(found);
  descriptors_.give_back();
}

void appended_files::close_idle() {
  while (!targets_.empty() && now_ - targets_.back().touched >= idle_max)
    drop(std::string{targets_.back().path});
}

void appended_files::close_all() {
  targets_.clear();
  by_path_.clear();
  descriptors_.give_back(descriptors_.taken());
}

/// The first use in a batch: notes where the file ends.
auto appended_files::touch(target& t) -> result<void> {
  close_if_moved(t);
  if (!t.handle) WEIR_CHECK(open_handle(t));
  t.batch = batch_;
  t.touched = now_;
  if (t.is_device) return {};
  WEIR_CHECK(look(t));
  // The batch may have had this file before, closed for want of descriptors.
  if (const auto before = written_marks_.find(t.mark.path); before != written_marks_.end()) {
    if (before->second.inode == t.mark.inode && before->second.length == t.mark.length)
      return t.is_noted = true, t.mark = before->second, result<void>{};
    return error{errc::unavailable, "\"" + t.mark.path + "\" was changed while it was written"};
  }
  const auto is_full = options_.rotate_bytes > 0 && t.mark.length >= options_.rotate_bytes;
  if (t.mark.length > 0 && (is_full || is_old(t.mark))) {
    // Where it cannot be, more goes into the same file.
    if (auto done = finish_file(t.mark, true); !done) {
      findings_.push_back(done.failure().what);
    } else {
      t.handle.reset();
      WEIR_CHECK(open_handle(t));
      WEIR_CHECK(look(t));
    }
  }
  if (!t.is_noted) unnoted_.push_back(&t);
  return {};
}

void appended_files::close_if_moved(target& t) {
  if (!t.handle || t.is_device) return;
  const auto links = t.handle->links();
  auto is_here = links && *links > 0;
  if (is_here && now_ - t.checked >= check_interval) {
    const auto inode = files_.inode(t.mark.path);
    is_here = inode && *inode == t.mark.inode;
    t.checked = now_;
  }
  if (!is_here) t.handle.reset();
}

auto appended_files::open_handle(target& t) -> result<void> {
  t.is_noted = false;
  t.mark.is_created = false;
  t.tail.clear();
  if (options_.open_device) {
    WEIR_TRY(t.handle, options_.open_device(t.path));
    t.is_device = t.handle != nullptr;
    if (t.is_device) return {};
  }
  if (ledger_ == nullptr)
    return error{errc::unavailable, "\"" + t.path + "\" is no device any more, but a regular file"};
  auto opened = files_.open(t.mark.path, open_mode::write);
  if (!opened && opened.failure().code == errc::not_found) opened = create(t);
  if (!opened) return opened.failure();
  t.handle = std::move(*opened);
  t.checked = now_;
  return {};
}

auto appended_files::create(target& t) -> result<std::shared_ptr<file>> {
  WEIR_CHECK(ledger_->announce(t.mark.path));
  t.mark.is_created = true;
  auto opened = files_.open(t.mark.path, open_mode::create);
  if (opened || opened.failure().code != errc::not_found) return opened;
  WEIR_CHECK(make_directories(files_, directory_of(t.mark.path), options_.is_durable));
  return files_.open(t.mark.path, open_mode::create);
}

/// Where the file ends, and whether the ledger knows that.
auto appended_files::look(target& t) -> result<void> {
  auto& m = t.mark;
  const auto before = m.inode;
  WEIR_TRY(const auto length, t.handle->size());
  WEIR_TRY(m.inode, t.handle->inode());
  if (before != m.inode || m.birth_ns == 0) m.birth_ns = t.handle->birth_ns();
  const auto* known = ledger_->find(m.path);
  const auto is_known = known != nullptr && known->inode == m.inode;
  t.is_noted = is_known && known->in_use && known->length == length;
  if (before != m.inode || m.length != length
      || t.tail.size() < std::min<std::uint64_t>(length, tail_bytes)) {
    WEIR_TRY(t.tail, read_tail(*t.handle, length));
  }
  m.length = length;
  t.is_new = length == 0;
  m.begun_ns = is_known && length > 0 && known->begun_ns != 0 ? known->begun_ns : time_.wall_ns();
  return {};
}

auto appended_files::note_all() -> result<void> {
  if (unnoted_.empty()) return {};
  auto marks = std::vector<file_mark>{};
  for (auto* t : unnoted_) {
    marks.push_back(t->mark);
    marks.back().tail_crc = crc_of_tail(t->tail);
  }
  WEIR_CHECK(ledger_->note(marks));
  for (auto* t : unnoted_) t->is_noted = true;
  unnoted_.clear();
  return {};
}

auto appended_files::flush(target& t) -> result<void> {
  if (t.pending.empty()) return {};
  auto bytes = t.pending.view();
  if (options_.encode) {
    encoded_.clear();
    WEIR_CHECK(options_.encode(bytes, encoded_));
    bytes = encoded_.view();
  }
  if (!t.is_device && !t.is_noted) WEIR_CHECK(note_all());
  WEIR_CHECK(t.handle->write_at(t.mark.length, {&bytes, 1}));
  written_ += bytes.size();
  t.is_new = false;
  t.is_unsynced = true;
  if (!t.is_device) {
    t.mark.length += bytes.size();
    extend_tail(t.tail, bytes);
  }
  t.pending.clear();
  return {};
}

auto appended_files::sync(target& t) -> result<void> {
  if (!t.is_unsynced) return {};
  if (options_.is_durable) {
    WEIR_CHECK(t.handle->sync());
    if (t.mark.is_created) WEIR_CHECK(files_.sync_directory(directory_of(t.mark.path)));
  }
  t.is_unsynced = false;
  if (t.is_device) return {};
  t.mark.is_created = false;
  t.mark.tail_crc = crc_of_tail(t.tail);
  written_marks_.insert_or_assign(t.mark.path, t.mark);
  return {};
}

/// All at once: the device takes many in the time of one.
auto appended_files::flush_and_sync(std::span<target* const> some) -> result<void> {
  for (auto* t : some) WEIR_CHECK(flush(*t));
  if (options_.is_durable && some.size() > 1)
    for (auto* t : some)
      if (t->is_unsynced) t->handle->start_sync();
  for (auto* t : some) WEIR_CHECK(sync(*t));
  return {};
}

auto appended_files::make_room() -> result<void> {
  while (targets_.size() >= options_.open_max) WEIR_CHECK(evict());
  while (!targets_.empty() && !descriptors_.try_take()) WEIR_CHECK(evict());
  if (targets_.empty()) descriptors_.take();
  return {};
}

/// The quarter that was not used for the longest time.
auto appended_files::evict() -> result<void> {
  auto oldest = std::vector<target*>{};
  const auto wanted = std::max<std::size_t>(1, targets_.size() / 4);
  for (auto at = targets_.rbegin(); at != targets_.rend() && oldest.size() < wanted; ++at)
    oldest.push_back(&*at);
  WEIR_CHECK(flush_and_sync(oldest));
  for (const auto* t : oldest) drop(std::string{t->path});
  return {};
}

auto appended_files::commit_targets() -> result<void> {
  auto touched = std::vector<target*>{};
  for (auto& t : targets_) {
    if (t.batch != batch_) break; // those of this batch come first
    touched.push_back(&t);
  }
  WEIR_CHECK(flush_and_sync(touched));
  if (ledger_ == nullptr) return {};
  auto marks = std::vector<file_mark>{};
  for (const auto& [path, mark] : written_marks_) {
    marks.push_back(mark);
    if (mark.period_end_ns != std::numeric_limits<std::int64_t>::max())
      newest_period_ns_ = std::max(newest_period_ns_, mark.period_end_ns);
  }
  return ledger_->commit(marks);
}

auto appended_files::commit() -> result<std::uint64_t> {
  if (auto done = commit_targets(); !done) {
    auto why = done.failure();
    why.code = errc::unavailable;
    if (const auto undone = rollback(); !undone) why.what += "; then " + undone.failure().what;
    return why;
  }
  written_marks_.clear();
  release_memory();
  return written_;
}

auto appended_files::rollback() -> result<void> {
  close_all();
  written_marks_.clear();
  unnoted_.clear();
  if (ledger_ == nullptr) return {};
  WEIR_TRY(auto findings, ledger_->open());
  std::move(findings.begin(), findings.end(), std::back_inserter(findings_));
  for (const auto& [path, mark] : ledger_->files())
    if (mark.period_end_ns != std::numeric_limits<std::int64_t>::max())
      newest_period_ns_ = std::max(newest_period_ns_, mark.period_end_ns);
  return {};
}

auto appended_files::idle() -> result<void> {
  close_all();
  now_ = time_.monotonic();
  finish_files();
  return ledger_ == nullptr ? result<void>{} : ledger_->release();
}

/// Keeps the buffers of a few busy files, and not those of hundreds.
void appended_files::release_memory() {
  constexpr auto kept_max = std::size_t{4};
  constexpr auto small_bytes = std::size_t{4096};
  auto kept = std::size_t{0};
  for (auto& t : targets_)
    if (t.pending.capacity() > small_bytes && ++kept > kept_max) t.pending = byte_buffer{};
}

} // namespace weir
