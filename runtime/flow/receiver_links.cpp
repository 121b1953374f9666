#include "runtime/flow/receiver_links.hpp"

#include <algorithm>
#include <bit>
#include <iterator>

namespace weir {

auto receiver_links::has_room_for(std::uint64_t handle) const -> bool {
  const auto is_its = [&](const auto& l) { return l.second.sender == handle; };
  const auto own = static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), is_its));
  // Whoever makes up names of senders is remembered no further either.
  return own < links_of_one_max && links_.size() < links_max
         && unfinished_.size() + finished_.size() < 2 * links_max;
}

auto receiver_links::on_open(const open_link& note, std::uint64_t handle, bool is_one_of_us) -> std::string {
  if (links_.count(note.link) != 0) return {};
  drop_links_of(note.sender);
  if (!has_room_for(handle)) {
    if (!std::has_single_bit(++refused_)) return {};
    return "a link of " + note.sender + " is refused: there are " + std::to_string(links_.size())
           + ", which is as many as may be, or its actor has " + std::to_string(links_of_one_max) + " (refused "
           + std::to_string(refused_) + " so far)";
  }
  links_.emplace(note.link, link{handle, note.sender, {}});
  senders_.insert(note.sender);
  ++changes_;
  if (!is_one_of_us) unfinished_.insert(note.sender);
  finished_.erase(note.sender);
  in_.open(note.link);
  if (leaving_) send(note.link, links_.at(note.link), {});
  return {};
}

void receiver_links::reopen(std::uint64_t id) {
  const auto at = links_.find(id);
  if (at == links_.end()) return;
  outbox_.push_back({at->second.sender, reopen_link{id}});
  drop(at);
}

auto receiver_links::drop(links_by_id::iterator at) -> links_by_id::iterator {
  in_.close(at->first);
  senders_.erase(at->second.address);
  ++changes_;
  return links_.erase(at);
}

void receiver_links::drop_links_of(const std::string& sender) {
  if (!senders_.contains(sender)) return;
  const auto is_its = [&](const auto& l) { return l.second.address == sender; };
  drop(std::find_if(links_.begin(), links_.end(), is_its));
}

auto receiver_links::on_transfer(const transfer_chunks& note) -> transfer_result {
  auto done = transfer_result{};
  const auto at = links_.find(note.link);
  if (at == links_.end()) return done;
  done.lost = !at->second.numbers.accept(note.number);
  for (auto c = note.chunks.begin(); c != note.chunks.end() && !done.lost && !done.damaged; ++c) {
    done.damaged = c->content == nullptr;
    if (done.damaged) break;
    if (in_.receive(note.link, *c->content) == arrival::fresh)
      done.fresh.push_back(c->content);
    else if (c->content->copy_of.empty())
      done.again.push_back(c->content->id);
  }
  if (!done.lost && !done.damaged) return done;
  if (done.damaged) in_.count_damaged();
  done.sender = at->second.address;
  reopen(note.link);
  return done;
}

void receiver_links::on_probe(const probe_link& note, std::uint64_t handle) {
  const auto at = links_.find(note.link);
  if (at == links_.end()) {
    outbox_.push_back({handle, reopen_link{note.link}});
  } else if (at->second.numbers.received < note.sent) {
    reopen(note.link);
  } else if (at->second.numbers.sent > note.received) {
    // Either the feedback is under way, or it was lost: then this one shows the sender the gap.
    send(at->first, at->second, {});
  }
}

void receiver_links::on_close(const close_link& note, std::uint64_t handle) {
  if (note.finished) {
    outbox_.push_back({handle, note});
    unfinished_.erase(note.sender);
    finished_.insert(note.sender);
  }
  if (const auto at = links_.find(note.link); at != links_.end()) drop(at);
}

void receiver_links::on_down(std::uint64_t handle) {
  for (auto at = links_.begin(); at != links_.end();) at = at->second.sender == handle ? drop(at) : std::next(at);
}

void receiver_links::send(std::uint64_t id, link& to, feedback&& due) {
  const auto number = to.numbers.next();
  outbox_.push_back({to.sender, link_feedback{id, number, due.grant_bytes, leaving_, std::move(due.acks),
                                              std::move(due.settled)}});
}

void receiver_links::send_feedback() {
  for (auto& due : in_.take_feedback())
    if (const auto at = links_.find(due.link); at != links_.end())
      send(at->first, at->second, std::move(due));
}

void receiver_links::leave() {
  leaving_ = true;
  in_.stop_granting();
  for (auto& [id, to] : links_) send(id, to, {});
}

auto receiver_links::is_done(const std::vector<std::string>& local, ending how) -> bool {
  const auto is_finished = [&](const std::string& sender) { return finished_.contains(sender); };
  if (how == ending::never || !std::all_of(local.begin(), local.end(), is_finished)) return false;
  if (!finished_.empty() && unfinished_.empty()) return true;
  if (how == ending::with_its_senders) return false;
  if (!leaving_) leave();
  return links_.empty(); // whoever closes has had all its acks
}

auto receiver_links::senders(std::size_t most) const -> std::vector<std::string> {
  const auto told = static_cast<std::ptrdiff_t>(std::min(senders_.size(), most));
  return {senders_.begin(), std::next(senders_.begin(), told)};
}

} // namespace weir
