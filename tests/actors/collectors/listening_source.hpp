/// A source that others connect to, made from settings as a topology file gives them, with clients on loopback; all in one
/// thread: send, pump, look.
#pragma once

#include "runtime/measure/observation.hpp"
#include "runtime/os/owned_fd.hpp"
#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/support/msgpack_text.hpp"
#include "tests/support/sockets.hpp"

#include <poll.h>

#include <map>
#include <memory>
#include <string>

namespace weir::test {

/// Remembers lines, with what is attached to them, and events, as text.
struct listening_intake final : fake_intake {
  std::vector<std::string> found; ///< "tag {record}" or "tag line {attached}"
  std::map<std::string, std::uint64_t> dropped;
  std::vector<position_range> positions;
  std::int64_t last_time_ns = 0;

  void line(std::string_view tag, std::int64_t now, std::string_view line) override {
    fake_intake::line(tag, now, line);
    found.push_back(std::string{tag} + ' ' + std::string{line} + (attached_.empty() ? "" : ' ' + attached_));
  }
  void event(const event_view& e) override {
    fake_intake::event(e);
    last_time_ns = e.time_ns;
    found.push_back(std::string{e.tag} + ' ' + text_of(e.record));
  }
  void attach(std::string_view fields, std::uint32_t count) override {
    auto record = byte_buffer{};
    msgpack_writer{record}.map(count);
    record.append(fields);
    attached_ = count == 0 ? std::string{} : text_of(record.view());
  }
  void drop(std::string_view reason, std::uint64_t events) override { dropped[std::string{reason}] += events; }
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    fake_intake::covered(stream, begin, end);
    positions.push_back({std::string{stream}, begin, end});
  }

private:
  std::string attached_;
};

class listening_source {
public:
  using fields = std::vector<std::pair<std::string, std::string>>;
  explicit listening_source(const std::string& type, const fields& settings, bool once = false) {
    constexpr auto noon = std::int64_t{1795348800}; // 2026-11-22 12:00:00 UTC
    time.set_wall_ns(noon * 1'000'000'000);
    auto context = plugin_context{};
    context.component = "collector \"in\"";
    context.clock = &time;
    context.once = context.awaits_clients = once;
    source_ = make_source(type, settings, context);
    const auto opened = source_->open({});
    BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  }

  /// Reads until there is nothing to do for as long as loopback may take.
  void pump(std::size_t budget = std::size_t{1} << 20) {
    constexpr auto patience_ms = 20;
    for (;;) {
      const auto status = source_->read(out, budget);
      BOOST_REQUIRE(static_cast<bool>(status));
      is_finished = *status == read_status::finished;
      if (*status == read_status::more && budget > 0) continue;
      auto wake = pollfd{source_->wake_fd(), POLLIN, 0};
      if (is_finished || budget == 0 || ::poll(&wake, 1, patience_ms) == 0) return;
    }
  }
  void pump_until(std::size_t count) {
    constexpr auto rounds_max = 1000;
    for (auto i = 0; i < rounds_max && out.found.size() < count; ++i) pump();
    BOOST_TEST(out.found.size() >= count);
  }
  /// Everything put is safe now.
  void settle() {
    source_->acknowledge(std::exchange(out.positions, {}));
    pump();
  }
  auto seen() const -> observation {
    auto now = observation{};
    source_->observe(now);
    return now;
  }
  auto at() -> source& { return *source_; }
  auto port() const -> std::uint16_t {
    const auto text = source_->summary();
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.find("127.0.0.1:") + 10)));
  }

  listening_intake out;
  manual_clock time;
  bool is_finished = false;

private:
  std::unique_ptr<source> source_;
};

class plain_client {
public:
  plain_client(std::uint16_t port, int type) : fd_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
    const auto at = loopback(port);
    BOOST_REQUIRE(::connect(fd_.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }
  plain_client(const std::string& path, int type) : fd_(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0)) {
    auto at = sockaddr_un{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    BOOST_REQUIRE(::connect(fd_.fd(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  }

  void send(std::string_view bytes) {
    BOOST_REQUIRE(::send(fd_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  void end() { ::shutdown(fd_.fd(), SHUT_WR); }
  /// What is there; "(end)" behind it if nothing will follow.
  auto received() -> std::string {
    auto text = std::string{};
    char bytes[4096];
    for (;;) {
      const auto got = ::recv(fd_.fd(), bytes, sizeof bytes, MSG_DONTWAIT);
      if (got == 0) return text + "(end)";
      if (got < 0) return text;
      text.append(bytes, static_cast<std::size_t>(got));
    }
  }

private:
  owned_fd fd_;
};

} // namespace weir::test
