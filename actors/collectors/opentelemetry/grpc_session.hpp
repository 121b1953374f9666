/// One connection that exports log records by gRPC.
#pragma once

#include "actors/collectors/network/session.hpp"
#include "actors/collectors/opentelemetry/endpoint.hpp"
#include "actors/collectors/opentelemetry/grpc_channel.hpp"
#include "actors/collectors/web/source.hpp"

#include <map>
#include <optional>

namespace weir {

class grpc_session final : public client_session {
public:
  grpc_session(web_source& of, otlp_endpoint& records) : of_(of), records_(records), channel_(of.given().max_message.value) {}

  void open(client_connection& at) override;
  auto take(client_connection& at, client_turn& turn) -> result<client_progress> override;
  void on_safe(client_connection& at, std::string_view token) override;
  void on_time(client_connection& at, client_turn& turn) override;
  void on_end(client_connection& at) override;

private:
  auto feed(client_connection& at, const client_turn& turn) -> result<void>;
  /// False: it waits for demand.
  auto on_call(const client_connection& at, const client_turn& turn) -> bool;
  auto refusal_of(const grpc_call& call) const -> std::optional<grpc_answer>;
  void take_message(const client_connection& at, const grpc_message& message);
  void end_delivery(client_connection& at, client_turn& turn);
  auto is_out_of_patience(const client_turn& turn) const -> bool;
  /// False: the client does not read what it is told.
  auto send(client_connection& at) -> bool;

  web_source& of_;
  otlp_endpoint& records_;
  grpc_channel channel_;
  std::optional<grpc_call> call_;           ///< that is to be put, or is being put
  bool is_delivering_ = false;
  std::string payload_;                     ///< the answer to it
  std::map<std::int32_t, std::string> safe_later_; ///< answers, by stream
  std::size_t held_ = 0;                    ///< what of the channel was counted
  monotonic_time fed_at_{};
  std::optional<monotonic_time> waits_since_; ///< for demand
};

} // namespace weir
