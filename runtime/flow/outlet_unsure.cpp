#include "runtime/flow/outlet.hpp"

#include "runtime/base/units.hpp"

#include <algorithm>

// A chunk that was sent and not acked when its peer went: that one may have stored it, where nobody else would know. So it
// waits for the same address, and is sent there again; whoever is there by then knows it, or does not have it. Others get
// what comes behind it meanwhile.

namespace weir {

void outlet::push_to(const std::string& address, chunk_ptr c, monotonic_time now) {
  auto& [number, e] = add(std::move(c), now);
  be_unsure(number, e, address);
}

void outlet::be_unsure(ticket number, entry& e, const std::string& address) {
  e.peer = 0;
  auto& of = unsure_[address];
  of.all.insert(number);
  of.events += e.content->count;
  of.bytes += e.bytes;
  unsure_bytes_ += e.bytes;
}

/// Its ack came all the same.
void outlet::take_unsure(ticket number, const entry& e) {
  const auto at = std::find_if(unsure_.begin(), unsure_.end(), [&](auto& u) { return u.second.all.erase(number) > 0; });
  if (at == unsure_.end()) return;
  at->second.events -= e.content->count;
  at->second.bytes -= e.bytes;
  unsure_bytes_ -= e.bytes;
}

void outlet::send_to(peer_state& peer, unsure_entries& what, std::vector<transfer>& out) {
  while (!what.all.empty()) {
    const auto number = *what.all.begin();
    auto& e = chunks_.at(number);
    if (!peer.has_room(e.bytes)) return;
    e.peer = peer.id;
    send(e.content, e.bytes, peer, out);
    ++streams_[{e.stream, peer.id}];
    what.all.erase(what.all.begin());
    what.events -= e.content->count;
    what.bytes -= e.bytes;
    unsure_bytes_ -= e.bytes;
  }
}

void outlet::give_up_unsure(unsure_by_address::iterator at) {
  auto& what = at->second;
  for (const auto number : what.all) wait_again(number, chunks_.at(number));
  sent_unsure_ += what.events;
  unsure_bytes_ -= what.bytes;
  given_up_.push_back({at->first, what.since, what.events});
  unsure_.erase(at);
}

void outlet::send_unsure_again(monotonic_time now, std::vector<transfer>& out) {
  for (auto at = unsure_.begin(); at != unsure_.end();) {
    const auto next = std::next(at);
    auto& [address, what] = *at;
    if (!what.since) what.since = now;
    const auto peer = std::find_if(peers_.begin(), peers_.end(),
                                   [of = &address](const auto& p) { return !p.leaving && p.address == *of; });
    if (peer != peers_.end()) send_to(*peer, what, out);
    const auto is_over = what.all.empty();
    if (peer != peers_.end()) peer->is_behind = !is_over;
    if (is_over)
      unsure_.erase(at);
    else if (now >= *what.since + settings_.unsure_for) {
      if (peer != peers_.end()) peer->is_behind = false;
      give_up_unsure(at);
    }
    at = next;
  }
}

void outlet::set(outlet_settings settings) {
  settings_ = std::move(settings);
  if (settings_.unsure_for > duration{0} && !is_copied()) return;
  while (!unsure_.empty()) give_up_unsure(unsure_.begin());
  for (auto& p : peers_) p.is_behind = false;
}

auto outlet::unsure() const -> std::vector<unsure_chunks> {
  auto found = std::vector<unsure_chunks>{};
  for (const auto& [address, what] : unsure_) found.push_back({address, what.since, what.events});
  return found;
}

auto outlet::deadline() const -> std::optional<monotonic_time> {
  auto first = linger_until_;
  for (const auto& [address, what] : unsure_)
    if (const auto at = what.since ? std::optional{*what.since + settings_.unsure_for} : std::nullopt; at && (!first || *at < *first))
      first = at;
  return first;
}

auto unsure_texts(const outlet& of, monotonic_time now) -> std::vector<std::string> {
  auto texts = std::vector<std::string>{};
  for (const auto& u : of.unsure()) {
    if (u.events == 0) continue;
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(now - u.since.value_or(now));
    texts.push_back(std::to_string(u.events) + " events wait for " + u.address + ", which may have them, for "
                    + to_text(duration{waited}));
  }
  return texts;
}

} // namespace weir
