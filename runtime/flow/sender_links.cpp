#include "runtime/flow/sender_links.hpp"

#include <algorithm>
#include <utility>

namespace weir {

sender_links::sender_links(std::string address, std::size_t index, id_source fresh_id)
    : address_(std::move(address)), index_(index), fresh_id_(std::move(fresh_id)) {}

auto sender_links::find(std::uint64_t id) -> link* {
  const auto at = std::find_if(links_.begin(), links_.end(), [&](const auto& l) { return l.id == id; });
  return at == links_.end() ? nullptr : &*at;
}

void sender_links::open(fan_out& flow, const receiver& to) {
  const auto id = fresh_id_();
  flow.at(index_).peer_up(id, to.address);
  outbox_.push_back({to.handle, open_link{id, address_}});
  if (finished_) outbox_.push_back({to.handle, close_link{id, address_, true}});
  links_.push_back({id, to, {}});
}

void sender_links::drop(fan_out& flow, std::uint64_t id) {
  flow.at(index_).peer_down(id);
  links_.erase(std::remove_if(links_.begin(), links_.end(), [&](const auto& l) { return l.id == id; }),
               links_.end());
}

void sender_links::reopen(fan_out& flow, std::uint64_t id) {
  const auto* l = find(id);
  if (l == nullptr) return;
  const auto to = l->to;
  drop(flow, id);
  open(flow, to);
}

auto sender_links::update(fan_out& flow, const std::vector<receiver>& there) -> bool {
  auto are_new = false;
  const auto is_there = [&](const link& l) {
    return std::any_of(there.begin(), there.end(), [&](const auto& r) { return r.handle == l.to.handle; });
  };
  const auto is_linked = [&](const receiver& r) {
    return std::any_of(links_.begin(), links_.end(), [&](const auto& l) { return l.to.handle == r.handle; });
  };
  for (const auto& l : std::vector<link>{links_})
    if (!is_there(l)) drop(flow, l.id);
  for (const auto& r : there) {
    if (is_linked(r)) continue;
    open(flow, r);
    are_new = true;
  }
  return are_new;
}

auto sender_links::on_feedback(fan_out& flow, const link_feedback& note) -> std::optional<link_news> {
  auto* l = find(note.link);
  if (l == nullptr) return std::nullopt;
  // What is safe is safe, even if an earlier message of the link was lost.
  auto news = link_news{index_, flow.at(index_).ack(note.acks, note.link), note.settled};
  if (!l->numbers.accept(note.number))
    reopen(flow, note.link);
  else if (note.leaving)
    flow.at(index_).revoke(note.link);
  else
    flow.at(index_).grant(note.link, note.grant_bytes);
  return news;
}

void sender_links::on_reopen(fan_out& flow, const reopen_link& note) { reopen(flow, note.link); }

void sender_links::on_down(fan_out& flow, std::uint64_t handle) {
  for (const auto& l : std::vector<link>{links_})
    if (l.to.handle == handle) drop(flow, l.id);
}

void sender_links::let_go(fan_out& flow) {
  for (const auto& p : std::vector<peer_state>{flow.at(index_).peers()}) {
    const auto* l = p.leaving && p.in_flight_bytes == 0 ? find(p.id) : nullptr;
    if (l == nullptr) continue;
    outbox_.push_back({l->to.handle, close_link{p.id, address_, false}});
    drop(flow, p.id);
  }
}

auto sender_links::flush(fan_out& flow, monotonic_time now) -> link_news {
  if (flow.at(index_).is_left()) let_go(flow);
  for (auto& t : flow.at(index_).poll(now)) {
    auto* l = find(t.peer);
    auto note = transfer_chunks{l->id, l->numbers.next(), {}};
    note.chunks.reserve(t.chunks.size());
    for (auto& c : t.chunks) note.chunks.push_back({std::move(c)});
    outbox_.push_back({l->to.handle, std::move(note)});
  }
  return {index_, flow.at(index_).take_acked(), {}};
}

void sender_links::probe() {
  for (const auto& l : links_)
    if (finished_)
      outbox_.push_back({l.to.handle, close_link{l.id, address_, true}});
    else
      outbox_.push_back({l.to.handle, probe_link{l.id, l.numbers.sent, l.numbers.received}});
}

void sender_links::close() {
  if (finished_) return;
  finished_ = true;
  for (const auto& l : links_) outbox_.push_back({l.to.handle, close_link{l.id, address_, true}});
}

void sender_links::leave(fan_out& flow) {
  for (const auto& l : std::vector<link>{links_}) {
    outbox_.push_back({l.to.handle, close_link{l.id, address_, false}});
    drop(flow, l.id);
  }
}

void sender_links::on_closed(fan_out& flow, const close_link& note) {
  if (find(note.link) != nullptr) drop(flow, note.link);
}

} // namespace weir
