#include "runtime/ledger/commit_times.hpp"

#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir {
namespace {

/// A second has more streams than that seldom; then there are more entries.
constexpr auto looked_back = std::ptrdiff_t{32};

} // namespace

auto stream_of_origin(std::uint64_t origin) -> std::string {
  auto text = std::array<char, 20>{};
  std::snprintf(text.data(), text.size(), "id:%016llx", static_cast<unsigned long long>(origin));
  return text.data();
}

auto times_of(const chunk& c, std::int64_t at_s) -> std::vector<commit_time> {
  auto all = std::vector<commit_time>{};
  if (c.id.sequence != 0) all.push_back({{}, stream_of_origin(c.id.origin), c.id.sequence, c.id.sequence + 1, at_s});
  for (const auto& p : c.positions)
    if (!is_window_stream(p.stream) && p.end != end_of_stream && p.begin < p.end) all.push_back({c.source, p.stream, p.begin, p.end, at_s});
  return all;
}

auto commit_times::add(commit_time one) -> const commit_time& {
  const auto until = all_.rbegin() + std::min(looked_back, std::ssize(all_));
  const auto same = std::find_if(all_.rbegin(), until, [&](const commit_time& t) {
    return t.at_s == one.at_s && t.first <= one.first && t.stream == one.stream && t.source == one.source;
  });
  if (same != until) return same->end = std::max(same->end, one.end), *same;
  all_.push_back(std::move(one));
  if (all_.size() > most_) all_.pop_front();
  return all_.back();
}

} // namespace weir
