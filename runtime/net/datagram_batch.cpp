#include "runtime/net/datagram_batch.hpp"

#include <linux/sock_diag.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>

namespace weir::net {
namespace {

constexpr auto behind_bytes = std::size_t{64}; // parsers may read so far behind a text

} // namespace

datagram_batch::datagram_batch(std::size_t most, std::size_t bytes_max)
    : bytes_max_(bytes_max), heads_(most), places_(most), from_(most), controls_(most) {
  bytes_.reserve(most * (bytes_max_ + behind_bytes));
}

auto datagram_batch::place(std::size_t number) -> char* { return bytes_.data() + number * (bytes_max_ + behind_bytes); }

auto datagram_batch::receive(int fd, std::size_t wanted) -> result<std::size_t> {
  const auto most = std::min(wanted, heads_.size());
  for (std::size_t i = 0; i < most; ++i) {
    places_[i] = {place(i), bytes_max_};
    auto& head = heads_[i].msg_hdr;
    head = {};
    head.msg_name = &from_[i];
    head.msg_namelen = sizeof from_[i];
    head.msg_iov = &places_[i];
    head.msg_iovlen = 1;
    head.msg_control = controls_[i].bytes;
    head.msg_controllen = control_bytes;
  }
  const auto count = ::recvmmsg(fd, heads_.data(), static_cast<unsigned>(most), MSG_DONTWAIT, nullptr);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return std::size_t{0};
  return error_from_errno("cannot receive datagrams", errno);
}

auto datagram_batch::at(std::size_t number) const -> datagram {
  const auto& head = heads_[number];
  auto made = datagram{};
  made.bytes = {static_cast<const char*>(places_[number].iov_base), head.msg_len};
  made.is_cut = (static_cast<unsigned>(head.msg_hdr.msg_flags) & static_cast<unsigned>(MSG_TRUNC)) != 0;
  made.from = &from_[number];
  made.from_bytes = head.msg_hdr.msg_namelen;
  const auto* told = CMSG_FIRSTHDR(&head.msg_hdr);
  if (told == nullptr || told->cmsg_level != SOL_SOCKET || told->cmsg_type != SCM_CREDENTIALS) return made;
  std::memcpy(&made.sender.emplace(), CMSG_DATA(told), sizeof(ucred));
  return made;
}

auto lost_datagrams(int fd) -> std::uint32_t {
  auto figures = std::array<std::uint32_t, SK_MEMINFO_VARS>{};
  auto bytes = socklen_t{sizeof figures};
  if (::getsockopt(fd, SOL_SOCKET, SO_MEMINFO, figures.data(), &bytes) != 0) return 0;
  return figures[SK_MEMINFO_DROPS];
}

auto grow_receive_buffer(int fd, std::uint64_t bytes) -> std::uint64_t {
  const auto wanted = static_cast<int>(std::min<std::uint64_t>(bytes, INT_MAX / 2));
  if (::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) != 0)
    ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted);
  auto got = 0;
  auto size = socklen_t{sizeof got};
  ::getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &got, &size);
  return static_cast<std::uint64_t>(got) / 2; // the kernel counts twice, for its own needs
}

} // namespace weir::net
