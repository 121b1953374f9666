#include "actors/sinks/busy_ranges.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>

namespace weir {
namespace {

auto are_about_the_same(const position_range& a, const position_range& b) -> bool {
  if (a.end == end_of_stream || b.end == end_of_stream) return true;
  return a.begin < b.end && b.begin < a.end;
}

} // namespace

void busy_ranges::add(const chunk& c) {
  if (c.positions.empty()) return;
  auto& of = sources_[c.source];
  for (const auto& p : c.positions) of[p.stream].push_back(p);
}

void busy_ranges::remove(const chunk& c) {
  if (c.positions.empty()) return;
  const auto of = sources_.find(c.source);
  WEIR_ASSERT(of != sources_.end());
  for (const auto& p : c.positions) {
    const auto stream = of->second.find(p.stream);
    WEIR_ASSERT(stream != of->second.end());
    const auto at = std::find(stream->second.begin(), stream->second.end(), p);
    WEIR_ASSERT(at != stream->second.end());
    stream->second.erase(at);
    if (stream->second.empty()) of->second.erase(stream);
  }
  if (of->second.empty()) sources_.erase(of);
}

auto busy_ranges::touches(const chunk& c) const -> bool {
  const auto of = sources_.find(c.source);
  if (of == sources_.end()) return false;
  return std::any_of(c.positions.begin(), c.positions.end(), [&](const position_range& p) {
    const auto stream = of->second.find(p.stream);
    return stream != of->second.end()
           && std::any_of(stream->second.begin(), stream->second.end(),
                          [&](const position_range& busy) { return are_about_the_same(busy, p); });
  });
}

} // namespace weir
