/// Datagrams of a source that has a client_server: UDP and unix sockets, read in batches as far as demand goes.
//
// Without demand they stay in the kernel, whose buffer is as large as `receive_buffer`; what finds no room there is lost by
// it, counted here as dropped, and told.
#pragma once

#include "actors/collectors/network/message.hpp"
#include "actors/collectors/network/server.hpp"
#include "runtime/net/datagram_batch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

struct datagram_settings {
  static constexpr std::size_t largest = 262144; ///< no datagram has more as systems are set up

  std::vector<std::string> places; ///< as parse_datagram_endpoint() takes them
  mode_t socket_mode = 0600;
  std::uint64_t receive_buffer_bytes = 0;
  std::size_t message_bytes_max = 0;
};

class datagram_doors {
public:
  datagram_doors(datagram_settings settings, client_server& server, message_taker& to, const plugin_context& context);

  /// After the server's.
  auto listen() -> result<void>;
  /// The server's, and where datagrams come, with what was lost there.
  auto summary() const -> std::string;
  void observe(observation& to) const;

private:
  struct door {
    std::shared_ptr<net::listening_socket> socket;
    std::uint32_t lost_before = 0; ///< the kernel's count that is in `lost` already
    std::uint64_t lost = 0;
    std::uint64_t lost_untold = 0;
    monotonic_time told_at{};
    std::string problem;
    monotonic_time problem_at{};
  };
  auto open(const std::string& place) -> result<void>;
  void warn_of_small_buffer(const door& of) const;
  void receive(door& at, client_turn& turn);
  void take_all(std::size_t count, client_turn& turn);
  void count_lost(door& at, client_turn& turn);
  void tell_lost(door& at);
  auto peer_of(const net::datagram& d) -> const client_peer&;

  datagram_settings settings_;
  client_server& server_;
  message_taker& to_;
  std::string component_;
  const clock& clock_;
  net::kept_sockets own_sockets_; ///< where nobody keeps them for it
  net::kept_sockets& sockets_;
  std::vector<std::unique_ptr<door>> doors_;
  std::optional<net::datagram_batch> batch_;
  std::size_t recent_bytes_ = 256; ///< of a datagram
  sockaddr_storage last_from_{};
  socklen_t last_from_bytes_ = 0;
  client_peer last_peer_;
};

} // namespace weir
