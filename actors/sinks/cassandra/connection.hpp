/// A connection to a node: logs in, and has up to 256 requests under way at once, whose answers come in any order.
#pragma once

#include "actors/sinks/cassandra/answers.hpp"
#include "actors/sinks/cassandra/frames.hpp"
#include "actors/sinks/network/settings.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/tls.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct pollfd;

namespace weir {

/// How to get to a node.
struct cql_route {
  host_port at;
  std::shared_ptr<const net::tls_context> tls = {}; ///< absent: plain
  std::string name = {}; ///< for TLS: that its certificate is to have
  bool checks_name = true;
  std::string user = {};
  std::string password = {};
};

struct cql_answer {
  std::uint32_t ticket = 0; ///< of the request
  cql_opcode kind = cql_opcode::error;
  std::string_view body; ///< until something is received again
};

/// One thread. After a failure of anything nothing more can be done with it.
class cql_connection {
public:
  static constexpr std::size_t requests_max = 256;

  /// Blocks, with TLS and login within `patience` where the host has one address.
  static auto open(const cql_route& to, duration patience) -> result<std::unique_ptr<cql_connection>>;
  ~cql_connection();
  cql_connection(const cql_connection&) = delete;
  auto operator=(const cql_connection&) -> cql_connection& = delete;

  /// Sends it and waits for its answer; nothing else is under way.
  auto ask(cql_opcode kind, std::string_view body, duration patience) -> result<cql_answer>;

  auto under_way() const -> std::size_t { return requests_max - free_.size(); }
  /// What is under way.
  auto tickets() const -> std::vector<std::uint32_t>;
  /// There is room for one more. Goes out with the next exchange().
  void send(cql_opcode kind, std::string_view body, std::uint32_t ticket, monotonic_time now);
  /// Sends and receives what goes without waiting.
  auto exchange(monotonic_time now) -> result<void>;
  /// One that has come. The error: what came is no answer to anything.
  auto next() -> result<std::optional<cql_answer>>;
  /// What to wait for.
  auto waits() const -> pollfd;
  /// When something came last, or was sent when nothing was under way.
  auto since() const -> monotonic_time { return since_; }

private:
  explicit cql_connection(std::unique_ptr<net::transport> by);
  auto shake_hands(monotonic_time until) -> result<void>;
  auto log_in(const cql_route& to, duration patience) -> result<void>;
  void wait(short events, monotonic_time until) const;
  auto send_some() -> result<void>;
  auto receive_some(monotonic_time now) -> result<void>;
  void drop_taken();

  std::unique_ptr<net::transport> by_;
  byte_buffer in_;
  std::size_t taken_ = 0; ///< of in_
  byte_buffer out_;
  std::size_t sent_ = 0; ///< of out_
  std::vector<std::int16_t> free_;
  std::vector<std::optional<std::uint32_t>> tickets_; ///< by stream
  monotonic_time since_{};
  std::string ended_; ///< why nothing more comes
};

} // namespace weir
