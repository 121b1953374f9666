#include "actors/collectors/forward/source.hpp"

#include "runtime/measure/observation.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir {
namespace {

constexpr auto first_connection_id = std::uint64_t{1} << 20;
constexpr auto reads_in_a_row_max = 4;
constexpr auto unacknowledged_max = 4096U;
constexpr auto linger = std::chrono::seconds{5};
constexpr auto out_of_descriptors_pause = std::chrono::seconds{1};

/// Ids of messages whose acks wait; what they are worth in demand is little.
constexpr auto pending_bytes_max = std::size_t{16} << 20;
constexpr auto look_pause = std::chrono::seconds{1};

/// A listener's two sockets have the ids 2i and 2i+1.
void set_interest(int poll, int fd, std::uint64_t id, std::uint32_t events) {
  auto wanted = epoll_event{};
  wanted.events = events;
  wanted.data.u64 = id;
  if (epoll_ctl(poll, EPOLL_CTL_MOD, fd, &wanted) != 0) epoll_ctl(poll, EPOLL_CTL_ADD, fd, &wanted);
}

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

auto forward_source::tags(const settings& s) -> std::vector<tag_shape> {
  const auto prefix = s.add_tag_prefix.empty() ? std::string{} : s.add_tag_prefix + '.';
  if (s.tag.empty()) return {{{prefix, {}}}};
  return {exact_tag(prefix + s.tag)};
}

forward_source::forward_source(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      clock_(*context.clock),
      once_(context.once),
      has_clients_come_(!context.awaits_clients),
      warnings_(context.component, *context.clock),
      doors_(context.doors != nullptr ? *context.doors : own_doors_),
      descriptors_(context.descriptors),
      next_id_(first_connection_id),
      room_(settings_.max_message.value, settings_.message_timeout),
      refusals_(context.component, *context.clock),
      delivery_(settings_) {}

auto forward_source::open(const resume_info& resume) -> result<void> {
  for (const auto& range : resume.covered)
    if (range.stream == forward_acks::stream) acks_.resume_at(range.end);
  window_.resume(resume, acks_.next_position());
  return poll_.is_open() ? result<void>{} : listen();
}

auto forward_source::listen() -> result<void> {
  if (settings_.security) {
    WEIR_TRY(access_, forward_access::make(*settings_.security));
  }
  if (const auto& tls = settings_.tls) {
    WEIR_TRY(tls_, net::tls_context::load({tls->certificate, tls->key, tls->client_ca, tls->min_version}));
  }
  poll_ = owned_fd{epoll_create1(EPOLL_CLOEXEC)};
  if (!poll_.is_open()) return error_from_errno("cannot make an epoll descriptor", errno);
  const auto mode = static_cast<mode_t>(std::stoul(settings_.socket_mode, nullptr, 8));
  for (const auto& text : settings_.listen) {
    WEIR_TRY(auto listener, forward_listener::open(text, mode, doors_));
    listeners_.push_back(std::move(listener));
  }
  watch_listeners(true);
  return {};
}

void forward_source::watch_listeners(bool on) {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    set_interest(poll_.fd(), listeners_[i].stream_fd(), 2 * i, on ? std::uint32_t{EPOLLIN} : 0U);
    if (listeners_[i].heartbeat_fd() >= 0)
      set_interest(poll_.fd(), listeners_[i].heartbeat_fd(), 2 * i + 1, EPOLLIN);
  }
}

auto forward_source::read(intake& out, std::size_t budget) -> result<read_status> {
  constexpr auto rounds_max = 32;
  out_ = &out;
  out.enter({});
  if (acks_.pending_bytes() > pending_bytes_max) budget = 0;
  left_ = budget;
  expire();
  warnings_.tell_left_out();
  if (auto* c = find(delivering_); c != nullptr && left_ > 0) process(delivering_, *c);
  work_off_queue();
  auto more = true;
  for (auto round = 0; more && round < rounds_max; ++round) {
    poll_sockets(more);
    if (left_ == 0) break;
  }
  close_stalled();
  resume_paused();
  cover();
  if (is_over()) return read_status::finished;
  if (budget == 0) return read_status::idle;
  return more || left_ == 0 || !queue_.empty() || delivering_ != 0 ? read_status::more : read_status::idle;
}

auto forward_source::is_over() const -> bool {
  return once_ && has_clients_come_ && connections_.empty() && queue_.empty();
}

void forward_source::poll_sockets(bool& more) {
  auto events = std::array<epoll_event, 256>{};
  const auto count = epoll_wait(poll_.fd(), events.data(), static_cast<int>(events.size()), 0);
  more = count > 0;
  for (int i = 0; i < count; ++i)
    on_event(events[static_cast<std::size_t>(i)].data.u64, events[static_cast<std::size_t>(i)].events);
}

void forward_source::on_event(id at, std::uint32_t events) {
  if (at < first_connection_id) {
    auto& listener = listeners_[at / 2];
    return at % 2 == 0 ? accept_all(listener) : listener.answer_heartbeats();
  }
  auto* c = find(at);
  if (c == nullptr || at == delivering_) return;
  if (c->phase == forward_phase::opening) return open(at, *c);
  if ((events & EPOLLOUT) != 0) after_output(at);
  if (c = find(at); c == nullptr) return;
  if ((events & EPOLLIN) != 0 || c->is_turned()) return receive(at, *c);
  if ((events & (EPOLLHUP | EPOLLERR)) == 0) return;
  // A client that is gone may have left messages that we are not ready to read yet.
  if (c->phase == forward_phase::established && !c->is_last_message_seen) return unwatch(*c);
  close(at);
}

void forward_source::unwatch(forward_connection& c) {
  epoll_ctl(poll_.fd(), EPOLL_CTL_DEL, c.fd(), nullptr);
  c.is_watched = false;
}

void forward_source::accept_all(forward_listener& from) {
  constexpr auto at_once = 64;
  for (auto i = 0; i < at_once; ++i) {
    auto accepted = from.accept();
    if (!accepted) {
      refusals_.add("descriptors", from.text() + ": " + accepted.failure().what);
      accept_again_at_ = clock_.monotonic() + out_of_descriptors_pause;
      return watch_listeners(false);
    }
    if (!*accepted) return;
    if (take_place()) {
      admit(std::move(**accepted));
      continue;
    }
    refusals_.add("max_connections", "refused " + (*accepted)->peer.text + ": " + std::to_string(connections_.size())
                                         + " connections are open, " + lack_of_place());
  }
}

auto forward_source::lack_of_place() const -> std::string {
  return connections_.size() < settings_.max_connections ? "the limit of open files (ulimit -n) allows no more"
                                                         : "\"max_connections\" allows no more";
}

/// One more connection, with its descriptor from the budget. The client that has been idle for longest may have
/// died without a word and gives way, or else the one that has taken longest to say who it is; if it lives, it comes
/// again.
auto forward_source::take_place() -> bool {
  const auto take = [this] { return connections_.size() < settings_.max_connections && descriptors_.try_take(); };
  if (take()) return true;
  const auto idlest = room_.idlest(connections_, clock_.monotonic());
  if (idlest) {
    give_up(*idlest, "idle", "was idle for longest and gives way: " + lack_of_place());
    return take();
  }
  while (const auto oldest = deadlines_.take_first())
    if (end_late(*oldest, "has not logged in and gives way: " + lack_of_place())) return take();
  return false;
}

/// Who has a deadline and has not done what it waits for; false: there is nothing to be ended any more.
auto forward_source::end_late(id at, const std::string& what) -> bool {
  const auto* c = find(at);
  if (c == nullptr || c->phase == forward_phase::established || c->phase == forward_phase::half_closed) return false;
  c->phase == forward_phase::draining ? close(at) : give_up(at, "handshake", what);
  return true;
}

void forward_source::give_up(id at, std::string_view reason, const std::string& what) {
  refusals_.add(reason, find(at)->peer().text + ' ' + what);
  close(at);
}

void forward_source::admit(accepted_client accepted) {
  has_clients_come_ = true;
  if (settings_.send_keepalive_packet && accepted.peer.is_ip) keep_alive(accepted.socket.fd());
  if (!settings_.source_hostname_key.empty() && accepted.peer.is_ip) {
    constexpr auto remembered_max = std::size_t{1024};
    if (hostnames_.size() >= remembered_max) hostnames_.clear();
    auto& name = hostnames_[accepted.peer.address];
    if (name.empty()) name = lookup_hostname(accepted.peer);
    accepted.peer.hostname = name;
  }
  const auto at = next_id_++;
  auto bytes = tls_ && !accepted.is_local ? tls_->accept(std::move(accepted.socket))
                                          : net::make_plain_transport(std::move(accepted.socket));
  auto made = std::make_unique<forward_connection>(std::move(bytes), std::move(accepted.peer), !access_.has_value());
  auto& c = *(connections_[at] = std::move(made));
  c.progress_at = clock_.monotonic();
  c.phase = forward_phase::opening;
  open(at, c);
  if (const auto* opened = find(at); opened != nullptr && opened->phase != forward_phase::established)
    deadlines_.add(clock_.monotonic() + settings_.handshake_timeout, at);
}

void forward_source::open(id at, forward_connection& c) {
  const auto out = c.open();
  if (net::is_over(out.status)) return give_up(at, "handshake", "is no client over TLS: " + out.problem);
  if (out.status != net::io_status::done) return watch(at, c);
  c.phase = access_ ? forward_phase::handshake : forward_phase::established;
  if (access_) greet(c);
  after_output(at);
}

void forward_source::greet(forward_connection& c) {
  c.greeted = access_->helo(!settings_.deny_keepalive);
  auto helo = byte_buffer{};
  append_helo(helo, c.greeted);
  c.answer(helo.view());
}

auto forward_source::find(id at) -> forward_connection* {
  const auto found = connections_.find(at);
  return found == connections_.end() ? nullptr : found->second.get();
}

void forward_source::receive(id at, forward_connection& c) {
  if (c.phase == forward_phase::draining) {
    if (net::is_over(c.discard())) close(at);
    return;
  }
  if (c.is_queued || delivering_ == at) return;
  if (left_ == 0 && c.phase == forward_phase::established) return;
  receive_some(at, &c);
}

/// What follows mostly is there already: taken at once, a begun message needs no buffer of its own.
void forward_source::receive_some(id at, forward_connection* c) {
  for (auto reads = 0; reads < reads_in_a_row_max; ++reads) {
    const auto room = room_.receive_bytes(*c, connections_);
    if (room == 0) return pause(at, *c);
    const auto status = c->receive(spare_, room);
    if (net::is_over(status)) return on_end_of_input(at, *c);
    process(at, *c);
    c = find(at);
    const auto goes_on = c != nullptr && status == net::io_status::done && left_ > 0 && !c->is_queued
                         && delivering_ != at && c->phase == forward_phase::established;
    if (!goes_on) return;
  }
}

void forward_source::settle(id at, forward_connection& c) {
  if (delivering_ != at) c.give_back(spare_);
  room_.account(c, clock_.monotonic());
}

void forward_source::on_end_of_input(id at, forward_connection& c) {
  const auto waits_for_us = c.is_answerable() && (c.unacknowledged > 0 || c.has_output());
  if (c.phase != forward_phase::established || !waits_for_us) return close(at);
  note_end(c);
  c.forget_input();
  settle(at, c);
  c.phase = forward_phase::half_closed;
  watch(at, c);
}

void forward_source::watch(id at, forward_connection& c) {
  const auto goes_on = c.phase == forward_phase::established && !c.is_last_message_seen
                       && (c.unacknowledged < unacknowledged_max || !c.is_answerable());
  const auto wants_more = goes_on || (c.phase != forward_phase::established && c.phase != forward_phase::half_closed);
  const auto awaits = c.is_turned() ? EPOLLOUT : EPOLLIN;
  const auto wanted = (wants_more ? awaits : 0U) | (c.has_output() ? EPOLLOUT : 0U);
  if (wanted == c.interest && c.is_watched) return;
  c.interest = wanted;
  c.is_watched = true;
  set_interest(poll_.fd(), c.fd(), at, wanted);
}

void forward_source::after_output(id at) {
  auto* c = find(at);
  if (c == nullptr) return;
  if (!c->flush()) c->stop_answering();
  if (c->unacknowledged == 0 && !c->has_output() && delivering_ != at) {
    if (c->phase == forward_phase::half_closed) return close(at);
    if (c->is_last_message_seen && c->phase == forward_phase::established) return drain(at, *c);
    if (c->phase == forward_phase::draining) c->finish();
  }
  watch(at, *c);
}

/// Closing at once, with bytes unread, would reset the connection and might destroy our last answer.
void forward_source::drain(id at, forward_connection& c) {
  c.forget_input();
  settle(at, c);
  c.phase = forward_phase::draining;
  if (!c.has_output()) c.finish();
  deadlines_.add(clock_.monotonic() + linger, at);
  watch(at, c);
}

void forward_source::close(id at) {
  auto* c = find(at);
  if (c == nullptr) return;
  note_end(*c);
  room_.forget(*c);
  c->forget_input();
  c->give_back(spare_);
  connections_.erase(at);
  descriptors_.give_back();
}

/// Which acks its client has read is known now, or never.
void forward_source::note_end(forward_connection& c) {
  if (std::exchange(c.carrier->open, nullptr) != nullptr && c.has_peer_all()) c.carrier->read_to = acks_.safe();
}

void forward_source::expire() {
  const auto now = clock_.monotonic();
  if (accept_again_at_ && *accept_again_at_ <= now) {
    accept_again_at_.reset();
    watch_listeners(true);
  }
  while (const auto due = deadlines_.take_due(now)) end_late(*due, "has not logged in in time: connection closed");
}

void forward_source::pause(id at, forward_connection& c) {
  paused_.push_back(at);
  c.is_paused = true;
  unwatch(c);
}

/// Those who wait for room go on, in their order, as far as others have made some.
void forward_source::resume_paused() {
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
    watch(at, *c);
  }
}

