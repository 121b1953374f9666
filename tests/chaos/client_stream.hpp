/// A forward client as the libraries are: each message has a chunk option, is kept until its ack comes, and
/// is sent again, the same bytes, over the next connection: to the same server, or to any of several, where its ids are
/// random as those of Fluentd.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/stream.hpp"
#include "tests/support/sockets.hpp"

#include <deque>
#include <string>
#include <vector>

namespace weir::chaos {

class client_stream {
public:
  client_stream(stream_state& state, std::vector<std::uint16_t> ports, pace wanted, std::uint64_t seed);

  /// Makes messages until `stop`, then goes on until the last ack, or until `give_up`.
  auto run(std::stop_token stop, std::stop_token give_up) -> result<void>;

  struct figures {
    std::atomic<std::uint64_t> messages{0};
    std::atomic<std::uint64_t> resent{0};
    std::atomic<std::uint64_t> unacked{0};
    std::atomic<std::uint64_t> wrong_acks{0}; ///< bytes that are no ack, or an ack for what was not sent
  };
  auto seen() const -> const figures& { return seen_; }

private:
  struct message {
    std::string id;
    std::string bytes;
  };
  void make_messages();
  auto make_message(std::uint64_t lines) -> message;
  auto make_id() -> std::string;
  /// False if the connection is over.
  auto exchange() -> bool;
  auto send_some() -> bool;
  auto take_acks() -> bool;
  void connect(pauses& wait);
  void disconnect();

  stream_state& state_;
  std::vector<std::uint16_t> ports_;
  throttle throttle_;
  randomness random_;
  test::socket_handle connection_;
  std::deque<message> unacked_; ///< oldest first
  std::size_t sent_ = 0;        ///< of unacked_, over this connection, in whole messages
  std::size_t sent_bytes_ = 0;  ///< of the message behind those
  std::size_t sent_once_ = 0;   ///< of unacked_, over any connection
  std::chrono::steady_clock::time_point last_progress_;
  std::string received_;
  figures seen_;
};

} // namespace weir::chaos
