#include "actors/collectors/network/server.hpp"

#include "runtime/measure/observation.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir {
namespace {

/// Below it are doors, and what else is watched.
constexpr auto first_connection = std::uint64_t{1} << 20;
constexpr auto first_watched = std::uint64_t{1} << 16;
constexpr auto reads_in_a_row_max = 4;
constexpr auto covered_bytes_max = std::size_t{256} * 1024;
/// Tokens of answers that wait; what they are worth in demand is little.
constexpr auto pending_bytes_max = std::size_t{16} << 20;

} // namespace

client_server::client_server(client_server_settings settings, client_protocol& of, const plugin_context& context)
    : settings_(std::move(settings)),
      protocol_(of),
      clock_(*context.clock),
      once_(context.once),
      has_clients_come_(!context.awaits_clients),
      component_(context.component),
      doors_(context.doors != nullptr ? *context.doors : own_doors_),
      descriptors_(context.descriptors),
      next_id_(first_connection),
      room_(settings_.message_bytes_max, settings_.message_timeout),
      refusals_(context.component, *context.clock) {}

auto client_server::listen() -> result<void> {
  if (settings_.tls) {
    WEIR_TRY(tls_, net::tls_files::open(*settings_.tls));
  }
  poll_ = owned_fd{epoll_create1(EPOLL_CLOEXEC)};
  if (!poll_.is_open()) return error_from_errno("cannot make an epoll descriptor", errno);
  for (const auto& door : settings_.doors) {
    WEIR_TRY(auto listener, client_listener::open(door.place, settings_.socket_mode, doors_));
    listeners_.push_back(std::move(listener));
  }
  watch_listeners(true);
  return {};
}

void client_server::resume(const resume_info& known) {
  for (const auto& range : known.covered)
    if (range.stream == held_acks::stream) acks_.resume_at(range.end);
}

void client_server::set_interest(int fd, id at, std::uint32_t events) {
  auto wanted = epoll_event{};
  wanted.events = events;
  wanted.data.u64 = at;
  if (epoll_ctl(poll_.fd(), EPOLL_CTL_MOD, fd, &wanted) != 0) epoll_ctl(poll_.fd(), EPOLL_CTL_ADD, fd, &wanted);
}

void client_server::watch_listeners(bool on) {
  for (std::size_t i = 0; i < listeners_.size(); ++i)
    set_interest(listeners_[i].stream_fd(), i, on ? std::uint32_t{EPOLLIN} : 0U);
}

void client_server::watch(int fd, std::function<void(client_turn&)> on_ready) {
  set_interest(fd, first_watched + watched_.size(), EPOLLIN);
  watched_.push_back(std::move(on_ready));
}

auto client_server::read(intake& out, std::size_t budget) -> read_status {
  constexpr auto rounds_max = 32;
  auto turn = client_turn{out, acks_.pending_bytes() > pending_bytes_max ? 0 : budget, clock_.monotonic()};
  const auto has_budget = turn.left > 0;
  turn_ = &turn;
  out.enter({}); // what comes in several messages may belong together
  expire();
  call_due();
  work_off_queue();
  auto more = true;
  for (auto round = 0; more && round < rounds_max; ++round) {
    poll_sockets(more);
    if (turn.left == 0) break;
  }
  close_stalled();
  resume_paused();
  cover();
  turn_ = nullptr;
  if (is_over()) return read_status::finished;
  if (!has_budget) return read_status::idle;
  return more || turn.left == 0 || !queue_.empty() ? read_status::more : read_status::idle;
}

auto client_server::is_over() const -> bool {
  return once_ && has_clients_come_ && connections_.empty() && queue_.empty();
}

void client_server::poll_sockets(bool& more) {
  auto events = std::array<epoll_event, 256>{};
  const auto count = epoll_wait(poll_.fd(), events.data(), static_cast<int>(events.size()), 0);
  more = count > 0;
  for (int i = 0; i < count; ++i)
    on_event(events[static_cast<std::size_t>(i)].data.u64, events[static_cast<std::size_t>(i)].events);
}

void client_server::on_event(id at, std::uint32_t events) {
  if (at < first_watched) return accept_all(at);
  if (at < first_connection) return watched_[at - first_watched](*turn_);
  if (auto* c = find(at); c != nullptr && !c->is_halted) on_client_event(at, *c, events);
}

void client_server::on_client_event(id at, client_connection& c, std::uint32_t events) {
  if (c.phase == client_phase::opening) return open(c);
  if ((events & EPOLLOUT) != 0) after_output(at);
  if (find(at) == nullptr) return;
  if ((events & EPOLLIN) != 0 || c.is_turned()) return receive(c);
  if ((events & (EPOLLHUP | EPOLLERR)) == 0) return;
  // A client that is gone may have left messages that we are not ready to read yet.
  if (c.phase == client_phase::established && !c.is_last_message_seen) return unwatch(c);
  close(c);
}

