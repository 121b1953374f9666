/// The two ends of a connection's bytes: the seam below the forward protocol.
#pragma once

#include "runtime/os/owned_fd.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace weir {

enum class io_status { done, would_block, closed };

struct io_outcome {
  io_status status = io_status::done;
  std::size_t bytes = 0; ///< with `done`: how many, at least one
};

class byte_stream {
public:
  virtual ~byte_stream() = default;
  virtual auto receive(char* to, std::size_t room) -> io_outcome = 0;
  virtual auto send(std::string_view bytes) -> io_outcome = 0;
  /// Whether the peer sends no more, or is gone; also while bytes of it are still to be received.
  virtual auto is_peer_gone() const -> bool = 0;
  /// Whether the peer's system has taken all that was sent, and no error has come. A peer that closes before it has
  /// read all causes one.
  virtual auto has_peer_all() const -> bool = 0;
  /// Whether more than `bytes` wait to be received.
  virtual auto has_more_than(std::size_t bytes) const -> bool = 0;
  /// Tells the peer that nothing more comes.
  virtual void finish() = 0;
  virtual auto fd() const -> int = 0;
};

/// Over a connected, non-blocking socket.
auto make_plain_stream(owned_fd socket) -> std::unique_ptr<byte_stream>;

} // namespace weir
