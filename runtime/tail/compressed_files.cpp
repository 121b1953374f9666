#include "runtime/tail/compressed_files.hpp"

#include "runtime/tail/over_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace weir {
namespace {

constexpr auto compressed_bytes_at_once = std::size_t{64} * 1024;
/// A name that a growing file has from its first look on covers what was there then.
constexpr auto named_bytes_min = std::size_t{18};

} // namespace

compressed_files::compressed_files(tail_options options, compression method, const clock& time)
    : options_(std::move(options)), method_(method), clock_(time) {}

auto compressed_files::open(std::span<const position_range> covered, std::span<const position_range> elsewhere)
    -> result<void> {
  auto problem = std::error_code{};
  const auto base = std::filesystem::current_path(problem).string();
  WEIR_TRY(patterns_, glob_set::parse(options_.paths, base));
  WEIR_TRY(excluded_, glob_set::parse(options_.exclude, base, true));
  for (const auto& ranges : {covered, elsewhere})
    for (const auto& r : ranges) remembered_[r.stream].push_back({r.begin, r.end});
  scan();
  return {};
}

void compressed_files::look() {
  if (!options_.once && clock_.monotonic() - scanned_at_ >= options_.refresh_interval) scan();
}

auto compressed_files::wake_at() const -> std::optional<monotonic_time> {
  if (options_.once) return std::nullopt;
  return scanned_at_ + std::chrono::duration_cast<monotonic_time::duration>(options_.refresh_interval);
}

void compressed_files::scan() {
  scanned_at_ = clock_.monotonic();
  patterns_.walk(*this);
  std::stable_sort(waiting_.begin(), waiting_.end(),
                   [this](const auto& a, const auto& b) { return files_.at(a).mtime_ns < files_.at(b).mtime_ns; });
}

void compressed_files::unlisted(const std::string& directory, int problem) {
  complaints_.add_once(directory, describe_errno(problem));
}

void compressed_files::found(const std::string& path) {
  auto status = file_stat{};
  if (excluded_.matches(path)) return;
  if (const auto problem = stat_path(path, status); problem != 0) {
    if (problem != ENOENT) complaints_.add_once(path, describe_errno(problem));
    return;
  }
  if (!status.is_regular()) return;
  const auto [at, is_new] = files_.try_emplace(status.key);
  auto& f = at->second;
  if (is_new) f.key = status.key;
  f.path = path;
  const auto is_changed = f.size_seen != status.size || f.mtime_ns != status.mtime_ns;
  f.size_seen = status.size;
  f.mtime_ns = status.mtime_ns;
  if (is_changed && !f.is_read && status.size >= named_bytes_min) wait_for(f);
}

void compressed_files::wait_for(file& f) {
  const auto age = clock_.wall_ns() - f.mtime_ns;
  if (options_.ignore_older > duration{0} && age > options_.ignore_older.count() && f.stream.empty()) return;
  if (!std::exchange(f.is_waiting, true)) waiting_.push_back(f.key);
}

/// Which stream of before it is, by as much of its head as that was named by. Of several parts that are known the first
/// counts: what is handed on again the stores know.
void compressed_files::recall(file& f, int fd) const {
  for (const auto& [stream, known] : remembered_) {
    const auto identity = parse_stream(stream);
    if (!identity || identity->key != f.key || print_of(read_head(fd, identity->head.length)) != identity->head) continue;
    f.stream = stream;
    f.known = gaps_between(0, known).begin;
  }
}

void compressed_files::name(file& f, int fd) {
  recall(f, fd);
  if (f.stream.empty()) f.stream = to_stream({f.key, 0, 0, print_of(read_head(fd, head_bytes_max)), {}, {}});
  f.tag = tag_of_path(options_.tag, f.path);
  f.is_read = f.known >= read_end;
  by_stream_[f.stream] = f.key;
}

