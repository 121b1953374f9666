/// Receivers for a forward store under test: our own collector in a thread, and one that does as it is told.
#pragma once

#include "actors/collectors/forward/source.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack_skipper.hpp"
#include "tests/support/sockets.hpp"

#include <boost/test/unit_test.hpp>
#include <poll.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace weir::test {

/// What a receiver has taken, in order.
class taken_events final : public intake {
public:
  void line(std::string_view, std::int64_t, std::string_view) override {}
  void event(const event_view& e) override {
    auto n = std::int64_t{0};
    (void)msgpack_reader{find_field(e.record, "n")}.integer(n);
    const auto lock = std::lock_guard{mutex_};
    numbers_.push_back(n);
  }
  void entries(std::string_view tag, std::string_view body, std::uint32_t) override {
    auto read = entry_reader{body};
    for (auto e = entry{}; read.next(e);) event({tag, e.time_ns, e.record});
  }
  void drop(std::string_view, std::uint64_t) override {}
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    positions.push_back({std::string{stream}, begin, end});
  }
  auto numbers() const -> std::vector<std::int64_t> {
    const auto lock = std::lock_guard{mutex_};
    return numbers_;
  }

  std::vector<position_range> positions; ///< of the receiver's thread

private:
  mutable std::mutex mutex_;
  std::vector<std::int64_t> numbers_;
};

/// Takes and acknowledges at once.
class forward_receiver_thread {
public:
  explicit forward_receiver_thread(forward_settings s = {}) : port_(free_port()) {
    s.listen = {"127.0.0.1:" + std::to_string(port_)};
    auto context = plugin_context{};
    context.component = "in";
    source_ = std::make_unique<forward_source>(std::move(s), context);
    const auto opened = source_->open({});
    BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }
  auto address() const -> std::string { return "127.0.0.1:" + std::to_string(port_); }
  auto port() const -> std::uint16_t { return port_; }
  auto numbers() const -> std::vector<std::int64_t> { return out_.numbers(); }

private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto status = source_->read(out_, std::size_t{1} << 20);
      source_->acknowledge(std::exchange(out_.positions, {}));
      auto wake = pollfd{source_->wake_fd(), POLLIN, 0};
      if (status && *status != read_status::more) ::poll(&wake, 1, 5);
    }
  }

  std::uint16_t port_;
  taken_events out_;
  std::unique_ptr<forward_source> source_;
  std::jthread thread_;
};

/// A receiver whose test says what it does with each connection, one after the other; `serve` gets the socket.
class told_receiver {
public:
  explicit told_receiver(std::function<void(int connection, int number)> serve)
      : port_(free_port()), listener_(listen_on(port_)), thread_([this, serve = std::move(serve)](const std::stop_token& stop) {
          for (auto number = 0; !stop.stop_requested();) {
            auto waits = pollfd{listener_.descriptor(), POLLIN, 0};
            if (::poll(&waits, 1, 5) != 1) continue;
            const auto guest = socket_handle{::accept4(listener_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC)};
            serve(guest.descriptor(), number++);
          }
        }) {}
  auto address() const -> std::string { return "127.0.0.1:" + std::to_string(port_); }

private:
  std::uint16_t port_;
  socket_handle listener_;
  std::jthread thread_;
};

/// The next root object of a connection; nothing at its end.
inline auto next_root(int connection, std::string& pending) -> std::optional<std::string> {
  while (true) {
    auto skipper = msgpack_skipper{};
    if (!pending.empty() && skipper.resume(pending) == msgpack_skipper::progress::complete) {
      auto root = pending.substr(0, skipper.size());
      pending.erase(0, skipper.size());
      return root;
    }
    char bytes[65536];
    const auto got = ::recv(connection, bytes, sizeof bytes, 0);
    if (got <= 0) return std::nullopt;
    pending.append(bytes, static_cast<std::size_t>(got));
  }
}

/// The id that a message wants to have acknowledged, as msgpack; empty: none.
inline auto id_in(const std::string& root) -> std::string {
  const auto message = decode_forward(root);
  return message ? std::string{message->option.chunk} : std::string{};
}

inline void acknowledge(int connection, const std::string& id) {
  auto ack = byte_buffer{};
  append_forward_ack(ack, id);
  (void)::send(connection, ack.data(), ack.size(), MSG_NOSIGNAL);
}

} // namespace weir::test
