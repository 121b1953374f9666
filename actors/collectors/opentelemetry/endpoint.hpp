/// Log records by OTLP over HTTP (OpenTelemetry protocol specification 1.x).
#pragma once

#include "actors/collectors/web/endpoint.hpp"
#include "runtime/codec/otlp_reader.hpp"

#include <string>

namespace weir {

/// Codes of gRPC's statuses.
enum class grpc_code : int {
  ok = 0,
  invalid_argument = 3,
  resource_exhausted = 8,
  unimplemented = 12,
  unavailable = 14,
  unauthenticated = 16,
};

inline constexpr auto only_logs = std::string_view{"only logs are taken here, neither metrics nor traces"};

class otlp_endpoint final : public web_endpoint {
public:
  explicit otlp_endpoint(std::string tag_attribute) : reader_(std::move(tag_attribute)) {}

  auto route(const web_request& request) const -> std::optional<web_route> override;
  auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer override;
  auto problem_of(const web_request& request, int status, std::string_view why) const -> web_answer override;

  /// Makes events of a request; what the answer is.
  auto take_request(std::string_view body, bool is_json, web_events& out) -> result<std::string>;

private:
  otlp_reader reader_;
};

} // namespace weir
