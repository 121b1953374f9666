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
  for (const auto& p : c.positions) owners_[owner_of(c.source, p.stream)][p.stream].push_back(p);
}

void busy_ranges::remove(const chunk& c) {
  for (const auto& p : c.positions) {
    const auto of = owners_.find(owner_of(c.source, p.stream));
    WEIR_ASSERT(of != owners_.end());
    const auto stream = of->second.find(p.stream);
    WEIR_ASSERT(stream != of->second.end());
    const auto at = std::find(stream->second.begin(), stream->second.end(), p);
    WEIR_ASSERT(at != stream->second.end());
    stream->second.erase(at);
    if (stream->second.empty()) of->second.erase(stream);
    if (of->second.empty()) owners_.erase(of);
  }
}

auto busy_ranges::touches(const chunk& c) const -> bool {
  return std::any_of(c.positions.begin(), c.positions.end(), [&](const position_range& p) {
    const auto of = owners_.find(owner_of(c.source, p.stream));
    if (of == owners_.end()) return false;
    const auto stream = of->second.find(p.stream);
    return stream != of->second.end()
           && std::any_of(stream->second.begin(), stream->second.end(),
                          [&](const position_range& busy) { return are_about_the_same(busy, p); });
  });
}

} // namespace weir
