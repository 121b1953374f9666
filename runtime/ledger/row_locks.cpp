#include "runtime/ledger/row_locks.hpp"

#include "runtime/flow/position_index.hpp"

#include <map>
#include <utility>

namespace weir {

auto locks_of(std::span<const chunk_ptr> chunks) -> std::vector<row_lock> {
  auto origins = std::map<std::pair<std::string, std::string>, std::optional<std::uint64_t>>{};
  for (const auto& c : chunks) {
    const auto [row, is_new] = origins.try_emplace({c->source, {}}, c->id.origin);
    if (!is_new && row->second != c->id.origin) row->second.reset();
    for (const auto& p : c->positions)
      if (is_window_stream(p.stream)) origins.try_emplace({owner_of(c->source, p.stream), p.stream});
  }
  auto locks = std::vector<row_lock>{};
  for (const auto& [row, origin] : origins) locks.push_back({row.first, row.second, origin});
  return locks;
}

} // namespace weir
