#include "actors/sinks/syslog/channel.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"
#include "runtime/codec/relp.hpp"
#include "runtime/net/socket_address.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weir {
namespace {

/// Messages that are given to a connection at a time.
constexpr auto block_bytes_max = std::size_t{256} << 10;
/// RELP messages that are sent before the ack of the first has come.
constexpr auto relp_window = std::uint32_t{500};

class syslog_stream final : public syslog_channel {
public:
  syslog_stream(std::unique_ptr<wire> by, const syslog_settings& s) : wire_(std::move(by)), settings_(s) {}

  auto is_usable() -> bool override { return wire_->is_usable(); }
  auto send(std::span<const std::string_view> messages) -> result<void> override {
    const auto patience = settings_.network.timeout.request;
    auto block = byte_buffer{};
    for (const auto m : messages) {
      if (settings_.framing == syslog_framing::octet_counting) block.append(std::to_string(m.size()) + ' ');
      block.append(m);
      if (settings_.framing == syslog_framing::line_feed) block.push_back('\n');
      if (block.size() < block_bytes_max) continue;
      wire_->send(block.view());
      block.clear();
      WEIR_CHECK(wire_->flush(patience));
    }
    wire_->send(block.view());
    return wire_->wait_taken(patience);
  }

private:
  std::unique_ptr<wire> wire_;
  const syslog_settings& settings_;
};

class syslog_datagrams final : public syslog_channel {
public:
  syslog_datagrams(owned_fd socket, duration patience) : socket_(std::move(socket)), patience_(patience) {}

  auto is_usable() -> bool override { return true; }
  auto send(std::span<const std::string_view> messages) -> result<void> override {
    for (const auto m : messages) WEIR_CHECK(send_one(m));
    return {};
  }

private:
  auto send_one(std::string_view message) -> result<void> {
    while (true) {
      if (::send(socket_.fd(), message.data(), message.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return {};
      const auto failed = errno;
      if (failed == EINTR) continue;
      // What the system says of an earlier one: nobody listens there.
      if (failed != EAGAIN && failed != ENOBUFS) return error{errc::unavailable, describe_errno(failed)};
      auto waits = pollfd{socket_.fd(), POLLOUT, 0};
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(patience_).count();
      if (::poll(&waits, 1, static_cast<int>(std::min<std::int64_t>(ms, 3'600'000))) == 0)
        return error{errc::unavailable, "the system has sent nothing for " + to_text(patience_)};
    }
  }

  owned_fd socket_;
  duration patience_;
};

auto open_datagrams(const std::string& endpoint, const syslog_settings& s) -> result<std::unique_ptr<syslog_channel>> {
  WEIR_TRY(const auto at, host_of_endpoint(endpoint, s.default_port()));
  WEIR_TRY(const auto found, net::look_up(at.host, std::to_string(at.port), false));
  auto socket = owned_fd{::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket.is_open() || ::connect(socket.fd(), found->ai_addr, found->ai_addrlen) != 0)
    return error{errc::unavailable, describe_errno(errno)};
  return std::unique_ptr<syslog_channel>{std::make_unique<syslog_datagrams>(std::move(socket), s.network.timeout.request)};
}

class relp_channel final : public syslog_channel {
public:
  relp_channel(std::unique_ptr<wire> by, const syslog_settings& s) : wire_(std::move(by)), settings_(s) {}
  ~relp_channel() override {
    put("close", {});
    (void)wire_->flush(std::chrono::milliseconds{100}); // a courtesy
  }
  relp_channel(const relp_channel&) = delete;
  auto operator=(const relp_channel&) -> relp_channel& = delete;

  auto log_in() -> result<void> {
    put("open", "relp_version=0\nrelp_software=weir\ncommands=syslog");
    const auto opened = wait_acks(0, settings_.network.timeout.connect);
    const auto is_late = !opened && opened.failure().code == errc::unavailable && !wire_->is_ended();
    if (is_late) return error{errc::unavailable, opened.failure().what + "; does it speak RELP at this port?"};
    return opened;
  }
  auto is_usable() -> bool override { return wire_->is_usable(); }
  auto send(std::span<const std::string_view> messages) -> result<void> override {
    for (const auto m : messages) {
      put("syslog", m);
      if (waiting_ >= relp_window) WEIR_CHECK(wait_acks(relp_window - 1, settings_.network.timeout.request));
    }
    return wait_acks(0, settings_.network.timeout.request);
  }

private:
  void put(std::string_view command, std::string_view bytes) {
    auto frame = byte_buffer{};
    append_relp_frame(frame, next_, command, bytes);
    wire_->send(frame.view());
    next_ = next_ == relp_number_max ? 1 : next_ + 1;
    ++waiting_;
  }

  /// Until only so many are left. Answers come in the order of what they answer.
  auto wait_acks(std::uint32_t left, duration patience) -> result<void> {
    while (true) {
      auto rest = wire_->received();
      const auto before = rest.size();
      while (true) {
        WEIR_TRY(const auto frame, take_relp_frame(rest));
        if (!frame) break;
        WEIR_CHECK(take_ack(*frame));
      }
      wire_->take(before - rest.size());
      if (waiting_ <= left) return {};
      WEIR_CHECK(wire_->step(patience));
    }
  }

  auto take_ack(const relp_frame& frame) -> result<void> {
    if (frame.command == "serverclose") return error{errc::unavailable, "it is closing"};
    if (frame.command != "rsp" || waiting_ == 0 || frame.number != expected_)
      return error{errc::malformed, "it answers what it was not asked"};
    if (!frame.data.starts_with("200")) return error{errc::unavailable, "it takes no message: " + one_line(frame.data)};
    expected_ = expected_ == relp_number_max ? 1 : expected_ + 1;
    --waiting_;
    return {};
  }

  static auto one_line(std::string_view text) -> std::string {
    auto line = std::string{text.substr(0, 200)};
    for (auto& c : line)
      if (c < ' ' || c > '~') c = ' ';
    return line;
  }

  std::unique_ptr<wire> wire_;
  const syslog_settings& settings_;
  std::uint32_t next_ = 1;
  std::uint32_t expected_ = 1; ///< whose answer comes next
  std::uint32_t waiting_ = 0;
};

} // namespace

auto open_syslog_channel(wire_dialer& by, const std::string& endpoint, const syslog_settings& s) -> result<std::unique_ptr<syslog_channel>> {
  if (s.protocol == syslog_protocol::udp) return open_datagrams(endpoint, s);
  WEIR_TRY(auto dialled, by.dial(endpoint));
  if (s.protocol == syslog_protocol::tcp) return std::unique_ptr<syslog_channel>{std::make_unique<syslog_stream>(std::move(dialled), s)};
  auto made = std::make_unique<relp_channel>(std::move(dialled), s);
  WEIR_CHECK(made->log_in());
  return std::unique_ptr<syslog_channel>{std::move(made)};
}

} // namespace weir
