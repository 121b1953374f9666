/// A server of a test's own that speaks as much HTTP as a store's client needs, and answers what the test says.
#pragma once

#include "tests/support/sockets.hpp"

#include <poll.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace weir::test {

struct got_request {
  std::string head; ///< request line and fields, as they came
  std::string body;

  auto line() const -> std::string { return head.substr(0, head.find("\r\n")); }
  auto has(const std::string& field) const -> bool { return head.find("\r\n" + field + "\r\n") != std::string::npos; }
};

inline auto http_answer_text(int status, const std::string& body, const std::string& fields = {}) -> std::string {
  return "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Type: application/json\r\nContent-Length: "
         + std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body;
}

/// Connections are served one after the other by a thread each. An empty answer closes the connection; `silence` lets it wait.
class http_server {
public:
  static constexpr auto silence = "silence";
  using handler = std::function<std::string(const got_request&)>;

  explicit http_server(handler answers, std::uint16_t port = free_port())
      : answers_(std::move(answers)), port_(port), listener_(listen_on(port)), accepting_([this] { accept_all(); }) {}
  ~http_server() {
    is_over_ = true;
    accepting_.join();
    for (auto& t : serving_) t.join();
  }
  http_server(const http_server&) = delete;
  auto operator=(const http_server&) -> http_server& = delete;

  auto url() const -> std::string { return "http://127.0.0.1:" + std::to_string(port_); }
  auto port() const -> std::uint16_t { return port_; }
  auto connections() const -> int { return connections_; }
  auto requests() const -> std::vector<got_request> {
    const auto lock = std::lock_guard{guard_};
    return requests_;
  }

private:
  auto has_bytes(int descriptor) const -> bool {
    auto waiting = pollfd{descriptor, POLLIN, 0};
    while (!is_over_)
      if (::poll(&waiting, 1, 20) > 0) return true;
    return false;
  }
  void accept_all() {
    while (has_bytes(listener_.descriptor())) {
      auto peer = socket_handle{::accept(listener_.descriptor(), nullptr, nullptr)};
      if (!peer.is_open()) continue;
      ++connections_;
      serving_.emplace_back([this, p = std::move(peer)] { serve(p.descriptor()); });
    }
  }
  void serve(int descriptor) {
    auto bytes = std::string{};
    while (true) {
      auto request = got_request{};
      if (!read_request(descriptor, bytes, request)) return;
      {
        const auto lock = std::lock_guard{guard_};
        requests_.push_back(request);
      }
      const auto answer = answers_(request);
      if (answer == silence) return void(has_bytes(descriptor));
      if (answer.empty()) return;
      (void)!::send(descriptor, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }
  auto read_request(int descriptor, std::string& bytes, got_request& out) const -> bool {
    while (bytes.find("\r\n\r\n") == std::string::npos)
      if (!read_more(descriptor, bytes)) return false;
    const auto end = bytes.find("\r\n\r\n") + 2;
    out.head = bytes.substr(0, end);
    const auto field = out.head.find("Content-Length: ");
    const auto size = field == std::string::npos ? 0UL : std::stoul(out.head.substr(field + 16));
    while (bytes.size() < end + 2 + size)
      if (!read_more(descriptor, bytes)) return false;
    out.body = bytes.substr(end + 2, size);
    bytes.erase(0, end + 2 + size);
    return true;
  }
  auto read_more(int descriptor, std::string& bytes) const -> bool {
    char block[65536];
    if (!has_bytes(descriptor)) return false;
    const auto count = ::recv(descriptor, block, sizeof block, 0);
    if (count > 0) bytes.append(block, static_cast<std::size_t>(count));
    return count > 0;
  }

  handler answers_;
  std::uint16_t port_;
  socket_handle listener_;
  std::atomic<bool> is_over_ = false;
  std::atomic<int> connections_ = 0;
  mutable std::mutex guard_;
  std::vector<got_request> requests_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

} // namespace weir::test
