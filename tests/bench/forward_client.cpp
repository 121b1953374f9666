#include "tests/bench/forward_client.hpp"

#include "tests/bench/bare/bare.hpp"
#include "tests/bench/input.hpp"
#include "tests/support/sockets.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

namespace weir::bench {

using test::connect_to;
using test::socket_handle;

namespace {

/// Entries back to back, and where each ends: a message is a prefix.
struct packed_entries {
  std::string bytes;
  std::vector<std::size_t> ends;
};

auto pack_entries(std::size_t bytes_max, std::uint64_t count_max) -> packed_entries {
  auto packed = packed_entries{};
  auto line = std::string{};
  auto room = std::vector<char>{};
  for (std::uint64_t i = 0; packed.ends.size() < count_max && packed.bytes.size() < bytes_max; ++i) {
    line.clear();
    append_line(input_kind::json, i, line);
    room.resize(pack_bytes_max(line.size()));
    const auto size = line.size() - 1;
    line.append(64, ' ');
    auto out = packer{room.data()};
    out.entry_head(static_cast<std::uint32_t>(std::time(nullptr)), static_cast<std::uint32_t>(i));
    if (!pack_json_line(std::string_view{line}.substr(0, size), out)) continue;
    packed.bytes.append(room.data(), static_cast<std::size_t>(out.at() - room.data()));
    packed.ends.push_back(packed.bytes.size());
  }
  return packed;
}

/// Gives out the messages to whichever connection has room.
class schedule {
public:
  schedule(const forward_load& load, std::uint64_t count_max)
      : packed_(pack_entries(load.payload_bytes, count_max)),
        left_(load.events),
        run_(static_cast<std::uint32_t>(std::time(nullptr)) ^ static_cast<std::uint32_t>(::getpid()) << 16) {}

  auto is_empty() const -> bool { return left_ == 0; }

  struct message {
    std::string head;
    std::string_view payload;
    std::string tail;
    std::string ack; ///< what must come back
  };
  auto next() -> message {
    const auto count = std::min<std::uint64_t>(left_, packed_.ends.size());
    left_ -= count;
    const auto payload = std::string_view{packed_.bytes}.substr(0, packed_.ends[count - 1]);
    auto chunk = std::array<char, 32>{};
    std::snprintf(chunk.data(), chunk.size(), "%08x%016llx", run_,
                  static_cast<unsigned long long>(++sequence_));
    const auto id = std::string{"\xb8"} + chunk.data();
    auto head = std::array<char, 5>{};
    auto out = packer{head.data()};
    out.byte(0xc6);
    out.big_endian(static_cast<std::uint32_t>(payload.size()));
    return {"\x93\xa5"
            "bench"
                + std::string{head.data(), head.size()},
            payload,
            "\x81\xa5"
            "chunk"
                + id,
            "\x81\xa3"
            "ack"
                + id};
  }

private:
  packed_entries packed_;
  std::uint64_t left_;
  std::uint64_t sequence_ = 0;
  std::uint32_t run_;
};

class sender {
public:
  sender(socket_handle connection, std::size_t in_flight_max)
      : connection_(std::move(connection)), in_flight_max_(in_flight_max) {}

  auto descriptor() const -> int { return connection_.descriptor(); }
  auto is_done(const schedule& work) const -> bool {
    return work.is_empty() && expected_.empty() && !sending_;
  }

  auto pump(schedule& work) -> result<void> {
    WEIR_CHECK(take_acks());
    for (auto blocked = false; !blocked;) {
      if (!sending_ && !begin(work)) return {};
      WEIR_CHECK(send_some(blocked));
    }
    return {};
  }

private:
  auto begin(schedule& work) -> bool {
    if (work.is_empty() || in_flight_ == in_flight_max_) return false;
    now_ = work.next();
    expected_ += now_.ack;
    ++in_flight_;
    sent_ = 0;
    return sending_ = true;
  }

  auto send_some(bool& blocked) -> result<void> {
    const auto parts = std::array<std::string_view, 3>{now_.head, now_.payload, now_.tail};
    auto vectors = std::array<iovec, 3>{};
    auto before = sent_;
    auto left = std::size_t{0};
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto gone = std::min(before, parts[i].size());
      before -= gone;
      vectors[i] = {const_cast<char*>(parts[i].data()) + gone, parts[i].size() - gone};
      left += vectors[i].iov_len;
    }
    auto message = msghdr{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = vectors.size();
    const auto sent = ::sendmsg(descriptor(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) return error_from_errno("cannot send", errno);
    blocked = sent < 0;
    if (sent > 0) sent_ += static_cast<std::size_t>(sent);
    sending_ = sent < 0 || static_cast<std::size_t>(sent) < left;
    return {};
  }

  auto take_acks() -> result<void> {
    auto buffer = std::array<char, 4096>{};
    for (;;) {
      const auto got = ::recv(descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got < 0 && errno == EAGAIN) return {};
      if (got < 0) return error_from_errno("cannot receive acks", errno);
      if (got == 0) return error{errc::unavailable, "the server closed a connection before its last ack"};
      const auto acks = std::string_view{buffer.data(), static_cast<std::size_t>(got)};
      if (!std::string_view{expected_}.starts_with(acks))
        return error{errc::malformed, "the server sent something other than the next ack"};
      expected_.erase(0, acks.size());
      in_flight_ = (expected_.size() + now_.ack.size() - 1) / now_.ack.size();
    }
  }

  socket_handle connection_;
  std::size_t in_flight_max_;
  std::size_t in_flight_ = 0;
  schedule::message now_;
  std::size_t sent_ = 0;
  bool sending_ = false;
  std::string expected_; ///< acks that have not come
};

/// The server may still be starting.
auto connect_within(std::uint16_t port, int attempts) -> result<socket_handle> {
  for (; attempts > 0; --attempts) {
    auto connection = connect_to(port);
    if (connection.is_open()) return connection;
    ::poll(nullptr, 0, 10);
  }
  return error_from_errno("cannot connect to 127.0.0.1:" + std::to_string(port), errno);
}

auto watch(int poll, std::size_t index, int descriptor) -> result<void> {
  auto interest = epoll_event{};
  interest.events = EPOLLIN | EPOLLOUT | EPOLLET;
  interest.data.u64 = index;
  if (::epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &interest) != 0)
    return error_from_errno("cannot watch", errno);
  return {};
}

} // namespace

auto send_forward_load(const forward_load& load) -> result<void> {
  // Even a short run has several messages for every connection.
  auto work = schedule{load, std::max<std::uint64_t>(1, load.events / (load.connections * 8))};
  auto senders = std::vector<sender>{};
  const auto poll = socket_handle{::epoll_create1(EPOLL_CLOEXEC)};
  for (std::size_t i = 0; i < load.connections; ++i) {
    WEIR_TRY(auto connection, connect_within(load.port, 1000));
    WEIR_CHECK(watch(poll.descriptor(), i, connection.descriptor()));
    senders.emplace_back(std::move(connection), load.in_flight_max);
  }
  auto ready = std::array<epoll_event, 64>{};
  while (!std::ranges::all_of(senders, [&](const sender& s) { return s.is_done(work); })) {
    const auto count = ::epoll_wait(poll.descriptor(), ready.data(), static_cast<int>(ready.size()), 60'000);
    if (count <= 0) return error{errc::unavailable, "no ack for a minute"};
    for (auto i = 0; i < count; ++i)
      WEIR_CHECK(senders[ready[static_cast<std::size_t>(i)].data.u64].pump(work));
  }
  return {};
}

} // namespace weir::bench
