#include "actors/collectors/network/datagrams.hpp"

#include "runtime/base/units.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/net/socket_address.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

constexpr auto batch_most = std::size_t{64};
constexpr auto batches_in_a_row_max = 16;
constexpr auto loss_told_each = std::chrono::minutes{1};
constexpr auto lost_reason = std::string_view{"lost in the receive buffer"};

} // namespace

datagram_doors::datagram_doors(datagram_settings settings, client_server& server, message_taker& to, const plugin_context& context)
    : settings_(std::move(settings)),
      server_(server),
      to_(to),
      component_(context.component),
      clock_(*context.clock),
      sockets_(context.doors != nullptr ? *context.doors : own_sockets_) {}

auto datagram_doors::listen() -> result<void> {
  if (settings_.places.empty()) return {};
  batch_.emplace(batch_most, settings_.message_bytes_max);
  for (const auto& place : settings_.places) WEIR_CHECK(open(place));
  return {};
}

auto datagram_doors::open(const std::string& place) -> result<void> {
  auto made = std::make_unique<door>();
  WEIR_TRY(made->socket, sockets_.open_datagrams(place, settings_.socket_mode));
  const auto fd = made->socket->fd();
  made->lost_before = net::lost_datagrams(fd);
  const auto on = 1;
  if (made->socket->port() == 0) ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  warn_of_small_buffer(*made);
  server_.watch(fd, [this, at = made.get()](client_turn& turn) { receive(*at, turn); });
  doors_.push_back(std::move(made));
  return {};
}

void datagram_doors::warn_of_small_buffer(const door& of) const {
  const auto got = net::grow_receive_buffer(of.socket->fd(), settings_.receive_buffer_bytes);
  if (got >= settings_.receive_buffer_bytes) return;
  spdlog::warn("{}: {} has a receive buffer of {}, not \"receive_buffer\" of {}: net.core.rmem_max allows no more (or give "
               "CAP_NET_ADMIN); bursts may be lost",
               component_, of.socket->text(), to_text(byte_count{got}), to_text(byte_count{settings_.receive_buffer_bytes}));
}

void datagram_doors::receive(door& at, client_turn& turn) {
  for (auto i = 0; i < batches_in_a_row_max && turn.left > 0; ++i) {
    // No more than there is budget for, as far as sizes can be guessed: what was received must be put.
    const auto wanted = std::clamp<std::size_t>(turn.left / recent_bytes_, 1, batch_most);
    const auto count = batch_->receive(at.socket->fd(), wanted);
    if (!count || *count == 0) break;
    take_all(*count, turn);
    if (*count < wanted) break;
  }
  count_lost(at, turn);
}

void datagram_doors::take_all(std::size_t count, client_turn& turn) {
  auto bytes = std::size_t{0};
  for (std::size_t i = 0; i < count; ++i) {
    const auto d = batch_->at(i);
    to_.take({d.bytes, d.is_cut, peer_of(d), d.sender}, turn);
    turn.spend(d.bytes.size());
    bytes += d.bytes.size();
  }
  recent_bytes_ = std::max<std::size_t>(bytes / count, 64);
}

void datagram_doors::count_lost(door& at, client_turn& turn) {
  const auto now = net::lost_datagrams(at.socket->fd());
  const auto lost = now - std::exchange(at.lost_before, now); // modulo 2^32, as the kernel counts
  if (lost > 0) {
    turn.out.drop(lost_reason, lost);
    at.lost += lost;
    at.lost_untold += lost;
  }
  if (at.lost_untold > 0 && clock_.monotonic() >= at.told_at + loss_told_each) tell_lost(at);
}

void datagram_doors::tell_lost(door& at) {
  at.told_at = at.problem_at = clock_.monotonic();
  at.problem = at.socket->text() + ": the kernel had no room for " + std::to_string(at.lost_untold)
               + " datagrams: what follows is slower than what comes, or \"receive_buffer\" is too small for bursts";
  at.lost_untold = 0;
  spdlog::warn("{}: {}", component_, at.problem);
}

/// The same as of the one before, mostly.
auto datagram_doors::peer_of(const net::datagram& d) -> const client_peer& {
  if (d.from_bytes == last_from_bytes_ && std::memcmp(d.from, &last_from_, d.from_bytes) == 0) return last_peer_;
  last_peer_ = {};
  last_from_bytes_ = d.from_bytes;
  std::memcpy(&last_from_, d.from, d.from_bytes);
  const auto at = net::to_host_port(*d.from, d.from_bytes);
  if (!at) return last_peer_;
  last_peer_.address = at->host;
  last_peer_.text = to_text(*at);
  last_peer_.is_ip = true;
  return last_peer_;
}

auto datagram_doors::summary() const -> std::string {
  auto text = server_.listeners().empty() ? std::string{} : server_.summary();
  for (const auto& at : doors_) {
    text += std::string{text.empty() ? "" : ", "} + "datagrams on " + at->socket->text();
    if (at->lost > 0) text += " (" + std::to_string(at->lost) + " lost by the kernel)";
  }
  return text;
}

void datagram_doors::observe(observation& to) const {
  for (const auto& at : doors_)
    if (!at->problem.empty() && clock_.monotonic() < at->problem_at + loss_told_each) to.problems.push_back(at->problem);
}

} // namespace weir
