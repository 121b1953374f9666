/// Who comes, stays and goes of the clients of a client_server.
#include "actors/collectors/network/server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace weir {
namespace {

constexpr auto unacknowledged_max = 4096U;
constexpr auto linger = std::chrono::seconds{5};
constexpr auto out_of_descriptors_pause = std::chrono::seconds{1};
constexpr auto look_pause = std::chrono::seconds{1};
constexpr auto renew_pause = std::chrono::seconds{2};

/// A peer that is gone without a word is noticed within two minutes, whether or not it owes us anything.
void keep_alive(int fd) {
  const auto on = 1;
  const auto idle_s = 60;
  const auto pause_s = 10;
  const auto probes = 6;
  const auto unanswered_ms = 120'000U;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &pause_s, sizeof pause_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unanswered_ms, sizeof unanswered_ms);
}

} // namespace

void client_server::accept_all(std::size_t door) {
  constexpr auto at_once = 64;
  auto& from = listeners_[door];
  for (auto i = 0; i < at_once; ++i) {
    auto accepted = from.accept();
    if (!accepted) {
      refusals_.add("descriptors", from.text() + ": " + accepted.failure().what);
      accept_again_at_ = clock_.monotonic() + out_of_descriptors_pause;
      return watch_listeners(false);
    }
    if (!*accepted) return;
    if (take_place()) {
      admit(std::move(**accepted), settings_.doors[door]);
      continue;
    }
    refusals_.add("max_connections", "refused " + (*accepted)->peer.text + ": " + std::to_string(connections_.size())
                                         + " connections are open, " + lack_of_place());
  }
}

auto client_server::lack_of_place() const -> std::string {
  return connections_.size() < settings_.connections_max ? "the limit of open files (ulimit -n) allows no more"
                                                         : "\"max_connections\" allows no more";
}

/// One more connection, with its descriptor from the budget. The client that has been idle for longest may have
/// died without a word and gives way, or else the one that has taken longest to say who it is; if it lives, it comes
/// again.
auto client_server::take_place() -> bool {
  const auto take = [this] { return connections_.size() < settings_.connections_max && descriptors_.try_take(); };
  if (take()) return true;
  const auto idlest = room_.idlest(connections_, clock_.monotonic());
  if (idlest) {
    give_up(*find(*idlest), "idle", "was idle for longest and gives way: " + lack_of_place());
    return take();
  }
  while (const auto oldest = deadlines_.take_first())
    if (end_late(*oldest, "has not logged in and gives way: " + lack_of_place())) return take();
  return false;
}

/// Who has a deadline and has not done what it waits for; false: there is nothing to be ended any more.
auto client_server::end_late(id at, const std::string& what) -> bool {
  auto* c = find(at);
  if (c == nullptr || c->phase == client_phase::established || c->phase == client_phase::half_closed) return false;
  c->phase == client_phase::draining ? close(*c) : give_up(*c, "handshake", what);
  return true;
}

void client_server::give_up(client_connection& c, std::string_view reason, const std::string& what) {
  refusals_.add(reason, c.peer().text + ' ' + what);
  close(c);
}

void client_server::fail(client_connection& c, const error& why) {
  refusals_.add(why.code == errc::limit ? "message too large" : "malformed",
                why.what + ": connection to " + c.peer().text + " closed");
  close(c);
}

/// Whoever comes from now on is shown what lies there now.
void client_server::renew_tls() {
  const auto now = clock_.monotonic();
  if (now < renew_tls_at_) return;
  renew_tls_at_ = now + renew_pause;
  if (const auto renewed = tls_->renew(); !renewed)
    refusals_.add("certificate", "goes on with the certificate of before: " + renewed.failure().what);
  else if (*renewed)
    spdlog::info("{}: the certificate files have changed: new connections get the new one", component_);
}

auto client_server::wrap(accepted_client& accepted, const client_door& door) -> std::unique_ptr<net::transport> {
  if (!door.is_encrypted) return net::make_plain_transport(std::move(accepted.socket));
  renew_tls();
  return tls_->current()->accept(std::move(accepted.socket));
}

void client_server::admit(accepted_client accepted, const client_door& door) {
  has_clients_come_ = true;
  if (settings_.keeps_alive && accepted.peer.is_ip) keep_alive(accepted.socket.fd());
  auto session = protocol_.make_session(accepted.peer, door.protocol);
  const auto at = next_id_++;
  auto bytes = wrap(accepted, door);
  auto& c = *(connections_[at] = std::make_unique<client_connection>(at, std::move(bytes), std::move(accepted.peer)));
  c.session = std::move(session);
  c.progress_at = clock_.monotonic();
  open(c);
  if (const auto* opened = find(at); opened != nullptr && opened->phase != client_phase::established)
    deadlines_.add(clock_.monotonic() + settings_.handshake_timeout, at);
}

