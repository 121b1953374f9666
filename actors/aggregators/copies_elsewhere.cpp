#include "actors/aggregators/copies_elsewhere.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto doubt_lasts = 10s;  // as long as others wait before they take over
constexpr auto silent_after = 5s;  // whoever has copies asks each second
constexpr auto askers_max = std::size_t{1024}; // their names come from outside
constexpr auto ranges_told_max = std::size_t{1} << 20;

} // namespace

auto node_of_address(std::string_view address) -> std::string_view { return address.substr(0, address.find('/')); }

/// What it told was true of the process that went, or of a connection of it.
void copies_elsewhere::change(const std::string& address, peer& p, bool is_gone, monotonic_time now) {
  const auto was_steady = !p.doubtful_since || now - p.changed_at >= doubt_lasts;
  auto fresh = peer{};
  fresh.handle = p.handle;
  fresh.doubtful_since = was_steady ? now : *p.doubtful_since; // one that comes and goes is not waited for without end
  fresh.changed_at = now;
  if (is_gone) {
    ++losses_;
    lost_ = address;
  }
  p = std::move(fresh);
}

void copies_elsewhere::on_peers(const std::vector<sender_links::receiver>& there, monotonic_time now) {
  const auto handle_of = [&](const std::string& address) {
    const auto at = std::find_if(there.begin(), there.end(), [&](const auto& r) { return r.address == address; });
    return at == there.end() ? std::uint64_t{0} : at->handle;
  };
  for (const auto& r : there)
    if (is_away(r.address)) peers_.try_emplace(r.address);
  for (auto& [address, p] : peers_) {
    const auto handle = handle_of(address);
    if (handle == p.handle) continue;
    const auto was_there = std::exchange(p.handle, handle) != 0;
    // One that asked before it was heard of has told what it has.
    if (was_there || p.asks_as == 0) change(address, p, was_there, now);
  }
  std::erase_if(peers_, [&](const auto& known) {
    const auto& p = known.second;
    return p.handle == 0 && p.asks_as == 0 && !is_doubtful(p, now);
  });
}

void copies_elsewhere::on_question(const ask_settled& note, std::uint64_t asker, record_number old_up_to, monotonic_time now) {
  if (!is_away(note.asker)) return;
  if (peers_.size() >= askers_max && !peers_.contains(note.asker)) return;
  auto& p = peers_[note.asker];
  if (p.asks_as != asker && p.asks_as != 0) change(note.asker, p, true, now);
  p.asks_as = asker;
  p.heard_at = now;
  if (note.begins) {
    p.told = std::exchange(p.telling, {});
    p.told_up_to = std::exchange(p.begun_at, old_up_to);
    p.is_complete = std::exchange(p.has_begun, true);
    if (p.is_complete) p.doubtful_since.reset();
  }
  if (p.telling.size() >= ranges_told_max) return;
  for (const auto& r : note.ids) p.telling.insert(r);
}

void copies_elsewhere::on_down(std::uint64_t handle, monotonic_time now) {
  for (auto& [address, p] : peers_) {
    if (handle == 0 || (p.handle != handle && p.asks_as != handle)) continue;
    if (p.handle == handle) p.handle = 0;
    change(address, p, true, now);
  }
}

void copies_elsewhere::forget_silent(monotonic_time now) {
  for (auto& [address, p] : peers_) {
    if (p.asks_as == 0 || now - p.heard_at < doubt_lasts) continue;
    p.asks_as = 0;
    p.told = p.telling = {};
    p.has_begun = p.is_complete = false;
  }
}

void copies_elsewhere::note_had(const std::string& address, const chunk_id& id) {
  if (const auto at = peers_.find(address); at != peers_.end() && at->second.handle != 0) at->second.had.insert(id);
}

auto copies_elsewhere::has(const peer& p, const chunk_id& id) -> bool {
  return p.told.contains(id) || p.telling.contains(id) || p.had.contains(id);
}

template <class Visitor> void copies_elsewhere::for_each_node_with(const chunk_id& id, Visitor&& visit) const {
  auto last = std::string_view{};
  for (const auto& [address, p] : peers_) {
    const auto node = node_of_address(address);
    if (node == last || !has(p, id)) continue;
    last = node;
    visit(node);
  }
}

auto copies_elsewhere::nodes_with(const chunk_id& id) const -> std::vector<std::string> {
  auto nodes = std::vector<std::string>{};
  for_each_node_with(id, [&](std::string_view node) { nodes.emplace_back(node); });
  return nodes;
}

auto copies_elsewhere::count_nodes_with(const chunk_id& id) const -> std::size_t {
  auto count = std::size_t{0};
  for_each_node_with(id, [&](std::string_view) { ++count; });
  return count;
}

auto copies_elsewhere::is_asking(const peer& p, monotonic_time now) -> bool {
  return p.asks_as != 0 && now - p.heard_at < silent_after;
}

auto copies_elsewhere::is_doubtful(const peer& p, monotonic_time now) -> bool {
  if (p.doubtful_since && now - *p.doubtful_since < doubt_lasts) return true;
  return is_asking(p, now) && !p.is_complete;
}

auto copies_elsewhere::is_in_doubt(monotonic_time now) const -> bool {
  return std::any_of(peers_.begin(), peers_.end(), [&](const auto& known) { return is_doubtful(known.second, now); });
}

auto copies_elsewhere::told_up_to(record_number old_up_to, monotonic_time now) const -> record_number {
  for (const auto& [address, p] : peers_)
    if (p.is_complete && is_asking(p, now)) old_up_to = std::min(old_up_to, p.told_up_to);
  return old_up_to;
}

} // namespace weir
