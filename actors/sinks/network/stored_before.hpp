/// What commits that failed had stored all the same, so that it is not sent again when its chunks come again.
#pragma once

#include "actors/sinks/store.hpp"

#include <map>
#include <set>

namespace weir {

/// For stores without a ledger: it lasts as long as the store object.
class stored_before {
public:
  auto has(const commit_batch& batch, const event_ref& at) const -> bool {
    const auto known = events_.find(batch.chunks[at.chunk]->id);
    return known != events_.end() && known->second.contains(at.index);
  }
  void add(const commit_batch& batch, const event_ref& at) {
    const auto& id = batch.chunks[at.chunk]->id;
    if (events_.size() >= chunks_max && !events_.contains(id)) events_.clear();
    events_[id].insert(at.index);
  }
  /// All of the batch is in.
  void forget(const commit_batch& batch) {
    for (const auto& c : batch.chunks) events_.erase(c->id);
  }

private:
  static constexpr auto chunks_max = std::size_t{4096};

  std::map<chunk_id, std::set<std::uint64_t>> events_;
};

} // namespace weir
