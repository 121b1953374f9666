#include "runtime/dead_letter/dead_letter_file.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/os/paths.hpp"

#include <algorithm>

namespace weir {
namespace {

/// What may come again after a crash is no older than what buffers and windows hold in memory.
constexpr auto learned_bytes_max = std::uint64_t{64} << 20;
constexpr auto remembered_max = std::size_t{512} << 10;
constexpr auto block_bytes = std::size_t{1} << 20;

auto hash_of(std::string_view bytes) -> std::uint64_t { return std::hash<std::string_view>{}(bytes); }

/// With its bytes: a sink whose `match` was changed counts the events of a chunk otherwise.
auto key_of_chunk(const dead_letter& letter) -> std::uint64_t {
  return hash_of(std::to_string(letter.chunk.origin) + '-' + std::to_string(letter.chunk.sequence) + '-'
                 + std::to_string(letter.index) + '-' + std::to_string(hash_of(letter.bytes)));
}

/// Stream names are bytes; in the file they are text.
auto key_of_line(const dead_letter& letter) -> std::uint64_t {
  auto text = byte_buffer{};
  append_valid_text(text, letter.stream);
  text.push_back('\0');
  text.append(letter.bytes);
  return hash_of(text.view());
}

/// Without the time: that of a line may be when it was read.
auto key_of_record(const dead_letter& letter) -> std::uint64_t {
  auto e = entry{};
  const auto is_whole = entry_reader{letter.bytes}.next(e);
  auto text = byte_buffer{};
  append_valid_text(text, letter.tag);
  text.push_back('\0');
  text.append(is_whole ? e.record : std::string_view{letter.bytes});
  return hash_of(text.view());
}

auto valid_text(std::string_view bytes) -> std::string {
  auto text = byte_buffer{};
  append_valid_text(text, bytes);
  return std::string{text.view()};
}

/// Whether the chunks may have an event in common. `written` is as it is in the file.
auto overlap(const chunk_place& written, const chunk_place& now) -> bool {
  return std::any_of(now.positions.begin(), now.positions.end(), [&](const position_range& n) {
    const auto stream = valid_text(n.stream);
    return std::any_of(written.positions.begin(), written.positions.end(), [&](const position_range& w) {
      return w.stream == stream && owner_of(written.source, stream) == owner_of(now.source, stream) && w.begin < n.end
             && n.begin < w.end;
    });
  });
}

auto begin_of_learned(std::uint64_t size) -> std::uint64_t {
  return size > learned_bytes_max ? size - learned_bytes_max : 0;
}

/// The size up to the last line end.
auto whole_size(const file& f, std::uint64_t size) -> result<std::uint64_t> {
  auto block = byte_buffer{};
  while (size > 0) {
    const auto begin = size > block_bytes ? size - block_bytes : 0;
    block.clear();
    WEIR_TRY(const auto got, f.read_at(begin, block.tail(size - begin), size - begin));
    block.advance(got);
    const auto last = block.view().rfind('\n');
    if (last != std::string_view::npos) return begin + last + 1;
    size = begin;
  }
  return std::uint64_t{0};
}

} // namespace

auto dead_letter_file::add(std::span<const dead_letter> letters) -> result<void> {
  if (letters.empty()) return {};
  const auto lock = std::lock_guard{mutex_};
  WEIR_TRY(const auto f, open());
  auto lines = byte_buffer{};
  auto latest = chunk_id{};
  auto relies_on_earlier = false;
  for (const auto& letter : letters) {
    if (is_known(letter)) {
      relies_on_earlier = unproven_begin_ < unproven_end_;
      continue;
    }
    append_dead_letter(lines, letter, letter.chunk != latest);
    latest = letter.chunk;
  }
  const auto text = lines.view();
  if (text.size() > bytes_max_ - std::min(size_, bytes_max_))
    return error{errc::limit, path_ + " is full: it may have " + std::to_string(bytes_max_)
                                  + " bytes; replay what is in it, or move it away"};
  has_failed_ = true;
  if (relies_on_earlier) WEIR_CHECK(write_again(*f));
  WEIR_CHECK(f->write_at(size_, {&text, 1}));
  WEIR_CHECK(f->sync());
  has_failed_ = false;
  if (relies_on_earlier) unproven_begin_ = unproven_end_;
  size_ += text.size();
  for (const auto& letter : letters) remember(letter);
  return {};
}

auto dead_letter_file::prepare() -> result<void> {
  const auto lock = std::lock_guard{mutex_};
  WEIR_CHECK(open());
  return {};
}

auto dead_letter_file::safe_bytes(std::uint64_t inode) -> std::uint64_t {
  const auto lock = std::lock_guard{mutex_};
  return inode == inode_ ? size_ : UINT64_MAX;
}

auto dead_letter_file::open() -> result<std::shared_ptr<file>> {
  const auto directory = directory_of(path_);
  WEIR_CHECK(files_.make_directories(directory));
  WEIR_TRY(auto f, files_.open(path_, open_mode::create));
  WEIR_TRY(const auto inode, f->inode());
  WEIR_TRY(const auto size, f->size());
  // Written again from where it was good: what became of a page after a failed sync is not known.
  if (inode == inode_ && has_failed_ && size > size_) WEIR_CHECK(f->truncate(size_));
  if (inode == inode_ && size == size_ && !has_failed_) return f;
  WEIR_CHECK(recover(*f));
  WEIR_CHECK(files_.sync_directory(directory));
  inode_ = inode;
  has_failed_ = false;
  return f;
}

auto dead_letter_file::recover(file& f) -> result<void> {
  inode_ = 0;
  sent_.clear();
  sent_order_.clear();
  read_.clear();
  refused_.clear();
  WEIR_TRY(const auto size, f.size());
  WEIR_TRY(const auto whole, whole_size(f, size));
  if (whole < size) WEIR_CHECK(f.truncate(whole));
  if (whole > 0) WEIR_CHECK(f.sync());
  WEIR_CHECK(learn(f, whole));
  size_ = unproven_end_ = whole;
  unproven_begin_ = begin_of_learned(whole);
  return {};
}

auto dead_letter_file::write_again(file& f) -> result<void> {
  auto block = byte_buffer{};
  for (auto at = unproven_begin_; at < unproven_end_; at += block.size()) {
    const auto wanted = std::min<std::uint64_t>(block_bytes, unproven_end_ - at);
    block.clear();
    WEIR_TRY(const auto got, f.read_at(at, block.tail(wanted), wanted));
    if (got == 0) break;
    block.advance(got);
    const auto bytes = block.view();
    WEIR_CHECK(f.write_at(at, {&bytes, 1}));
  }
  return {};
}

auto dead_letter_file::learn(const file& f, std::uint64_t size) -> result<void> {
  auto at = begin_of_learned(size);
  auto is_cut = at > 0; // the first line
  auto reader = dead_letter_reader{};
  auto block = byte_buffer{};
  while (at < size) {
    const auto wanted = std::min<std::uint64_t>(block_bytes, size - at);
    WEIR_TRY(const auto got, f.read_at(at, block.tail(wanted), wanted));
    if (got == 0) break;
    block.advance(got);
    at += got;
    auto rest = block.view();
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      const auto letter = reader.read(rest.substr(0, end));
      if (letter && !is_cut) learn_letter(*letter);
      is_cut = false;
      rest.remove_prefix(end + 1);
    }
    auto kept = byte_buffer{};
    kept.append(rest);
    block.swap(kept);
  }
  return {};
}

