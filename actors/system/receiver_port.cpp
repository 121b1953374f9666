#include "actors/system/receiver_port.hpp"

#include "actors/system/tell_senders.hpp"

#include <spdlog/spdlog.h>

namespace weir {

void receiver_port::on_open(const open_link& note, const caf::strong_actor_ptr& sender) {
  if (!sender) return;
  const auto refused = links_.on_open(note, handles_.number(self_, caf::actor_cast<caf::actor>(sender)));
  if (!refused.empty()) spdlog::warn("{}", refused);
  send();
}

auto receiver_port::on_transfer(const transfer_chunks& note) -> std::vector<chunk_ptr> {
  auto done = links_.on_transfer(note);
  if (done.lost) spdlog::warn("a message from {} was lost; its link is opened anew", done.sender);
  if (done.damaged) spdlog::warn("a chunk from {} arrived damaged; it is asked for again", done.sender);
  send();
  return std::move(done.fresh);
}

void receiver_port::on_probe(const probe_link& note, const caf::strong_actor_ptr& sender) {
  if (!sender) return;
  links_.on_probe(note, handles_.number(self_, caf::actor_cast<caf::actor>(sender)));
  send();
}

void receiver_port::on_close(const close_link& note, const caf::strong_actor_ptr& sender) {
  if (!sender) return;
  links_.on_close(note, handles_.number(self_, caf::actor_cast<caf::actor>(sender)));
  send();
}

void receiver_port::on_down(const caf::actor_addr& who) {
  if (const auto handle = handles_.forget(who)) links_.on_down(handle);
}

void receiver_port::send_feedback() {
  links_.send_feedback();
  send();
}

auto receiver_port::is_done(const std::vector<std::string>& local, ending how) -> bool {
  const auto done = links_.is_done(local, how);
  send();
  return done;
}

void receiver_port::observe(observation& to) const { tell_senders(to, links_.senders()); }

} // namespace weir
