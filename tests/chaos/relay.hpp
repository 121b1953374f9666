/// TCP proxies in front of nodes, which do to their connections what networks do: cut, stall and delay them.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/stream.hpp"
#include "tests/support/sockets.hpp"

#include <deque>
#include <list>
#include <thread>
#include <vector>

namespace weir::chaos {

enum class direction { inward, outward };

class relay {
public:
  explicit relay(std::uint64_t seed) : random_(seed) {}
  ~relay();
  relay(const relay&) = delete;
  auto operator=(const relay&) -> relay& = delete;

  /// Before start(). Whoever connects to 127.0.0.1:`from` gets through to 127.0.0.1:`to`. The door's number.
  auto add_door(std::uint16_t from, std::uint16_t to) -> result<std::size_t>;
  /// One thread for all doors.
  void start();

  /// Resets all connections through this door; those that come later are let through.
  void cut(std::size_t number);
  /// What goes this way waits, also of connections that come later; it arrives in order when the time is over.
  void stall(std::size_t number, direction way, steady_time until);
  /// Whatever is read until then waits for 0 to `most` before it goes on, in order.
  void delay(std::size_t number, std::chrono::milliseconds most, steady_time until);
  /// Ends all stalls and delays.
  void heal();

private:
  struct piece {
    steady_time due;
    std::string bytes;
  };
  struct flow {
    std::deque<piece> queue;
    std::size_t queued = 0; ///< bytes
    bool has_ended = false; ///< the sender's end was read
    bool is_told = false;   ///< and handed on
  };
  struct connection {
    test::socket_handle client, server;
    bool is_connecting = true;
    bool is_broken = false;
    flow inward, outward;
  };
  struct door {
    test::socket_handle listener;
    std::uint16_t to = 0;
    std::list<connection> connections = {};
    steady_time inward_stalled{}, outward_stalled{}, delayed{};
    std::chrono::milliseconds delay_max{0};
  };

  void run(const std::stop_token& stop);
  void work(steady_time now);
  void admit(door& at);
  void pass(door& at, connection& through, steady_time now);
  void read(int from, flow& into, steady_time now, const door& at, bool& is_broken);
  static void write(int to, flow& from, steady_time now, bool& is_broken);
  static void reset(connection& which);
  auto wanted(steady_time now) -> std::vector<pollfd>;

  std::mutex mutex_;
  std::vector<door> doors_;
  randomness random_;
  std::jthread thread_;
};

} // namespace weir::chaos
