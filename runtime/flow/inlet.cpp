#include "runtime/flow/inlet.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>

namespace weir {

void inlet::open(link_id link) {
  const auto fresh = links_.try_emplace(link).second;
  WEIR_ASSERT(fresh);
}

void inlet::close(link_id link) {
  const auto at = links_.find(link);
  if (at == links_.end()) return;
  granted_bytes_ -= at->second.granted;
  links_.erase(at);
}

void inlet::close_all() {
  links_.clear();
  granted_bytes_ = 0;
}

void inlet::use_credit(link_state& link, std::uint64_t bytes) {
  const auto used = std::min(link.granted, bytes);
  link.granted -= used;
  granted_bytes_ -= used;
}

auto inlet::receive(link_id link, const chunk& c) -> arrival {
  const auto at = links_.find(link);
  if (at == links_.end()) return arrival::unknown_link;
  const auto bytes = c.footprint_bytes();
  use_credit(at->second, bytes);
  if (c.settled_below > 1) settled_.insert(c.id.origin, 1, c.settled_below - 1);
  if (const auto known = held_.find(c.id); known != held_.end()) {
    // The copy counts against its latest sender, or a flapping link would gain a window each time.
    if (const auto before = links_.find(known->second.owner); before != links_.end())
      before->second.held -= known->second.bytes;
    known->second.owner = link;
    at->second.held += known->second.bytes;
    return arrival::held;
  }
  if (settled_.contains(c.id)) {
    at->second.acks.push_back(c.id);
    return arrival::settled;
  }
  held_.emplace(c.id, held_chunk{link, bytes});
  at->second.held += bytes;
  held_bytes_ += bytes;
  return arrival::fresh;
}

void inlet::settle(const chunk_id& id) {
  const auto at = held_.find(id);
  WEIR_ASSERT(at != held_.end());
  held_bytes_ -= at->second.bytes;
  if (const auto owner = links_.find(at->second.owner); owner != links_.end()) {
    owner->second.held -= at->second.bytes;
    owner->second.acks.push_back(id);
  }
  held_.erase(at);
  settled_.insert(id);
}

auto inlet::grant_due(const link_state& link) const -> std::uint64_t {
  const auto used = link.granted + link.held;
  const auto share = std::max(settings_.floor_bytes, settings_.capacity_bytes / std::max<std::size_t>(1, links_.size()));
  if (!granting_ || used >= share) return 0;
  const auto all_used = granted_bytes_ + held_bytes_;
  const auto spare = settings_.capacity_bytes > all_used ? settings_.capacity_bytes - all_used : 0;
  const auto up_to_floor = settings_.floor_bytes > used ? settings_.floor_bytes - used : 0;
  const auto due = std::min(share - used, std::max(spare, up_to_floor));
  // Small change waits, unless the sender has nothing left.
  return due >= share / 8 || link.granted == 0 ? due : 0;
}

auto inlet::take_feedback() -> std::vector<feedback> {
  auto all = std::vector<feedback>{};
  for (auto& [id, link] : links_) {
    const auto due = grant_due(link);
    if (due == 0 && link.acks.empty()) continue;
    link.granted += due;
    granted_bytes_ += due;
    all.push_back({id, due, std::move(link.acks)});
    link.acks.clear();
  }
  return all;
}

} // namespace weir
