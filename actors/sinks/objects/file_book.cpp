#include "actors/sinks/objects/file_book.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto slots_max = std::size_t{256};
/// How much older than files get one is whose writer is taken to be gone.
constexpr auto patience_s = std::int64_t{60};
constexpr auto finish_again = std::chrono::seconds{1};

} // namespace

file_book::file_book(file_appender& files, const object_rotation& rotate, std::uint64_t place, std::uint64_t run, const clock& time)
    : files_(files), rotate_(rotate), self_{place, run, 0}, time_(time) {}

auto file_book::now_s() const -> std::int64_t { return time_.wall_ns() / 1'000'000'000; }

void file_book::clear() {
  known_.clear();
  finished_.clear();
  later_.clear();
}

auto file_book::needs(const std::string& path) const -> bool {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& f) { return path.starts_with(f.first); });
}

void file_book::begin(std::uint64_t opening) {
  self_.opening = opening;
  openings_.insert(opening);
  slots_.clear();
  growths_.clear();
}

auto file_book::append(const std::string& slot, std::string_view bytes) -> result<bool> {
  const auto found = slots_.find(slot);
  if (found == slots_.end()) return false;
  const auto it = known_.find(found->second);
  if (it == known_.end() || it->second.is_closed) return slots_.erase(found), false; // others have closed it
  auto file = it->second;
  const auto done = files_.append(file.made, bytes, file.bytes);
  if (!done && done.failure().code == errc::not_found) return slots_.erase(found), false; // and that is not known here yet
  if (!done) return done.failure();
  if (!*done) {
    can_append_ = false;
    slots_.clear();
    return false;
  }
  file.bytes += bytes.size();
  growths_.push_back({slot, std::move(file), false, {}});
  return true;
}

void file_book::note_made(const std::string& slot, std::string path, std::uint64_t bytes, key_source key_of) {
  growths_.push_back({slot, {std::move(path), {}, self_, now_s(), bytes, false}, true, std::move(key_of)});
}

auto file_book::is_still_ours() const -> bool {
  return std::all_of(growths_.begin(), growths_.end(), [&](const growth& g) {
    const auto found = known_.find(g.file.made);
    return g.is_new || (found != known_.end() && !found->second.is_closed);
  });
}

auto file_book::is_full(const growing_file& f) const -> bool {
  return !grows() || (rotate_.bytes > 0 && f.bytes >= rotate_.bytes) || now_s() >= f.begun_s + rotate_.age_s;
}

auto file_book::is_ours(const growing_file& f) const -> bool {
  return f.writer.place == self_.place && f.writer.run == self_.run && openings_.count(f.writer.opening) > 0;
}

/// Second of the wall clock from which on this one is to be closed.
auto file_book::close_at_s(const growing_file& f) const -> std::int64_t {
  if (is_ours(f)) {
    const auto is_written = std::any_of(slots_.begin(), slots_.end(), [&](const auto& s) { return s.second == f.made; });
    return is_written && !is_full(f) ? f.begun_s + rotate_.age_s : f.begun_s;
  }
  if (f.writer.place == self_.place && f.writer.run != self_.run) return f.begun_s;
  return f.begun_s + 2 * rotate_.age_s + patience_s;
}

auto file_book::is_to_close(const growing_file& f) const -> bool {
  const auto is_growing = std::any_of(growths_.begin(), growths_.end(), [&](const growth& g) { return g.file.made == f.made; });
  return !f.is_closed && !is_growing && now_s() >= close_at_s(f);
}

auto file_book::entry_of(std::uint64_t number) const -> std::vector<growing_file> {
  auto made = std::vector<growing_file>{};
  for (const auto& g : growths_) {
    made.push_back(g.file);
    if (g.is_new) made.back().key = g.key_of(number);
    made.back().is_closed = is_full(g.file);
  }
  for (const auto& [path, f] : known_) {
    if (!is_to_close(f)) continue;
    made.push_back(f);
    made.back().is_closed = true;
  }
  return made;
}

void file_book::committed() {
  for (const auto& g : growths_) slots_[g.slot] = g.file.made;
  std::erase_if(slots_, [&](const auto& s) {
    const auto found = known_.find(s.second);
    return found == known_.end() || found->second.is_closed;
  });
  while (slots_.size() > slots_max) {
    const auto oldest = std::min_element(slots_.begin(), slots_.end(), [&](const auto& a, const auto& b) {
      return known_.at(a.second).begun_s < known_.at(b.second).begun_s;
    });
    slots_.erase(oldest);
  }
  growths_.clear();
  finished_.clear();
}

auto file_book::drop() -> std::vector<std::string> {
  auto made = std::vector<std::string>{};
  for (const auto& g : growths_) {
    if (g.is_new)
      made.push_back(g.file.made);
    else
      slots_.erase(g.slot);
  }
  growths_.clear();
  return made;
}

auto file_book::is_any_due() const -> bool {
  return std::any_of(known_.begin(), known_.end(), [&](const auto& f) { return is_to_close(f.second); });
}

auto file_book::finish_some() -> result<void> {
  auto all = result<void>{};
  const auto now = time_.monotonic();
  for (auto at = known_.begin(); at != known_.end();) {
    const auto& f = at->second;
    const auto wait = later_.find(f.made);
    if (!f.is_closed || (wait != later_.end() && now < wait->second)) {
      ++at;
      continue;
    }
    const auto done = files_.finish(f);
    if (!done) all = done.failure();
    if (!done || !*done) {
      later_[f.made] = now + finish_again;
      ++at;
      continue;
    }
    later_.erase(f.made);
    finished_.push_back(f.made);
    at = known_.erase(at);
  }
  return all;
}

auto file_book::wait() const -> std::optional<std::chrono::seconds> {
  auto first = std::optional<std::chrono::seconds>{};
  for (const auto& [path, f] : known_) {
    const auto left = std::chrono::seconds{f.is_closed ? 1 : std::max<std::int64_t>(close_at_s(f) - now_s(), 1)};
    if (!first || left < *first) first = left;
  }
  return first;
}

} // namespace weir
