#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace weir {
namespace {

/// Merges [begin, end) into a map of disjoint, not adjacent intervals.
void insert(std::map<std::uint64_t, std::uint64_t>& into, std::uint64_t begin, std::uint64_t end) {
  auto at = into.upper_bound(begin);
  if (at != into.begin() && std::prev(at)->second >= begin) --at;
  for (; at != into.end() && at->first <= end; at = into.erase(at)) {
    begin = std::min(begin, at->first);
    end = std::max(end, at->second);
  }
  into.emplace(begin, end);
}

auto has(const std::map<std::uint64_t, std::uint64_t>& in, std::uint64_t begin, std::uint64_t end) -> bool {
  const auto at = in.upper_bound(begin);
  return at != in.begin() && std::prev(at)->second >= end;
}

auto is_window(const std::string& stream) -> bool {
  return !stream.empty() && stream.front() == window_stream_mark;
}

} // namespace

void position_index::add(const std::string& source, const position_range& range) {
  auto& of_source = sources_[source];
  if (range.end == end_of_stream) {
    if (!is_window(range.stream)) of_source.streams.erase(range.stream);
    return;
  }
  auto [at, is_new] = of_source.streams.try_emplace(range.stream);
  insert(at->second, range.begin, range.end);
  if (!is_new || !is_window(range.stream)) return;
  of_source.window.push_back(range.stream);
  if (of_source.window.size() <= window_max_) return;
  of_source.streams.erase(of_source.window.front());
  of_source.window.pop_front();
}

auto position_index::covers(const std::string& source, std::span<const position_range> ranges) const -> bool {
  const auto known = sources_.find(source);
  if (known == sources_.end() || ranges.empty()) return false;
  return std::all_of(ranges.begin(), ranges.end(), [&](const position_range& r) {
    const auto at = known->second.streams.find(r.stream);
    return at != known->second.streams.end() && has(at->second, r.begin, r.end);
  });
}

auto position_index::common(const std::string& source, const position_range& range) const
    -> std::vector<position_range> {
  auto parts = std::vector<position_range>{};
  const auto known = sources_.find(source);
  if (known == sources_.end()) return parts;
  const auto stream = known->second.streams.find(range.stream);
  if (stream == known->second.streams.end()) return parts;
  auto at = stream->second.upper_bound(range.begin);
  if (at != stream->second.begin() && std::prev(at)->second > range.begin) --at;
  for (; at != stream->second.end() && at->first < range.end; ++at)
    parts.push_back({range.stream, std::max(at->first, range.begin), std::min(at->second, range.end)});
  return parts;
}

auto position_index::covering(const std::string& source, const position_range& range) const
    -> position_range {
  const auto known = sources_.find(source);
  if (known == sources_.end()) return range;
  const auto stream = known->second.streams.find(range.stream);
  if (stream == known->second.streams.end() || !has(stream->second, range.begin, range.end)) return range;
  const auto at = std::prev(stream->second.upper_bound(range.begin));
  return {range.stream, at->first, at->second};
}

auto position_index::of(const std::string& source) const -> std::vector<position_range> {
  auto all = std::vector<position_range>{};
  const auto known = sources_.find(source);
  if (known == sources_.end()) return all;
  for (const auto& [stream, covered] : known->second.streams)
    for (const auto& [begin, end] : covered) all.push_back({stream, begin, end});
  std::sort(all.begin(), all.end(), [](const position_range& a, const position_range& b) {
    return std::tie(a.stream, a.begin) < std::tie(b.stream, b.begin);
  });
  return all;
}

void position_index::for_each(
    const std::function<void(const std::string&, const position_range&)>& visit) const {
  const auto visit_stream = [&](const std::string& source, const std::string& stream, const intervals& all) {
    for (const auto& [begin, end] : all) visit(source, {stream, begin, end});
  };
  for (const auto& [source, known] : sources_) {
    for (const auto& [stream, all] : known.streams)
      if (!is_window(stream)) visit_stream(source, stream, all);
    for (const auto& stream : known.window) visit_stream(source, stream, known.streams.at(stream));
  }
}

auto position_index::streams() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [source, known] : sources_) count += known.streams.size();
  return count;
}

} // namespace weir