void dead_letter_file::learn_letter(const dead_letter& letter) {
  if (!letter.stream.empty()) return void(read_[key_of_line(letter)].push_back({letter.begin, letter.end}));
  remember(letter);
  if (letter.place || letter.chunk != learned_chunk_) learned_place_ = letter.place;
  learned_chunk_ = letter.chunk;
  if (learned_place_) refused_[key_of_record(letter)].push_back(learned_place_);
}

auto dead_letter_file::is_known(const dead_letter& letter) -> bool {
  return letter.stream.empty() ? was_refused(letter) : was_read(letter);
}

auto dead_letter_file::was_refused(const dead_letter& letter) -> bool {
  if (letter.chunk.sequence == 0) return false;
  if (sent_.contains(key_of_chunk(letter))) return true;
  if (refused_.empty() || !letter.place) return false;
  const auto at = refused_.find(key_of_record(letter));
  if (at == refused_.end()) return false;
  auto& places = at->second;
  const auto same =
      std::find_if(places.begin(), places.end(), [&](const auto& p) { return overlap(*p, *letter.place); });
  if (same == places.end()) return false;
  places.erase(same); // the next one of this record is another event
  if (places.empty()) refused_.erase(at);
  return true;
}

auto dead_letter_file::was_read(const dead_letter& letter) -> bool {
  if (read_.empty()) return false;
  const auto at = read_.find(key_of_line(letter));
  if (at == read_.end()) return false;
  auto& ranges = at->second;
  const auto same = std::find_if(ranges.begin(), ranges.end(), [&](const range& r) {
    return r.begin < letter.end && letter.begin < r.end;
  });
  if (same == ranges.end()) return false;
  ranges.erase(same); // the next one of these bytes is another line
  if (ranges.empty()) read_.erase(at);
  return true;
}

void dead_letter_file::remember(const dead_letter& letter) {
  if (!letter.stream.empty() || letter.chunk.sequence == 0) return;
  if (!sent_.insert(key_of_chunk(letter)).second) return;
  sent_order_.push_back(key_of_chunk(letter));
  if (sent_order_.size() <= remembered_max) return;
  sent_.erase(sent_order_.front());
  sent_order_.pop_front();
}

} // namespace weir