void forward_source::close_stalled() {
  const auto now = clock_.monotonic();
  const auto close_one = [&](std::size_t waiting) {
    const auto at = room_.stalled(connections_, now, {waiting, left_ > 0, delivering_});
    if (at)
      give_up(*at, "stalled",
              "stands still in the middle of a message, after " + std::to_string(find(*at)->buffered())
                  + " bytes: connection closed");
    return at.has_value();
  };
  if (now < look_at_) return;
  look_at_ = now + look_pause;
  while (close_one(0)) {}
  // No more than it takes for each of the waiting.
  for (auto waiting = paused_.size(); waiting > 0 && close_one(paused_.size()); --waiting) {}
}

void forward_source::acknowledge(std::span<const position_range> safe) {
  for (const auto& range : safe)
    if (range.stream == forward_acks::stream) acks_.mark_safe(range.end);
  auto touched = std::vector<id>{};
  while (auto next = acks_.take_safe()) {
    auto* c = find(next->connection);
    if (c == nullptr) continue;
    --c->unacknowledged;
    c->acknowledge(next->chunk);
    if (touched.empty() || touched.back() != next->connection) touched.push_back(next->connection);
  }
  for (const auto at : touched) after_output(at);
}

auto forward_source::wake_at() const -> std::optional<monotonic_time> {
  auto at = accept_again_at_;
  if (const auto next = deadlines_.next(); next && (!at || *next < *at)) at = next;
  if (room_.held() > 0 && (!at || look_at_ < *at)) at = look_at_;
  if (const auto due = warnings_.due(); due && (!at || *due < *at)) at = due;
  return at;
}

auto forward_source::summary() const -> std::string {
  auto text = std::string{"listening on "};
  for (const auto& listener : listeners_)
    text += (&listener == listeners_.data() ? "" : ", ") + listener.text();
  return text + ", " + std::to_string(connections_.size()) + " connections" + refusals_.text();
}

void forward_source::observe(observation& to) const {
  if (resent_events_ > 0) to.noted["sent again, known"] += resent_events_;
  if (lost_times_ > 0) to.noted["time not held"] += lost_times_;
  if (auto latest = refusals_.latest(); !latest.empty()) to.problems.push_back(std::move(latest));
}

auto forward_source::is_settled() const -> bool {
  // What is not a whole message yet is its client's, who was promised nothing.
  return acks_.is_all_safe();
}

} // namespace weir
