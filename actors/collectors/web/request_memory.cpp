#include "actors/collectors/web/request_memory.hpp"

#include "runtime/codec/sha256.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <map>

namespace weir {

auto request_memory::known::has(std::uint64_t event) const -> bool {
  return event < put_to
         || std::any_of(put_ahead.begin(), put_ahead.end(), [&](const interval& i) { return i.begin <= event && event < i.end; });
}

void request_memory::resume(const resume_info& resume, std::uint64_t position) {
  auto ranges = std::map<std::string, std::vector<interval>>{};
  for (const auto& r : resume.covered)
    if (r.stream.starts_with(stream_prefix) && r.end != end_of_stream) ranges[r.stream].push_back({r.begin, r.end});
  size_max_ = window_streams_max + ranges.size();
  for (auto& [stream, had] : ranges) {
    auto left = gaps_between(0, std::move(had));
    auto& added = of(stream);
    added = {left.begin, std::move(left.known), position};
  }
}

auto request_memory::of(const std::string& stream) -> known& {
  const auto found = known_.find(stream);
  if (found != known_.end()) return found->second;
  if (order_.size() >= std::max(size_max_, window_streams_max)) {
    known_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(stream);
  return known_[stream];
}

auto stream_of_request(std::string_view key, std::string_view target) -> std::string {
  constexpr auto digits_kept = std::size_t{32};
  // The size before the text, or two requests could be one.
  const auto named = std::to_string(key.size()) + ' ' + std::string{key} + ' ' + std::string{target};
  return std::string{request_memory::stream_prefix} + sha256_hex(named).substr(0, digits_kept);
}

} // namespace weir
