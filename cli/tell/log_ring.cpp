#include "cli/tell/log_ring.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

auto bytes_of(const log_entry& e) -> std::size_t { return sizeof e + e.text.size(); }

auto lower(char c) -> char { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

auto has(std::string_view text, std::string_view wanted) -> bool {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return std::search(text.begin(), text.end(), wanted.begin(), wanted.end(), same) != text.end();
}

/// Up to the first byte of a character that does not fit any more.
void cut(std::string& text, std::size_t most) {
  if (text.size() <= most) return;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  text.resize(most);
  text += "…";
  text.shrink_to_fit();
}

} // namespace

void log_ring::add(std::int64_t at_ns, int level, std::string text) {
  cut(text, text_bytes_max);
  const auto lock = std::lock_guard{guard_};
  entries_.push_back({next_++, at_ns, level, std::move(text)});
  bytes_ += bytes_of(entries_.back());
  while (entries_.size() > entries_max || bytes_ > bytes_max) {
    bytes_ -= bytes_of(entries_.front());
    entries_.pop_front();
  }
}

auto log_ring::find(const query& wanted) const -> found {
  auto bytes = std::size_t{0};
  const auto fits = [&](const log_entry& e) { return e.level >= wanted.least && has(e.text, wanted.text); };
  const auto lock = std::lock_guard{guard_};
  auto out = found{{}, entries_.empty() ? next_ : entries_.front().number, next_};
  const auto is_full = [&] { return out.entries.size() >= wanted.limit || bytes >= wanted.bytes; };
  const auto take = [&](const log_entry& e) {
    bytes += bytes_of(e);
    out.entries.push_back(e);
  };
  if (!wanted.since) {
    for (auto at = entries_.rbegin(); at != entries_.rend() && !is_full(); ++at)
      if (fits(*at)) take(*at);
    std::reverse(out.entries.begin(), out.entries.end());
    return out;
  }
  const auto skipped = *wanted.since > out.first ? std::min<std::uint64_t>(*wanted.since - out.first, entries_.size()) : 0;
  for (auto at = entries_.begin() + static_cast<std::ptrdiff_t>(skipped); at != entries_.end(); ++at) {
    if (!fits(*at)) continue;
    if (is_full()) return out.next = at->number, out;
    take(*at);
  }
  return out;
}

} // namespace weir::cli