auto compressed_files::begin_next() -> bool {
  while (!waiting_.empty()) {
    auto& f = files_.at(waiting_.front());
    waiting_.pop_front();
    f.is_waiting = false;
    auto fd = owned_fd{::open(f.path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd.is_open()) {
      f.problem = describe_errno(errno);
      complaints_.add_once(f.path, f.problem);
      continue;
    }
    if (f.stream.empty()) name(f, fd.fd());
    if (f.is_read) continue;
    f.problem.clear();
    f.bytes_read = 0;
    f.unit = options_.unit.value_or(text_unit::byte);
    now_.emplace();
    now_->of = &f;
    now_->fd = std::move(fd);
    now_->by = make_stream_decompressor(method_);
    return true;
  }
  return false;
}

auto compressed_files::next(std::size_t want) -> std::optional<line_block> {
  while (now_ || begin_next())
    if (auto block = take_block(std::clamp(want, std::size_t{1}, block_reader::block_bytes))) return block;
  return std::nullopt;
}

/// Reads from the file; false at its end, or if that fails.
auto compressed_files::read_more() -> bool {
  auto& r = *now_;
  r.in.clear();
  r.in_at = 0;
  const auto got = ::read(r.fd.fd(), r.in.tail(compressed_bytes_at_once), compressed_bytes_at_once);
  if (got < 0) r.problem = describe_errno(errno);
  if (got <= 0) return false;
  r.in.advance(static_cast<std::size_t>(got));
  r.of->bytes_read += static_cast<std::uint64_t>(got);
  return true;
}

void compressed_files::pass_over(std::size_t bytes) {
  auto& out = now_->out;
  std::memmove(out.data(), out.data() + bytes, out.size() - bytes);
  out.truncate(out.size() - bytes);
}

/// Has so many bytes of lines, or all that there are.
void compressed_files::fill(std::size_t want) {
  auto& r = *now_;
  while (r.out.size() < want && !r.is_at_end) {
    if (r.in_at == r.in.size() && !read_more()) {
      r.is_at_end = true;
      return;
    }
    auto in = r.in.view_from(r.in_at);
    const auto done = r.by->step(in, r.out, want);
    r.in_at = r.in.size() - in.size();
    if (!done) r.problem = done.failure().what, r.is_at_end = true;
    // What was handed on before is not kept.
    const auto known = std::min<std::uint64_t>(r.of->known - std::min(r.of->known, r.passed), r.out.size());
    if (known == 0) continue;
    pass_over(known);
    r.passed += known;
  }
}

auto compressed_files::take_block(std::size_t want) -> std::optional<line_block> {
  auto& f = *now_->of;
  pass_over(std::exchange(now_->given, 0));
  auto taken = line_extent{};
  for (auto goal = want;; goal = std::min(goal * 2, options_.line_bytes_max + 2)) {
    fill(goal);
    if (now_->passed == 0 && !options_.unit) f.unit = unit_by_mark(now_->out.view());
    const auto is_last = now_->is_at_end && now_->by->is_whole() && now_->problem.empty();
    taken = whole_lines(now_->out.view(), options_.line_bytes_max, is_last, f.unit);
    if (taken.size > 0 || now_->is_at_end) break;
  }
  if (taken.size == 0) return end_file();
  auto block = line_block{f.tag, f.stream, now_->passed, {}, taken.is_cut};
  const auto text = now_->out.view().substr(0, taken.size);
  const auto mark = now_->passed > 0 ? 0 : f.unit != text_unit::byte ? pair_mark_bytes : text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  block.skipped = std::min(mark, text.size());
  std::memset(now_->out.tail(block_reader::padding_bytes), 0, block_reader::padding_bytes);
  block.bytes = now_->out.view().substr(block.skipped, taken.size - block.skipped);
  block.unit = f.unit;
  block.goes_on = std::exchange(now_->is_in_long_line, taken.is_cut);
  block.inode = f.key.inode;
  block.path = f.path;
  now_->given = taken.size;
  now_->passed += taken.size;
  f.offset = now_->passed;
  f.read_ns = clock_.wall_ns();
  return block;
}

/// The last that is said of a file: that all of it was read.
auto compressed_files::end_file() -> std::optional<line_block> {
  auto& f = *now_->of;
  if (!now_->problem.empty()) return set_aside(std::string{now_->problem}), std::nullopt;
  if (!now_->by->is_whole()) return set_aside("is not whole yet: it ends in the middle of its compressed data"), std::nullopt;
  noted_stream_ = f.stream;
  f.is_read = true;
  ++read_files_;
  const auto behind = now_->passed;
  now_.reset();
  return line_block{{}, noted_stream_, behind, {}, false, false, true, read_end - behind};
}

/// It is read again, behind what was given, once it has changed.
void compressed_files::set_aside(const std::string& problem) {
  auto& f = *now_->of;
  f.problem = problem;
  f.known = std::max(f.known, f.offset);
  complaints_.add_once(f.path, problem);
  now_.reset();
}

void compressed_files::acknowledge(std::span<const position_range> safe) {
  for (const auto& range : safe)
    if (options_.delete_read && range.end >= read_end) finish_file(range.stream);
}

void compressed_files::finish_file(const std::string& stream) {
  const auto at = by_stream_.find(stream);
  if (at == by_stream_.end()) return;
  auto& f = files_.at(at->second);
  auto status = file_stat{};
  if (stat_path(f.path, status) != 0 || status.key != f.key) return;
  if (::unlink(f.path.c_str()) != 0) return complaints_.add_once(f.path, "is read and cannot be deleted: " + describe_errno(errno));
  ++deleted_files_;
  files_.erase(at->second);
  by_stream_.erase(at);
}

void compressed_files::note_lines(const line_counts& counts, std::string_view stream) {
  if (counts.long_lines == 0) return;
  const auto at = by_stream_.find(std::string{stream});
  if (at == by_stream_.end()) return;
  auto& f = files_.at(at->second);
  if (!std::exchange(f.is_long_noted, true))
    complaints_.add("\"" + f.path + "\": lines longer than " + to_text(byte_count{options_.line_bytes_max}) + " are split");
}

auto compressed_files::summary() const -> std::string {
  auto text = std::to_string(files_.size()) + " compressed files, " + std::to_string(read_files_) + " read";
  if (deleted_files_ > 0) text += ", " + std::to_string(deleted_files_) + " deleted";
  return text;
}

auto compressed_files::figures(std::size_t shown_max) const -> tail_figures {
  auto list = tail_figures{};
  list.count = files_.size();
  for (const auto& [key, f] : files_) {
    const auto unread = f.is_read ? 0 : f.size_seen - std::min(f.bytes_read, f.size_seen);
    list.unread_bytes += unread;
    if (list.shown.size() < shown_max && (unread > 0 || !f.problem.empty()))
      list.shown.push_back({f.path, f.bytes_read, f.size_seen, unread, f.read_ns, f.problem});
  }
  return list;
}

auto compressed_files::problems() const -> std::vector<std::string> {
  constexpr auto told_max = std::size_t{20};
  auto found = std::vector<std::string>{};
  for (const auto& [key, f] : files_)
    if (!f.problem.empty() && found.size() < told_max) found.push_back("\"" + f.path + "\": " + f.problem);
  return found;
}

} // namespace weir
