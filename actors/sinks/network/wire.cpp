#include "actors/sinks/network/wire.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"
#include "runtime/net/connect.hpp"

#include <poll.h>

#include <algorithm>

namespace weir {
namespace {

/// Received at a time; the bound of what waits here is its reader's.
constexpr auto wire_room = net::record_bytes_max * 4;

auto wire_now() -> monotonic_time { return system_clock().monotonic(); }

/// False: the time is over.
auto wait_for(int fd, short events, monotonic_time until) -> bool {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - wire_now()).count();
  auto waits = pollfd{fd, events, 0};
  if (left > 0) (void)::poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000)));
  return left > 0;
}

auto text_of_end(const net::io_outcome& came) -> std::string {
  return came.problem.empty() ? std::string{"it has closed the connection"} : came.problem;
}

} // namespace

auto wire::shake_hands(monotonic_time until) -> result<void> {
  while (true) {
    const auto came = by_->shake_hands();
    if (came.status == net::io_status::done) return {};
    if (net::is_over(came.status)) return error{errc::unavailable, text_of_end(came)};
    if (!wait_for(by_->fd(), came.status == net::io_status::wants_read ? POLLIN : POLLOUT, until))
      return error{errc::unavailable, "it does not agree on TLS in time; does it speak TLS at this port?"};
  }
}

auto wire::send_some() -> result<bool> {
  if (!has_unsent()) return false;
  const auto rest = out_.view_from(sent_);
  const auto part = iovec{const_cast<char*>(rest.data()), rest.size()}; // only read
  const auto came = by_->send(&part, 1);
  if (net::is_over(came.status)) return error{errc::unavailable, ended_ = text_of_end(came)};
  if (came.status != net::io_status::done) return false;
  sent_ += came.bytes;
  if (has_unsent()) return true;
  out_.clear();
  sent_ = 0;
  return true;
}

auto wire::receive_some() -> bool {
  if (!ended_.empty()) return false;
  drop_taken();
  const auto part = iovec{in_.tail(wire_room), wire_room};
  const auto came = by_->receive(&part, 1);
  if (net::is_over(came.status)) ended_ = text_of_end(came);
  if (came.status != net::io_status::done) return false;
  in_.advance(came.bytes);
  return true;
}

void wire::drop_taken() {
  if (taken_ == 0) return;
  auto rest = byte_buffer{};
  rest.append(in_.view_from(taken_));
  if (rest.empty())
    in_.clear();
  else
    in_.swap(rest);
  taken_ = 0;
}

auto wire::step(duration patience) -> result<void> {
  const auto until = wire_now() + patience;
  while (true) {
    const auto has_received = receive_some();
    if (!has_received && !ended_.empty()) return error{errc::unavailable, ended_};
    // What it said before it hung up tells more than that it takes nothing now.
    const auto sent = send_some();
    if (!sent && !has_received) return sent.failure();
    if (has_received || *sent) return {};
    const auto events = has_unsent() ? POLLIN | POLLOUT : POLLIN;
    if (!wait_for(by_->fd(), static_cast<short>(events), until))
      return error{errc::unavailable, (has_unsent() ? "it has taken nothing for " : "it has not answered for ") + to_text(patience)};
  }
}

auto wire::flush(duration patience) -> result<void> {
  while (has_unsent()) WEIR_CHECK(step(patience));
  return {};
}

auto wire::is_usable() -> bool { return !has_unsent() && !receive_some() && ended_.empty() && received().empty() && !by_->is_peer_gone(); }

auto wire::wait_taken(duration patience) -> result<void> {
  // No sign of a socket tells it; a read tells why there will be none.
  constexpr auto look_every = std::chrono::milliseconds{1};
  const auto until = wire_now() + patience;
  WEIR_CHECK(flush(patience));
  while (!by_->has_peer_all()) {
    (void)receive_some();
    if (!ended_.empty() || by_->is_peer_gone()) return error{errc::unavailable, ended_.empty() ? "it has closed the connection" : ended_};
    if (wire_now() >= until) return error{errc::unavailable, "it has taken nothing for " + to_text(patience)};
    (void)wait_for(by_->fd(), POLLRDHUP, wire_now() + look_every);
  }
  return {};
}

auto wire_dialer::dial(const std::string& endpoint) -> result<std::unique_ptr<wire>> {
  const auto until = wire_now() + settings_.timeout.connect;
  WEIR_TRY(const auto at, host_of_endpoint(endpoint, default_port_));
  WEIR_TRY(auto socket, net::connect_to(at, settings_.timeout.connect));
  if (!settings_.tls) return std::make_unique<wire>(net::make_plain_transport(std::move(socket)));
  WEIR_TRY(auto by, encrypted(std::move(socket), at.host));
  auto made = std::make_unique<wire>(std::move(by));
  WEIR_CHECK(made->shake_hands(until));
  return made;
}

/// Its files are read again for each connection, so that what was renewed is in use.
auto wire_dialer::encrypted(owned_fd socket, const std::string& host) -> result<std::unique_ptr<net::transport>> {
  const auto& with = *settings_.tls;
  if (tls_) {
    WEIR_CHECK(tls_->renew());
  } else {
    auto files = net::tls_settings{with.certificate, with.key, with.ca};
    if (with.ca.empty()) files.trust = net::tls_trust::system;
    if (with.verify == store_verify::none) files.trust = net::tls_trust::anybody;
    WEIR_TRY(tls_, net::tls_files::open(std::move(files)));
  }
  const auto name = with.server_name.empty() ? host : with.server_name;
  const auto context = tls_->current();
  return with.verify == store_verify::full ? context->connect(std::move(socket), name) : context->connect_to_any(std::move(socket), name);
}

} // namespace weir
