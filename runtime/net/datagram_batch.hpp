/// Receives many datagrams with one call, into memory that is reused.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::net {

struct datagram {
  std::string_view bytes; ///< with padding behind it; valid until the next receive()
  bool is_cut = false;    ///< it was longer than was wanted
  const sockaddr_storage* from = nullptr;
  socklen_t from_bytes = 0;
  std::optional<ucred> sender; ///< of unix sockets with SO_PASSCRED
};

class datagram_batch {
public:
  /// So many at once, each of at most so many bytes.
  datagram_batch(std::size_t most, std::size_t bytes_max);

  /// Up to so many of what waits at a socket that does not block; 0: nothing does.
  auto receive(int fd, std::size_t wanted) -> result<std::size_t>;
  auto at(std::size_t number) const -> datagram;
  auto most() const -> std::size_t { return heads_.size(); }

private:
  static constexpr std::size_t control_bytes = CMSG_SPACE(sizeof(ucred));
  struct alignas(cmsghdr) control {
    unsigned char bytes[control_bytes];
  };
  auto place(std::size_t number) -> char*;

  std::size_t bytes_max_;
  byte_buffer bytes_;
  std::vector<mmsghdr> heads_;
  std::vector<iovec> places_;
  std::vector<sockaddr_storage> from_;
  std::vector<control> controls_;
};

/// How many datagrams the kernel had no room for at this socket since it was opened, modulo 2^32. Unlike SO_RXQ_OVFL, the same
/// number, this needs no datagram that comes later.
auto lost_datagrams(int fd) -> std::uint32_t;
/// Asks for so much room, beyond the system's limit where that is allowed; what there is then.
auto grow_receive_buffer(int fd, std::uint64_t bytes) -> std::uint64_t;

} // namespace weir::net