auto client_server::may_take_from(const client_connection& c) const -> bool {
  return turn_->left > 0 || settings_.takes_without_demand || c.phase != client_phase::established;
}

void client_server::receive(client_connection& c) {
  if (c.phase == client_phase::draining) {
    if (net::is_over(c.discard())) close(c);
    return;
  }
  if (!c.is_queued && may_take_from(c)) receive_some(c.number(), &c);
}

/// What follows mostly is there already: taken at once, a begun message needs no buffer of its own.
void client_server::receive_some(id at, client_connection* c) {
  for (auto reads = 0; reads < reads_in_a_row_max; ++reads) {
    const auto room = room_.receive_bytes(*c, connections_);
    if (room == 0) return pause(*c);
    const auto status = c->receive(spare_, room);
    if (net::is_over(status)) return on_end_of_input(*c);
    process(*c);
    c = find(at);
    const auto goes_on = c != nullptr && status == net::io_status::done && may_take_from(*c) && !c->is_queued && !c->is_last_message_seen
                         && c->phase == client_phase::established;
    if (!goes_on) return;
  }
}

/// Lets the session take what is there.
void client_server::process(client_connection& c) {
  const auto at = c.number();
  const auto progress = c.session->take(c, *turn_);
  if (!progress) return fail(c, progress.failure());
  c.is_halted = *progress == client_progress::halted;
  if (c.is_halted || *progress == client_progress::waits) queue(c, c.is_halted);
  if (*progress == client_progress::at_last) c.is_last_message_seen = true;
  keep_call(c);
  settle(c);
  if (*progress != client_progress::refused) return after_output(at);
  c.flush() ? drain(c) : close(c);
}

void client_server::queue(client_connection& c, bool is_first) {
  if (std::exchange(c.is_queued, true)) return;
  is_first ? queue_.push_front(c.number()) : queue_.push_back(c.number());
}

void client_server::work_off_queue() {
  for (auto turns = queue_.size(); turns > 0 && turn_->left > 0; --turns) {
    const auto at = queue_.front();
    queue_.pop_front();
    auto* c = find(at);
    if (c == nullptr) continue;
    c->is_queued = false;
    process(*c);
  }
}

void client_server::settle(client_connection& c) {
  if (!c.is_halted) c.give_back(spare_);
  room_.account(c, clock_.monotonic());
}

void client_server::on_end_of_input(client_connection& c) {
  if (c.phase == client_phase::established) c.session->take_rest(c, *turn_);
  const auto waits_for_us = c.is_answerable() && (c.unacknowledged > 0 || c.has_output());
  if (c.phase != client_phase::established || !waits_for_us) return close(c);
  c.session->on_end(c);
  c.forget_input();
  settle(c);
  c.phase = client_phase::half_closed;
  watch(c);
}

void client_server::note_put(std::size_t bytes) {
  acks_.note_put();
  uncovered_bytes_ += bytes;
  if (uncovered_bytes_ >= covered_bytes_max) cover();
}

void client_server::cover() {
  uncovered_bytes_ = 0;
  protocol_.cover(turn_->out);
  if (!acks_.has_uncovered()) return;
  const auto end = acks_.cover();
  turn_->out.covered(held_acks::stream, end - 1, end);
}

void client_server::hold(client_connection& at, std::string_view token, std::uint64_t position) {
  if (acks_.is_safe(position)) return at.session->on_safe(at, token);
  acks_.hold(position, at.number(), token);
  ++at.unacknowledged;
}

void client_server::acknowledge(std::span<const position_range> safe) {
  for (const auto& range : safe)
    if (range.stream == held_acks::stream) acks_.mark_safe(range.end);
  auto touched = std::vector<id>{};
  while (auto next = acks_.take_safe()) {
    auto* c = find(next->connection);
    if (c == nullptr) continue;
    --c->unacknowledged;
    c->session->on_safe(*c, next->token);
    if (touched.empty() || touched.back() != next->connection) touched.push_back(next->connection);
  }
  for (const auto at : touched) after_output(at);
}

auto client_server::wake_at() const -> std::optional<monotonic_time> {
  auto at = accept_again_at_;
  const auto consider = [&](std::optional<monotonic_time> other) {
    if (other && (!at || *other < *at)) at = other;
  };
  consider(deadlines_.next());
  consider(calls_.next());
  if (room_.held() > 0) consider(look_at_);
  return at;
}

auto client_server::summary() const -> std::string {
  auto text = std::string{"listening on "};
  for (const auto& listener : listeners_)
    text += (&listener == listeners_.data() ? "" : ", ") + listener.text();
  return text + ", " + std::to_string(connections_.size()) + " connections" + refusals_.text();
}

void client_server::observe(observation& to) const {
  if (auto latest = refusals_.latest(); !latest.empty()) to.problems.push_back(std::move(latest));
}

} // namespace weir
