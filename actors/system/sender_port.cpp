#include "actors/system/sender_port.hpp"

#include "runtime/os/random.hpp"

namespace weir {

sender_port::sender_port(caf::event_based_actor* self, std::string address, std::string component,
                         std::size_t index)
    : self_(self), component_(std::move(component)), links_(std::move(address), index, random_id) {}

void sender_port::update(fan_out& flow, const std::vector<peer>& peers) {
  auto there = std::vector<sender_links::receiver>{};
  for (const auto& p : peers)
    if (p.handle) there.push_back({handles_.number(self_, p.handle), p.address});
  links_.update(flow, there);
  send();
}

auto sender_port::on_feedback(fan_out& flow, const link_feedback& note) -> std::optional<link_news> {
  auto news = links_.on_feedback(flow, note);
  send();
  return news;
}

void sender_port::on_reopen(fan_out& flow, const reopen_link& note) {
  links_.on_reopen(flow, note);
  send();
}

void sender_port::on_down(fan_out& flow, const caf::actor_addr& who) {
  if (const auto handle = handles_.forget(who)) links_.on_down(flow, handle);
}

void sender_port::flush(fan_out& flow, monotonic_time now) {
  links_.flush(flow, now);
  send();
}

void sender_port::probe() {
  links_.probe();
  send();
}

void sender_port::close() {
  links_.close();
  send();
}

void sender_port::observe(observation& to) const {
  if (!links_.has_receiver()) to.problems.push_back("no " + component_ + " is there to send to");
}

} // namespace weir
