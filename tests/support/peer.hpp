/// A real server of a test's own, from tests/peers.
#pragma once

#include "tests/support/directory.hpp"
#include "tests/support/sockets.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace weir::test {

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
  int port_ = free_port();
};

} // namespace weir::test