void client_server::open(client_connection& c) {
  const auto out = c.open();
  if (net::is_over(out.status)) return give_up(c, "handshake", "is no client over TLS: " + out.problem);
  if (out.status != net::io_status::done) return watch(c);
  c.phase = client_phase::handshake;
  c.session->open(c);
  keep_call(c);
  after_output(c.number());
}

auto client_server::find(id at) -> client_connection* {
  const auto found = connections_.find(at);
  return found == connections_.end() ? nullptr : found->second.get();
}

void client_server::watch(client_connection& c) {
  const auto goes_on = c.phase == client_phase::established && !c.is_last_message_seen
                       && (c.unacknowledged < unacknowledged_max || !c.is_answerable());
  const auto wants_more = goes_on || (c.phase != client_phase::established && c.phase != client_phase::half_closed);
  const auto awaits = c.is_turned() ? EPOLLOUT : EPOLLIN;
  const auto wanted = (wants_more ? awaits : 0U) | (c.has_output() ? EPOLLOUT : 0U);
  if (wanted == c.interest && c.is_watched) return;
  c.interest = wanted;
  c.is_watched = true;
  set_interest(c.fd(), c.number(), wanted);
}

void client_server::unwatch(client_connection& c) {
  epoll_ctl(poll_.fd(), EPOLL_CTL_DEL, c.fd(), nullptr);
  c.is_watched = false;
}

void client_server::after_output(id at) {
  auto* c = find(at);
  if (c == nullptr) return;
  if (!c->flush()) c->stop_answering();
  if (c->unacknowledged == 0 && !c->has_output() && !c->is_halted) {
    if (c->phase == client_phase::half_closed) return close(*c);
    if (c->is_last_message_seen && c->phase == client_phase::established) return drain(*c);
    if (c->phase == client_phase::draining) c->finish();
  }
  watch(*c);
}

/// Closing at once, with bytes unread, would reset the connection and might destroy our last answer.
void client_server::drain(client_connection& c) {
  c.forget_input();
  settle(c);
  c.phase = client_phase::draining;
  if (!c.has_output()) c.finish();
  deadlines_.add(clock_.monotonic() + linger, c.number());
  watch(c);
}

void client_server::close(client_connection& c) {
  c.session->on_end(c);
  room_.forget(c);
  c.forget_input();
  c.give_back(spare_);
  connections_.erase(c.number());
  descriptors_.give_back();
}

void client_server::expire() {
  const auto now = clock_.monotonic();
  if (accept_again_at_ && *accept_again_at_ <= now) {
    accept_again_at_.reset();
    watch_listeners(true);
  }
  while (const auto due = deadlines_.take_due(now)) end_late(*due, "has not logged in in time: connection closed");
}

/// One timer a connection, or a few: what is called too early is called again.
void client_server::keep_call(client_connection& c) {
  const auto when = c.call_at();
  if (!when || (c.wakes_at && *c.wakes_at <= *when)) return;
  c.wakes_at = when;
  calls_.add(*when, c.number());
}

/// Its session waits for budget, and for no longer than until now.
void client_server::look_again(client_connection& c) {
  std::erase(queue_, c.number());
  c.is_queued = false;
  process(c);
}

void client_server::call_due() {
  while (const auto due = calls_.take_due(turn_->now)) {
    auto* c = find(*due);
    if (c == nullptr) continue;
    c->wakes_at.reset();
    if (c->call_at() && *c->call_at() <= turn_->now) {
      c->call_at(std::nullopt);
      c->session->on_time(*c, *turn_);
      if (settings_.takes_without_demand && c->is_queued && !c->is_halted) look_again(*c);
    }
    if ((c = find(*due)) == nullptr) continue;
    keep_call(*c);
    after_output(*due);
  }
}

void client_server::pause(client_connection& c) {
  paused_.push_back(c.number());
  c.is_paused = true;
  unwatch(c);
}

/// Those who wait for room go on, in their order, as far as others have made some.
void client_server::resume_paused() {
  const auto now = clock_.monotonic();
  for (const auto at : std::exchange(paused_, {})) {
    auto* c = find(at);
    if (c == nullptr) continue;
    if (room_.receive_bytes(*c, connections_) == 0) {
      paused_.push_back(at);
      continue;
    }
    c->is_paused = false;
    c->progress_at = now;
    watch(*c);
  }
}

void client_server::close_stalled() {
  const auto now = clock_.monotonic();
  const auto close_one = [&](std::size_t waiting) {
    const auto at = room_.stalled(connections_, now, {waiting, turn_->left > 0});
    if (!at) return false;
    auto& c = *find(*at);
    give_up(c, "stalled", "stands still in the middle of a message, after " + std::to_string(c.buffered())
                              + " bytes: connection closed");
    return true;
  };
  if (now < look_at_) return;
  look_at_ = now + look_pause;
  while (close_one(0)) {}
  // No more than it takes for each of the waiting.
  for (auto waiting = paused_.size(); waiting > 0 && close_one(paused_.size()); --waiting) {}
}

} // namespace weir
