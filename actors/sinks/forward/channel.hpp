/// A connection to a receiver that speaks the forward protocol: connects, logs in, sends messages and waits for their acks.
#pragma once

#include "actors/sinks/forward/packets.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/forward_client.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/tls.hpp"
#include "runtime/os/clock.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

/// How to get to a receiver.
struct forward_route {
  endpoint at;
  std::shared_ptr<const net::tls_context> tls = {}; ///< absent: plain
  std::string name = {};    ///< for TLS: that its certificate is to have
  bool checks_name = true;
  std::optional<forward_credentials> credentials = {}; ///< logs in with these
};

/// Blocks, within what it is given; one thread. After a failure of anything it is to be closed: an answer may still be
/// under way, and a message never goes over one connection twice.
class forward_channel {
public:
  /// With TLS and login within `patience`, where the host has one address.
  static auto open(const forward_route& to, duration patience) -> result<std::unique_ptr<forward_channel>>;
  /// Tells the other side: without that, TLS would not know an end from a cut.
  ~forward_channel() { by_->finish(); }
  forward_channel(const forward_channel&) = delete;
  auto operator=(const forward_channel&) -> forward_channel& = delete;

  /// Whether it is as it was left: a receiver may have closed it, or said what nobody waits for.
  auto is_usable() -> bool;
  /// Sends `packets` that are not done, `packets_max` of them at most and all before the first ack is waited for; they are done
  /// when they are acknowledged, or those without an id when they are sent. `patience`: for each wait without any progress.
  auto deliver(std::deque<forward_packet>& packets, std::size_t packets_max, duration patience) -> result<void>;
  /// For whoever has one message at a time: all of these bytes, or the next answer.
  auto send(std::string_view bytes, duration patience) -> result<void>;
  auto receive(duration patience) -> result<std::string>;
  /// False: it takes one message only.
  auto is_kept_alive() const -> bool { return is_kept_alive_; }
  /// The last failure was the receiver's closing of it.
  auto is_closed() const -> bool { return is_closed_; }

private:
  enum class wanted { readable, writable, either };

  explicit forward_channel(std::unique_ptr<net::transport> by) : by_(std::move(by)) {}
  auto shake_hands(monotonic_time until) -> result<void>;
  auto log_in(const forward_credentials& with, monotonic_time until) -> result<void>;
  auto send_until(monotonic_time until) -> result<void>;
  auto receive_root(monotonic_time until) -> result<std::string>;

  /// False: nothing can be sent or received at this moment.
  auto send_some() -> result<bool>;
  auto receive_some() -> result<bool>;
  void fill();
  auto take_acks() -> result<void>;
  auto next_root() -> result<std::optional<std::string_view>>;
  auto wait(wanted what, monotonic_time until) -> bool;
  auto failure_of(const net::io_outcome& came) -> error;

  std::unique_ptr<net::transport> by_;
  byte_buffer in_;
  std::size_t taken_ = 0; ///< of in_
  byte_buffer out_;
  std::size_t sent_ = 0; ///< of out_
  std::deque<forward_packet*> waiting_; ///< to be sent
  std::vector<forward_packet*> filled_; ///< those without ids whose last byte is in out_
  std::unordered_map<std::string_view, forward_packet*> unacknowledged_; ///< by id
  bool is_kept_alive_ = true;
  bool is_closed_ = false;
};

} // namespace weir
