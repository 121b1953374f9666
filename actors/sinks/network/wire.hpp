/// A connection of a store to a server whose protocol it speaks itself: plain or with TLS, blocking within what it is given.
#pragma once

#include "actors/sinks/network/settings.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/tls_files.hpp"
#include "runtime/net/transport.hpp"
#include "runtime/os/clock.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// One thread's. After a failure of anything it is to be closed: nobody knows what the other side has got.
class wire {
public:
  explicit wire(std::unique_ptr<net::transport> by) : by_(std::move(by)) {}
  /// Tells the other side: without that, TLS would not know an end from a cut.
  ~wire() { by_->finish(); }
  wire(const wire&) = delete;
  auto operator=(const wire&) -> wire& = delete;

  /// Both sides agree on TLS, if there is any.
  auto shake_hands(monotonic_time until) -> result<void>;

  /// Goes out with the next step().
  void send(std::string_view bytes) { out_.append(bytes); }
  auto has_unsent() const -> bool { return sent_ < out_.size(); }
  /// What has come and was not taken; until the next step() or take().
  auto received() const -> std::string_view { return in_.view_from(taken_); }
  void take(std::size_t bytes) { taken_ += bytes; }

  /// Sends and receives what goes, and waits for that up to `patience` if nothing does. What came before the other side's end
  /// counts as received; only then the end is an error.
  auto step(duration patience) -> result<void>;
  /// All that was given to send() has gone to the system; it gives up after `patience` without any progress.
  auto flush(duration patience) -> result<void>;
  /// Whether it is as it was left: the other side may have closed it, or said what nobody waits for.
  auto is_usable() -> bool;
  /// All that was sent is with the other side's system, which is no word of who reads it there.
  auto wait_taken(duration patience) -> result<void>;
  /// The other side has ended it.
  auto is_ended() const -> bool { return !ended_.empty(); }

private:
  auto send_some() -> result<bool>;
  auto receive_some() -> bool;
  void drop_taken();

  std::unique_ptr<net::transport> by_;
  byte_buffer in_;
  std::size_t taken_ = 0; ///< of in_
  byte_buffer out_;
  std::size_t sent_ = 0; ///< of out_
  std::string ended_;    ///< why nothing more comes
};

/// Opens such connections as the settings of a store say. One thread's.
class wire_dialer {
public:
  wire_dialer(const network_settings& s, std::uint16_t default_port) : settings_(s), default_port_(default_port) {}

  /// To "host:port" or a host, with TLS within the settings' `connect` where the host has one address.
  auto dial(const std::string& endpoint) -> result<std::unique_ptr<wire>>;

private:
  auto encrypted(owned_fd socket, const std::string& host) -> result<std::unique_ptr<net::transport>>;

  network_settings settings_;
  std::uint16_t default_port_;
  std::shared_ptr<net::tls_files> tls_; ///< absent: not read yet, or not wanted
};

} // namespace weir
