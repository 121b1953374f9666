#include "actors/sinks/forward/channel.hpp"

#include "runtime/event/msgpack_skipper.hpp"
#include "runtime/net/connect.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr auto answer_bytes_max = std::size_t{64} << 10;
/// Messages are copied to be sent in blocks of about this: many are small, and each call of TLS makes a record.
constexpr auto block_bytes = std::size_t{128} << 10;

auto connect_to_endpoint(const endpoint& at, duration patience) -> result<owned_fd> {
  return at.path.empty() ? net::connect_to(at.at, patience) : net::connect_to_path(at.path);
}

auto transport_to(const forward_route& to, owned_fd socket) -> std::unique_ptr<net::transport> {
  if (!to.tls) return net::make_plain_transport(std::move(socket));
  return to.checks_name ? to.tls->connect(std::move(socket), to.name) : to.tls->connect_to_any(std::move(socket), to.name);
}

auto now() -> monotonic_time { return system_clock().monotonic(); }

} // namespace

auto forward_channel::open(const forward_route& to, duration patience) -> result<std::unique_ptr<forward_channel>> {
  const auto until = now() + patience;
  WEIR_TRY(auto socket, connect_to_endpoint(to.at, patience));
  auto made = std::unique_ptr<forward_channel>{new forward_channel{transport_to(to, std::move(socket))}};
  WEIR_CHECK(made->shake_hands(until));
  if (to.credentials) WEIR_CHECK(made->log_in(*to.credentials, until));
  return made;
}

auto forward_channel::failure_of(const net::io_outcome& came) -> error {
  is_closed_ = true;
  return {errc::unavailable, came.problem};
}

auto forward_channel::wait(wanted what, monotonic_time until) -> bool {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now()).count();
  const auto events = what == wanted::readable ? POLLIN : what == wanted::writable ? POLLOUT : POLLIN | POLLOUT;
  auto waits = pollfd{by_->fd(), static_cast<short>(events), 0};
  if (left > 0) (void)::poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
  return left > 0;
}

auto forward_channel::shake_hands(monotonic_time until) -> result<void> {
  while (true) {
    const auto came = by_->shake_hands();
    if (came.status == net::io_status::done) return {};
    if (net::is_over(came.status)) return failure_of(came);
    if (!wait(came.status == net::io_status::wants_read ? wanted::readable : wanted::writable, until))
      return error{errc::unavailable, "it does not agree on TLS in time; has it \"tls\"?"};
  }
}

auto forward_channel::log_in(const forward_credentials& with, monotonic_time until) -> result<void> {
  auto handshake = forward_client_handshake{with};
  const auto helo = receive_root(until);
  const auto is_late = !helo && helo.failure().code == errc::unavailable && !is_closed_;
  if (is_late) return error{errc::unavailable, "it does not greet in time; does it want a login?"};
  if (!helo) return helo.failure();
  WEIR_CHECK(handshake.answer_helo(*helo, out_));
  WEIR_CHECK(send_until(until));
  WEIR_TRY(const auto pong, receive_root(until));
  WEIR_CHECK(handshake.check_pong(pong));
  is_kept_alive_ = handshake.is_kept_alive();
  return {};
}

auto forward_channel::send(std::string_view bytes, duration patience) -> result<void> {
  out_.append(bytes);
  return send_until(now() + patience);
}

auto forward_channel::receive(duration patience) -> result<std::string> { return receive_root(now() + patience); }

auto forward_channel::send_until(monotonic_time until) -> result<void> {
  while (sent_ < out_.size()) {
    WEIR_TRY(const auto has_moved, send_some());
    if (!has_moved && !wait(wanted::writable, until)) return error{errc::unavailable, "it takes nothing"};
  }
  return {};
}

