#include "actors/collectors/opentelemetry/endpoint.hpp"

namespace weir {
namespace {

constexpr auto packed_type = std::string_view{"application/x-protobuf"};
constexpr auto otlp_json_type = std::string_view{"application/json"};
constexpr auto otlp_tag = std::string_view{"opentelemetry"};

auto is_otlp_json(const web_request& request) -> bool { return request.type() == otlp_json_type; }

auto otlp_says(const web_request& request, int status, std::string body) -> web_answer {
  return {status, std::move(body), std::string{is_otlp_json(request) ? otlp_json_type : packed_type}};
}

auto code_of_status(int status) -> grpc_code {
  switch (status) {
  case 401:
  case 403: return grpc_code::unauthenticated;
  case 404: return grpc_code::unimplemented;
  case 413:
  case 429: return grpc_code::resource_exhausted;
  case 503: return grpc_code::unavailable;
  default: return grpc_code::invalid_argument;
  }
}

} // namespace

auto otlp_endpoint::problem_of(const web_request& request, int status, std::string_view why) const -> web_answer {
  return otlp_says(request, status, otlp_status(static_cast<int>(code_of_status(status)), why, is_otlp_json(request)));
}

auto otlp_endpoint::route(const web_request& request) const -> std::optional<web_route> {
  using enum web_route::kind;
  if (request.path == "/v1/metrics" || request.path == "/v1/traces") return web_route{answered, problem_of(request, 404, only_logs)};
  if (request.path != "/v1/logs") return std::nullopt;
  if (request.method != "POST") return web_route{answered, problem_of(request, 405, "logs come by POST")};
  if (request.type() != packed_type && !is_otlp_json(request))
    return web_route{answered, problem_of(request, 415, "wanted application/x-protobuf or application/json, not " + request.type())};
  return web_route{whole};
}

auto otlp_endpoint::take_request(std::string_view body, bool is_json, web_events& out) -> result<std::string> {
  const auto use = [&](const otlp_event& e) { return out.add(e.tag.empty() ? otlp_tag : e.tag, e.time_ns, e.record); };
  WEIR_CHECK(is_json ? reader_.read_json(body, use) : reader_.read(body, use));
  return otlp_response(out.dropped_count(), "log records are too large to be stored", is_json);
}

auto otlp_endpoint::take(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  auto said = take_request(body, is_otlp_json(request), out);
  if (!said) return problem_of(request, said.failure().code == errc::limit ? 413 : 400, said.failure().what);
  return otlp_says(request, 200, std::move(*said));
}

} // namespace weir
