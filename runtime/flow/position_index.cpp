#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace weir {
void position_index::add(const std::string& source, const position_range& range, std::int64_t now_s) {
  const auto& owner = owner_of(source, range.stream);
  auto& of_source = sources_[owner];
  if (range.end == end_of_stream) return end(of_source, range.stream, now_s);
  auto [at, is_new] = of_source.streams.try_emplace(range.stream);
  at->second.covered.insert({range.begin, range.end});
  if (!is_new || !is_window_stream(range.stream)) return;
  of_source.window.push_back(range.stream);
  if (of_source.window.size() <= (owner.empty() ? shared_max() : window_max_)) return;
  of_source.streams.erase(of_source.window.front());
  of_source.window.pop_front();
}

void position_index::end(collector_streams& of, const std::string& stream, std::int64_t now_s) {
  if (is_window_stream(stream)) return;
  if (ended_max_ == 0) return void(of.streams.erase(stream));
  if (std::exchange(of.streams[stream].is_over, true)) return;
  of.ended.emplace_back(stream, now_s);
  if (of.ended.size() <= ended_max_) return;
  of.streams.erase(of.ended.front().first);
  of.ended.pop_front();
}

void position_index::for_each_ended(
    const std::function<void(const std::string&, const std::string&, std::int64_t)>& visit) const {
  for (const auto& [source, known] : sources_)
    for (const auto& [stream, since_s] : known.ended) visit(source, stream, since_s);
}

void position_index::forget_ended(std::int64_t before_s) {
  for (auto& [source, known] : sources_)
    for (; !known.ended.empty() && known.ended.front().second < before_s; known.ended.pop_front())
      known.streams.erase(known.ended.front().first);
}

auto position_index::covers(const std::string& source, std::span<const position_range> ranges) const -> bool {
  return !ranges.empty() && std::all_of(ranges.begin(), ranges.end(), [&](const position_range& r) {
    const auto* covered = find(source, r.stream);
    return covered != nullptr && covered->find({r.begin, r.end}) != nullptr;
  });
}

auto position_index::find(const std::string& source, const std::string& stream) const -> const intervals* {
  const auto known = sources_.find(owner_of(source, stream));
  if (known == sources_.end()) return nullptr;
  const auto at = known->second.streams.find(stream);
  return at == known->second.streams.end() ? nullptr : &at->second.covered;
}

auto position_index::touches(const std::string& source, const position_range& range) const -> bool {
  const auto* covered = find(source, range.stream);
  return covered != nullptr && range.begin < range.end && covered->touches({range.begin, range.end});
}

auto position_index::common(const std::string& source, const position_range& range) const
    -> std::vector<position_range> {
  auto parts = std::vector<position_range>{};
  const auto* covered = find(source, range.stream);
  if (covered == nullptr) return parts;
  covered->for_each_common({range.begin, range.end}, [&](std::uint64_t begin, std::uint64_t end) {
    parts.push_back({range.stream, begin, end});
  });
  return parts;
}

auto position_index::covering(const std::string& source, const position_range& range) const
    -> position_range {
  const auto* covered = find(source, range.stream);
  const auto* whole = covered == nullptr ? nullptr : covered->find({range.begin, range.end});
  return whole == nullptr ? range : position_range{range.stream, whole->first, whole->second};
}

auto position_index::of(const std::string& source) const -> std::vector<position_range> {
  auto all = std::vector<position_range>{};
  const auto known = sources_.find(source);
  if (known == sources_.end()) return all;
  for (const auto& [name, stream] : known->second.streams)
    for (const auto& [begin, end] : stream.covered)
      if (!stream.is_over) all.push_back({name, begin, end});
  std::sort(all.begin(), all.end(), [](const position_range& a, const position_range& b) {
    return std::tie(a.stream, a.begin) < std::tie(b.stream, b.begin);
  });
  return all;
}

void position_index::for_each(
    const std::function<void(const std::string&, const position_range&)>& visit) const {
  const auto visit_stream = [&](const std::string& source, const std::string& name, const known_stream& stream) {
    for (const auto& [begin, end] : stream.covered) visit(source, {name, begin, end});
    if (stream.is_over) visit(source, {name, 0, end_of_stream});
  };
  for (const auto& [source, known] : sources_) {
    for (const auto& [name, stream] : known.streams)
      if (!is_window_stream(name) && !stream.is_over) visit_stream(source, name, stream);
    for (const auto& [name, since_s] : known.ended) visit_stream(source, name, known.streams.at(name));
    for (const auto& name : known.window) visit_stream(source, name, known.streams.at(name));
  }
}

auto position_index::streams() const -> std::size_t {
  auto count = std::size_t{0};
  for (const auto& [source, known] : sources_) count += known.streams.size();
  return count;
}

} // namespace weir
