#include "actors/system/sender_port.hpp"

#include "runtime/os/random.hpp"

#include <algorithm>

namespace weir {

sender_port::sender_port(caf::event_based_actor* self, std::string address, std::string component, std::size_t index)
  : self_(self), address_(std::move(address)), component_(std::move(component)), index_(index) {}

auto sender_port::find(std::uint64_t id) -> link* {
  const auto at = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.id == id; });
  return at == links_.end() ? nullptr : &*at;
}

void sender_port::open(fan_out& flow, const peer& to) {
  auto fresh = link{random_id(), to, {}};
  flow.at(index_).peer_up(fresh.id, to.address);
  self_->monitor(to.handle);
  self_->send(to.handle, open_link{fresh.id, address_});
  links_.push_back(std::move(fresh));
}

void sender_port::drop(fan_out& flow, std::uint64_t id) {
  flow.at(index_).peer_down(id);
  links_.erase(std::remove_if(links_.begin(), links_.end(), [&](const auto& l) { return l.id == id; }), links_.end());
}

void sender_port::update(fan_out& flow, const std::vector<peer>& peers) {
  const auto is_listed = [&](const link& l) {
    return std::any_of(peers.begin(), peers.end(), [&](const auto& p) { return p.handle == l.to.handle; });
  };
  const auto is_linked = [&](const peer& p) {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& l) { return l.to.handle == p.handle; });
  };
  for (const auto& l : std::vector<link>{links_})
    if (!is_listed(l)) drop(flow, l.id);
  for (const auto& p : peers)
    if (p.handle && !is_linked(p)) open(flow, p);
}

auto sender_port::on_feedback(fan_out& flow, const link_feedback& note, std::vector<chunk_ptr>& settled) -> bool {
  auto* l = find(note.link);
  if (l == nullptr) return false;
  // What is safe is safe, even if an earlier message of the link was lost.
  settled = flow.ack(index_, note.acks);
  if (!l->numbers.accept(note.number)) {
    const auto to = l->to;
    drop(flow, note.link);
    open(flow, to);
    return true;
  }
  if (note.leaving) flow.at(index_).revoke(note.link);
  else flow.at(index_).grant(note.link, note.grant_bytes);
  return true;
}

void sender_port::on_reopen(fan_out& flow, const reopen_link& note) {
  const auto* l = find(note.link);
  if (l == nullptr) return;
  const auto to = l->to;
  drop(flow, note.link);
  open(flow, to);
}

void sender_port::on_down(fan_out& flow, const caf::actor_addr& who) {
  for (const auto& l : std::vector<link>{links_})
    if (l.to.handle.address() == who) drop(flow, l.id);
}

void sender_port::flush(fan_out& flow, monotonic_time now) {
  for (auto& t : flow.at(index_).poll(now)) {
    auto* l = find(t.peer);
    auto note = transfer_chunks{l->id, l->numbers.next(), {}};
    note.chunks.reserve(t.chunks.size());
    for (auto& c : t.chunks) note.chunks.push_back({std::move(c)});
    self_->send(l->to.handle, std::move(note));
  }
}

void sender_port::probe(fan_out& flow) {
  for (const auto& p : flow.at(index_).peers())
    if (const auto* l = find(p.id); l != nullptr)
      self_->send(l->to.handle, probe_link{l->id, l->numbers.sent, l->numbers.received});
}

void sender_port::close(bool finished) {
  for (const auto& l : links_) self_->send(l.to.handle, close_link{l.id, finished});
}

} // namespace weir
