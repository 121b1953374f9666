/// The bytes of one connected socket, plain or encrypted: what a stream is driven with.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/owned_fd.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <memory>
#include <string>

namespace weir::net {

enum class io_status {
  done,         ///< some bytes went
  wants_read,   ///< when the socket is readable, again
  wants_write,  ///< when it is writable
  closed,       ///< the other side sends no more
  failed,       ///< see `problem`
};

struct io_outcome {
  io_status status = io_status::done;
  std::size_t bytes = 0; ///< with `done`: at least one
  std::string problem = {};
};

/// What encrypted transports receive at a time (RFC 8446 section 5.1).
inline constexpr auto record_bytes_max = std::size_t{16} << 10;

/// Whether nothing more comes.
inline auto is_over(io_status status) -> bool { return status == io_status::closed || status == io_status::failed; }

/// Never blocks.
class transport {
public:
  virtual ~transport() = default;
  /// `done` when both sides agree; nothing can be received or sent before.
  virtual auto shake_hands() -> io_outcome = 0;
  /// With less room than record_bytes_max some bytes may stay here, and the socket is not readable because of them.
  virtual auto receive(const iovec* to, int count) -> io_outcome = 0;
  virtual auto send(const iovec* from, int count) -> io_outcome = 0;
  /// Tells the other side that nothing more comes.
  virtual void finish() = 0;
  /// Nothing is called afterwards.
  virtual void close() = 0;
  virtual auto fd() const -> int = 0;
  /// The names in the other side's certificate, the common one if there are no others; empty if it showed none that was
  /// checked.
  virtual auto certificate_name() const -> std::string { return {}; }
  /// Whether its certificate is for this host or node (RFC 6125: a wildcard stands for one whole label).
  virtual auto is_certified(const std::string& /*name*/) const -> bool { return false; }
  /// Whether one thread may send while another receives.
  virtual auto is_two_way() const -> bool = 0;

  /// About what can be received now; of encrypted bytes as they come.
  auto waiting_bytes() const -> std::size_t;
  /// Whether the other side sends no more, or is gone; also while bytes of it are still to be received.
  auto is_peer_gone() const -> bool;
  /// Whether the other side's system has taken all that was sent, and no error waits to be told. Who closes before it
  /// has read all causes one.
  auto has_peer_all() const -> bool;
};

/// `socket`: connected, non-blocking.
auto make_plain_transport(owned_fd socket) -> std::unique_ptr<transport>;

} // namespace weir::net
