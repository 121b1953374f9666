#include "actors/system/receiver_port.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir {

receiver_port::receiver_port(caf::event_based_actor* self, inlet& in) : self_(self), in_(in) { in.close_all(); }

void receiver_port::on_open(const open_link& note, const caf::strong_actor_ptr& sender) {
  if (!sender || links_.count(note.link) != 0) return;
  auto handle = caf::actor_cast<caf::actor>(sender);
  for (auto at = links_.begin(); at != links_.end();) {
    if (at->second.address != note.sender) {
      ++at;
      continue;
    }
    in_.close(at->first); // a sender that opens anew has given up its former link
    at = links_.erase(at);
  }
  self_->monitor(handle);
  links_.emplace(note.link, link{std::move(handle), note.sender, {}});
  seen_.insert(note.sender);
  finished_.erase(note.sender);
  in_.open(note.link);
}

void receiver_port::reopen(std::uint64_t id) {
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  self_->send(at->second.sender, reopen_link{id});
  in_.close(id);
  links_.erase(at);
}

auto receiver_port::on_transfer(const transfer_chunks& note) -> std::vector<chunk_ptr> {
  auto fresh = std::vector<chunk_ptr>{};
  const auto at = links_.find(note.link);
  if (at == links_.end()) return fresh;
  if (!at->second.numbers.accept(note.number)) {
    spdlog::warn("a message from {} was lost; its link is opened anew", at->second.address);
    reopen(note.link);
    return fresh;
  }
  for (const auto& c : note.chunks) {
    if (c.content == nullptr) {
      spdlog::warn("a chunk from {} arrived damaged; it is asked for again", at->second.address);
      reopen(note.link);
      return fresh;
    }
    if (in_.receive(note.link, *c.content) == arrival::fresh) fresh.push_back(c.content);
  }
  return fresh;
}

void receiver_port::on_probe(const probe_link& note, const caf::strong_actor_ptr& sender) {
  const auto at = links_.find(note.link);
  if (at == links_.end()) {
    if (sender) self_->send(caf::actor_cast<caf::actor>(sender), reopen_link{note.link});
  } else if (at->second.numbers.received < note.sent) {
    reopen(note.link);
  } else if (at->second.numbers.sent > note.received) {
    // Either the feedback is under way, or it was lost: then this one shows the sender the gap.
    send(at->first, at->second, {});
  }
}

void receiver_port::on_close(const close_link& note) {
  const auto at = links_.find(note.link);
  if (at == links_.end()) return;
  if (note.finished) finished_.insert(at->second.address);
  in_.close(note.link);
  links_.erase(at);
}

void receiver_port::on_down(const caf::actor_addr& who) {
  for (auto at = links_.begin(); at != links_.end();) {
    if (at->second.sender.address() != who) {
      ++at;
      continue;
    }
    in_.close(at->first);
    at = links_.erase(at);
  }
}

void receiver_port::send(std::uint64_t id, link& to, feedback&& due) {
  self_->send(to.sender, link_feedback{id, to.numbers.next(), due.grant_bytes, leaving_, std::move(due.acks)});
}

void receiver_port::send_feedback() {
  for (auto& due : in_.take_feedback())
    if (const auto at = links_.find(due.link); at != links_.end()) send(at->first, at->second, std::move(due));
}

void receiver_port::leave() {
  leaving_ = true;
  in_.stop_granting();
  for (auto& [id, to] : links_) send(id, to, {});
}

auto receiver_port::is_done(std::size_t expected, ending how) -> bool {
  if (how == ending::never) return false;
  if (seen_.size() >= std::max<std::size_t>(1, expected) && finished_.size() == seen_.size()) return true;
  if (how == ending::with_its_senders || finished_.size() < expected) return false;
  if (!leaving_) leave();
  return true;
}

} // namespace weir
