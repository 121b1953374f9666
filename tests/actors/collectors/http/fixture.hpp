/// A source of HTTP with clients on loopback, all in one thread; and ways of sending without any connection.
#pragma once

#include "actors/collectors/web/endpoint.hpp"
#include "runtime/os/owned_fd.hpp"
#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/support/msgpack_text.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::test {

using plugin_fields = std::vector<std::pair<std::string, std::string>>;

/// Remembers events as text, and positions until they are taken.
class web_intake final : public intake {
public:
  void line(std::string_view, std::int64_t, std::string_view) override { BOOST_FAIL("there are no lines"); }
  void event(const event_view& e) override {
    born.push_back(take_birth());
    const auto time = e.is_timed_at_reading ? std::string{"now"} : std::to_string(e.time_ns);
    events.push_back(std::string{e.tag} + ' ' + time + ' ' + text_of(e.record));
  }
  void entries(std::string_view, std::string_view, std::uint32_t) override { BOOST_FAIL("there are no runs"); }
  void drop(std::string_view reason, std::uint64_t count) override { dropped[std::string{reason}] += count; }
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    BOOST_TEST(begin < end);
    positions.push_back({std::string{stream}, begin, end});
    all_positions.push_back(positions.back());
  }

  std::vector<std::string> events;
  std::vector<birth> born;
  std::map<std::string, std::uint64_t> dropped;
  std::vector<position_range> positions;
  std::vector<position_range> all_positions;
};

class web_server {
public:
  explicit web_server(const std::string& type = "http", plugin_fields fields = {}, const resume_info& resume = {}) {
    if (type == "http") fields.emplace_back("listen", "127.0.0.1:0");
    auto context = plugin_context{};
    context.component = "collector \"in\"";
    context.clock = &time;
    source_ = make_source(type, fields, context);
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
  auto at() -> source& { return *source_; }
  /// Of its n-th address.
  auto port(std::size_t n = 0) const -> std::uint16_t {
    constexpr auto host = std::string_view{"127.0.0.1:"};
    const auto text = source_->summary();
    auto place = text.find(host);
    for (; n > 0; --n) place = text.find(host, place + 1);
    return static_cast<std::uint16_t>(std::stoi(text.substr(place + host.size())));
  }

  web_intake out;
  manual_clock time;

private:
  std::unique_ptr<source> source_;
};

/// A blocking client; what it receives is read without waiting.
class web_client {
public:
  explicit web_client(const web_server& server, std::size_t door = 0) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port(door));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    BOOST_REQUIRE(::connect(fd_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const auto on = 1;
    ::setsockopt(fd_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  auto send(std::string_view bytes) -> bool {
    return ::send(fd_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
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

private:
  owned_fd fd_;
  bool is_closed_ = false;
};

/// A request with a body; `fields` are whole lines.
inline auto post(std::string_view target, std::string_view body, std::string_view fields = "Content-Type: application/json\r\n") -> std::string {
  return "POST " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n"
         + std::string{body};
}
inline auto get(std::string_view target, std::string_view fields = "") -> std::string {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "\r\n";
}
/// The statuses of the answers in what was received, with a blank between.
inline auto statuses_of(std::string_view text) -> std::string {
  constexpr auto line = std::string_view{"HTTP/1.1 "};
  auto all = std::string{};
  for (auto at = text.find(line); at != std::string_view::npos; at = text.find(line, at + 1)) {
    if (!all.empty()) all += ' ';
    all += text.substr(at + line.size(), 3);
  }
  return all;
}

struct taken_request {
  web_answer answer;
  std::vector<std::string> events; ///< as of web_intake
};
/// What a way of sending makes of a request, or how it refuses it.
inline auto take(web_endpoint& by, const std::string& request) -> taken_request {
  auto head = web_request{};
  const auto read = read_web_head(request, head);
  BOOST_TEST_REQUIRE(read.status == 0);
  const auto route = by.route(head);
  BOOST_TEST_REQUIRE(route.has_value());
  if (route->way == web_route::kind::answered) return {route->answer, {}};
  auto body = request.substr(read.bytes);
  body.append(line_padding, '\0');
  auto events = web_events{};
  auto done = taken_request{by.take(head, std::string_view{body}.substr(0, body.size() - line_padding), events), {}};
  auto offset = std::size_t{0};
  for (const auto& i : events.items()) {
    const auto record = events.records().substr(offset, i.bytes);
    offset += i.bytes;
    if (i.bytes > 0) done.events.push_back(events.tag(i) + ' ' + (i.time_ns ? std::to_string(*i.time_ns) : "now") + ' ' + text_of(record));
  }
  return done;
}

} // namespace weir::test
