/// A forward_source with clients on loopback, all in one thread: send, pump, look.
#pragma once

#include "actors/collectors/forward/source.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/msgpack_text.hpp"
#include "tests/support/pack.hpp"

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// Remembers events as text, and positions until they are taken.
class recording_intake final : public intake {
public:
  void line(std::string_view, std::int64_t, std::string_view) override {
    BOOST_FAIL("the forward source has no lines");
  }
  void event(const event_view& e) override {
    born.push_back(take_birth().position);
    note(e);
  }
  void entries(std::string_view tag, std::string_view body, std::uint32_t count) override {
    BOOST_TEST(body.size() <= std::size_t{512} * 1024);
    auto read = entry_reader{body};
    auto e = entry{};
    auto found = 0U;
    for (auto at = take_birth(); read.next(e); ++found, at = at.next()) {
      born.push_back(at.position);
      note({tag, e.time_ns, e.record});
    }
    BOOST_TEST(!read.failed());
    BOOST_TEST(found == count);
  }
  void drop(std::string_view reason, std::uint64_t count) override { dropped[std::string{reason}] += count; }
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    auto& to = covered_to.try_emplace(std::string{stream}, begin).first->second;
    BOOST_TEST(begin >= to);
    BOOST_TEST(begin < end);
    to = end;
    positions.push_back({std::string{stream}, begin, end});
    save_points.emplace_back(events.size(), positions.back());
  }

  std::vector<std::string> events;
  std::vector<std::uint64_t> born; ///< at which position of its stream each of them was
  std::size_t bytes = 0;
  std::map<std::string, std::uint64_t> dropped;
  std::vector<position_range> positions;
  std::map<std::string, std::uint64_t> covered_to;                 ///< by stream
  std::vector<std::pair<std::size_t, position_range>> save_points; ///< with the events before

private:
  void note(const event_view& e) {
    events.push_back(std::string{e.tag} + ' ' + std::to_string(e.time_ns) + ' ' + text_of(e.record));
    bytes += e.record.size();
  }
};

class forward_server {
public:
  explicit forward_server(forward_settings s = {}, const resume_info& resume = {}) {
    for (auto& at : s.listen)
      if (at == "127.0.0.1:24224") at = "127.0.0.1:0";
    auto context = plugin_context{};
    context.component = "collector \"in\"";
    context.clock = &time;
    source_ = std::make_unique<forward_source>(std::move(s), context);
    const auto opened = source_->open(resume);
    BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  }

  /// Reads until the source has nothing to do for as long as loopback may take.
  void pump(std::size_t budget = std::size_t{1} << 20) {
    constexpr auto patience_ms = 20;
    for (;;) {
      const auto status = source_->read(out, budget);
      BOOST_REQUIRE(static_cast<bool>(status));
      if (*status == read_status::more) continue;
      auto wake = pollfd{source_->wake_fd(), POLLIN, 0};
      if (budget == 0 || ::poll(&wake, 1, patience_ms) == 0) return;
    }
  }
  /// Everything put is safe now.
  void settle() {
    source_->acknowledge(std::exchange(out.positions, {}));
    pump();
  }
  void run() {
    pump();
    settle();
  }
  /// Pumps until `count` events are there, for as long as a stuck TCP window may take to open.
  void pump_until(std::size_t count) {
    constexpr auto patience = std::chrono::seconds{20};
    const auto end = std::chrono::steady_clock::now() + patience;
    while (out.events.size() < count && std::chrono::steady_clock::now() < end) pump();
  }
  auto at() -> forward_source& { return *source_; }
  auto port() const -> std::uint16_t {
    const auto text = source_->summary();
    const auto colon = text.find("127.0.0.1:");
    return static_cast<std::uint16_t>(std::stoi(text.substr(colon + 10)));
  }

  recording_intake out;
  manual_clock time;

private:
  std::unique_ptr<forward_source> source_;
};

/// A blocking client; what it receives is read without waiting.
class forward_peer_socket {
public:
  explicit forward_peer_socket(const forward_server& server, int type = SOCK_STREAM)
      : fd_(::socket(AF_INET, type, 0)) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    // So that what was sent is there at once, and not after the delay of an acknowledgement.
    const auto on = 1;
    if (type == SOCK_STREAM) ::setsockopt(fd_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  explicit forward_peer_socket(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    auto address = sockaddr_un{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::connect(fd_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  auto send(std::string_view bytes) -> bool {
    return ::send(fd_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  /// As much as the socket takes now.
  auto send_some(std::string_view bytes) -> std::size_t {
    const auto sent = ::send(fd_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  auto received() -> std::string {
    auto all = std::string{};
    char bytes[4096];
    for (;;) {
      const auto got = ::recv(fd_.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) is_closed_ = true;
      if (got <= 0) return all;
      all.append(bytes, static_cast<std::size_t>(got));
    }
  }
  auto is_closed() -> bool {
    (void)received();
    return is_closed_;
  }
  void finish() { ::shutdown(fd_.fd(), SHUT_WR); }
  void close() { fd_ = owned_fd{}; }

private:
  owned_fd fd_;
  bool is_closed_ = false;
};

inline auto ack_of(std::string_view chunk) -> std::string { return pack::map({{"ack", pack::str(chunk)}}); }

inline auto chunk_option(std::string_view chunk) -> std::string {
  return pack::map({{"chunk", pack::str(chunk)}});
}

} // namespace weir::test
