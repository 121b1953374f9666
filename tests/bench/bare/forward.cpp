#include "tests/bench/bare/bare.hpp"
#include "tests/bench/bare/pack.hpp"
#include "tests/support/sockets.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <unordered_map>

namespace weir::bench {

using test::listen_on;
using test::socket_handle;

namespace {

constexpr std::size_t block_bytes = 256 * 1024;
constexpr std::size_t held_bytes_max = 64 * 1024;

struct step_result {
  const char* at; ///< behind what was used
  bool more;      ///< whether another step may get further
};

/// One peer: where it is inside `[tag, packed, {size, chunk}]`. Entries are stepped over as they arrive.
class peer {
public:
  /// Uses what it can of the bytes, appends acks; returns how many were used, or npos if they make no sense.
  auto take(std::string_view bytes, std::string& acks) -> std::size_t {
    const auto* at = bytes.data();
    const auto* const end = at + bytes.size();
    for (auto more = true; more && !failed_;) {
      const auto done = inside_ ? step_entries(at, end) : step_frame(at, end, acks);
      more = done.more;
      at = done.at;
    }
    return failed_ ? std::string_view::npos : static_cast<std::size_t>(at - bytes.data());
  }
  auto events() const -> std::uint64_t { return events_; }

  std::string held; ///< the beginning of something whose rest has not come

private:
  auto fail(const char* at) -> step_result { return failed_ = true, step_result{at, false}; }

  /// Before the packed entries: `0x93 tag bin32|bin16|str32`; behind them: the option map.
  auto step_frame(const char* at, const char* end, std::string& acks) -> step_result {
    return wants_option_ ? step_option(at, end, acks) : step_head(at, end);
  }

  auto step_head(const char* at, const char* end) -> step_result {
    if (at == end) return {at, false};
    if (*at != '\x93') return fail(at);
    const auto* const packed = skip(at + 1, end);
    if (packed == nullptr || end - packed < 5) return {at, false};
    if (*packed != '\xc6' && *packed != '\xdb') return fail(at);
    left_ = read_big_endian<std::uint32_t>(packed + 1);
    inside_ = true;
    return {packed + 5, true};
  }

  auto step_entries(const char* at, const char* end) -> step_result {
    const auto here = std::min<std::size_t>(left_, static_cast<std::size_t>(end - at));
    const auto* const stop = at + here;
    const auto* const begin = at;
    while (const auto* next = skip(at, stop)) {
      at = next;
      ++events_;
    }
    left_ -= static_cast<std::size_t>(at - begin);
    if (left_ > 0 && stop != end) return fail(at);
    if (left_ > 0) return {at, false};
    inside_ = false;
    wants_option_ = true;
    return {at, true};
  }

  auto step_option(const char* at, const char* end, std::string& acks) -> step_result {
    const auto* const behind = skip(at, end);
    if (behind == nullptr) return {at, false};
    static constexpr std::string_view key = "\xa5"
                                            "chunk";
    const auto option = std::string_view{at, static_cast<std::size_t>(behind - at)};
    if (const auto found = option.find(key); found != std::string_view::npos) {
      const auto* const id = at + found + key.size();
      acks += "\x81\xa3"
              "ack";
      acks.append(id, static_cast<std::size_t>(skip(id, behind) - id));
    }
    wants_option_ = false;
    return {behind, true};
  }

  std::size_t left_ = 0;
  std::uint64_t events_ = 0;
  bool inside_ = false;
  bool wants_option_ = false;
  bool failed_ = false;
};

/// All peers of one listener, served in turn by one thread.
class server {
public:
  explicit server(std::uint16_t port) : listener_(listen_on(port)), poll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_.descriptor());
  }
  auto is_open() const -> bool { return listener_.is_open(); }

  auto serve(std::uint64_t events) -> result<counted> {
    auto ready = std::array<epoll_event, 64>{};
    while (seen_.events < events || !peers_.empty()) {
      const auto count =
          ::epoll_wait(poll_.descriptor(), ready.data(), static_cast<int>(ready.size()), 60'000);
      if (count <= 0) return error{errc::unavailable, "no data for a minute"};
      for (auto i = 0; i < count; ++i) WEIR_CHECK(serve_one(ready[static_cast<std::size_t>(i)].data.fd));
    }
    return seen_;
  }

private:
  void watch(int descriptor) {
    auto interest = epoll_event{};
    interest.events = EPOLLIN;
    interest.data.fd = descriptor;
    ::epoll_ctl(poll_.descriptor(), EPOLL_CTL_ADD, descriptor, &interest);
  }

  auto serve_one(int descriptor) -> result<void> {
    if (descriptor != listener_.descriptor()) return receive(descriptor);
    const auto accepted = ::accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) return error_from_errno("cannot accept", errno);
    peers_.try_emplace(accepted);
    watch(accepted);
    return {};
  }

  auto receive(int descriptor) -> result<void> {
    auto& from = peers_[descriptor];
    auto* const buffer = buffer_.get();
    const auto held = from.held.size();
    std::memcpy(buffer, from.held.data(), held);
    const auto got = ::recv(descriptor, buffer + held, block_bytes, 0);
    if (got <= 0) return end(descriptor, got);
    const auto before = from.events();
    const auto all = std::string_view{buffer, held + static_cast<std::size_t>(got)};
    const auto used = from.take(all, acks_);
    if (used == std::string_view::npos || all.size() - used > held_bytes_max)
      return error{errc::malformed, "a peer sent what is not PackedForward"};
    from.held.assign(all.substr(used));
    seen_.events += from.events() - before;
    seen_.bytes += static_cast<std::uint64_t>(got);
    return answer(descriptor);
  }

  auto answer(int descriptor) -> result<void> {
    if (acks_.empty()) return {};
    const auto sent = ::send(descriptor, acks_.data(), acks_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(acks_.size())) return error_from_errno("cannot send acks", errno);
    acks_.clear();
    return {};
  }

  auto end(int descriptor, ssize_t why) -> result<void> {
    if (why < 0) return error_from_errno("cannot receive", errno);
    peers_.erase(descriptor);
    ::close(descriptor);
    return {};
  }

  socket_handle listener_;
  socket_handle poll_;
  std::unordered_map<int, peer> peers_;
  std::string acks_;
  counted seen_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(held_bytes_max + block_bytes + 64);
};

} // namespace

auto bare_forward(std::uint16_t port, std::uint64_t events) -> result<counted> {
  auto all = server{port};
  if (!all.is_open()) return error_from_errno("cannot listen on port " + std::to_string(port), errno);
  return all.serve(events);
}

} // namespace weir::bench