auto forward_channel::receive_root(monotonic_time until) -> result<std::string> {
  while (true) {
    WEIR_TRY(const auto root, next_root());
    if (root) return std::string{*root};
    WEIR_TRY(const auto has_moved, receive_some());
    if (!has_moved && !wait(wanted::readable, until)) return error{errc::unavailable, "it does not answer in time"};
  }
}

auto forward_channel::is_usable() -> bool {
  const auto came = receive_some();
  return came && !*came && taken_ == in_.size() && !by_->is_peer_gone();
}

auto forward_channel::send_some() -> result<bool> {
  if (sent_ == out_.size()) fill();
  if (sent_ == out_.size()) return false;
  const auto rest = out_.view_from(sent_);
  const auto part = iovec{const_cast<char*>(rest.data()), rest.size()}; // only read
  const auto came = by_->send(&part, 1);
  if (net::is_over(came.status)) return failure_of(came);
  sent_ += came.bytes;
  if (sent_ == out_.size())
    for (auto* p : std::exchange(filled_, {})) p->is_done = true;
  return came.status == net::io_status::done;
}

void forward_channel::fill() {
  out_.clear();
  sent_ = 0;
  for (; !waiting_.empty() && out_.size() < block_bytes; waiting_.pop_front()) {
    auto& p = *waiting_.front();
    out_.append(p.head.view());
    for (const auto piece : p.entries) out_.append(piece);
    out_.append(p.option.view());
    if (p.id.empty()) filled_.push_back(&p);
  }
}

auto forward_channel::receive_some() -> result<bool> {
  const auto room = iovec{in_.tail(net::record_bytes_max), net::record_bytes_max};
  const auto came = by_->receive(&room, 1);
  if (net::is_over(came.status)) return failure_of(came);
  in_.advance(came.bytes);
  return came.status == net::io_status::done;
}

/// What has come whole and was not taken yet; valid until something is received.
auto forward_channel::next_root() -> result<std::optional<std::string_view>> {
  if (taken_ == in_.size()) {
    in_.clear();
    taken_ = 0;
    return std::optional<std::string_view>{};
  }
  auto skipper = msgpack_skipper{};
  const auto found = skipper.resume(in_.view_from(taken_));
  if (found == msgpack_skipper::progress::malformed || skipper.wanted() > answer_bytes_max)
    return error{errc::malformed, "its answer is none of the forward protocol"};
  if (found == msgpack_skipper::progress::incomplete) return std::optional<std::string_view>{};
  return std::optional{in_.view().substr(std::exchange(taken_, taken_ + skipper.size()), skipper.size())};
}

auto forward_channel::take_acks() -> result<void> {
  while (true) {
    WEIR_TRY(const auto root, next_root());
    if (!root) return {};
    WEIR_TRY(const auto id, decode_ack(*root));
    const auto found = unacknowledged_.find(id);
    if (found == unacknowledged_.end()) return error{errc::malformed, "it acknowledges what it was not sent"};
    found->second->is_done = true;
    unacknowledged_.erase(found);
  }
}

auto forward_channel::deliver(std::deque<forward_packet>& packets, std::size_t packets_max, duration patience) -> result<void> {
  for (auto& p : packets) {
    if (p.is_done || waiting_.size() == packets_max) continue;
    waiting_.push_back(&p);
    if (!p.id.empty()) unacknowledged_.emplace(p.id, &p);
  }
  auto until = now() + patience;
  while (!waiting_.empty() || sent_ < out_.size() || !unacknowledged_.empty()) {
    WEIR_TRY(const auto has_sent, send_some());
    WEIR_TRY(const auto has_received, receive_some());
    WEIR_CHECK(take_acks());
    if (has_sent || has_received) {
      until = now() + patience;
      continue;
    }
    const auto has_more = !waiting_.empty() || sent_ < out_.size();
    if (!wait(has_more ? wanted::either : wanted::readable, until))
      return error{errc::unavailable, (has_more ? "it has taken nothing for " : "it has acknowledged nothing for ") + to_text(patience)};
  }
  return {};
}

} // namespace weir
