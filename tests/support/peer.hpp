/// A real server of a test's own, from tests/peers.
#pragma once

#include "tests/support/directory.hpp"

#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace weir::test {

/// A port that nobody listens at now.
inline auto free_loopback_port() -> int {
  const auto socket = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto size = socklen_t{sizeof address};
  BOOST_REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  BOOST_REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// Ends the program as skipped where the server cannot be had.
class peer {
public:
  explicit peer(std::string name, std::string options = {}) : name_(std::move(name)), options_(std::move(options)) { start(); }
  ~peer() { stop(); }
  peer(const peer&) = delete;
  auto operator=(const peer&) -> peer& = delete;

  auto port() const -> int { return port_; }
  auto address() const -> std::string { return "127.0.0.1:" + std::to_string(port_); }
  auto folder() const -> std::string { return folder_ / "server"; }

  void start() {
    // The server may run as another user.
    std::filesystem::permissions(folder_.path(), std::filesystem::perms{0755});
    const auto status = std::system((options_ + ' ' + scripts() + '/' + name_ + "/start " + folder() + ' ' + std::to_string(port_)).c_str());
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) std::exit(77);
    BOOST_REQUIRE(status == 0);
  }
  void stop() { BOOST_CHECK(std::system((scripts() + "/stop " + folder()).c_str()) == 0); }
  /// All its processes.
  void signal(int number) const { ::kill(-std::stoi(content_of(folder() + "/pid")), number); }

private:
  static auto scripts() -> std::string { return WEIR_PEER_SCRIPTS; }

  std::string name_;
  std::string options_; ///< NAME=VALUE of the environment
  temporary_directory folder_;
  int port_ = free_loopback_port();
};

} // namespace weir::test
