#include "actors/collectors/web/source.hpp"

#include "actors/collectors/web/session.hpp"
#include "runtime/measure/observation.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto held_bytes_max = std::size_t{64} << 20;
constexpr auto health_path = std::string_view{"/health"};

auto web_server_settings_of(const web_source::parts& p) -> client_server_settings {
  auto made = client_server_settings{};
  made.doors = p.doors;
  const auto& s = p.settings;
  if (s.tls) made.tls = s.tls->files();
  made.connections_max = s.max_connections;
  made.message_bytes_max = s.max_message.value;
  made.handshake_timeout = s.handshake_timeout;
  made.message_timeout = s.message_timeout;
  made.takes_without_demand = true;
  return made;
}

auto answered_with(web_answer answer) -> web_decision { return {nullptr, {web_route::kind::answered, std::move(answer)}}; }

} // namespace

web_source::web_source(parts given, const plugin_context& context)
    : given_(std::move(given)),
      clock_(*context.clock),
      server_(web_server_settings_of(given_), *this, context),
      access_(given_.settings.auth),
      delivery_(given_.settings, *context.clock) {}

auto web_source::open(const resume_info& resume) -> result<void> {
  server_.resume(resume);
  delivery_.memory().resume(resume, server_.acks().next_position());
  return server_.is_listening() ? result<void>{} : listen();
}

auto web_source::read(intake& out, std::size_t budget) -> result<read_status> {
  if (budget > 0)
    starved_since_.reset();
  else if (!starved_since_)
    starved_since_ = clock_.monotonic();
  return server_.read(out, budget);
}

void web_source::observe(observation& to) const {
  if (delivery_.repeated() > 0) to.noted["sent again, known"] += delivery_.repeated();
  server_.observe(to);
}

auto web_source::make_session(client_peer&, std::size_t) -> std::unique_ptr<client_session> { return std::make_unique<web_session>(*this); }

auto web_source::hold_bytes(std::size_t before, std::size_t now) -> bool {
  held_bytes_ = held_bytes_ - before + now;
  return held_bytes_ <= held_bytes_max || now <= before;
}

auto web_source::is_allowed_origin(std::string_view origin) const -> bool {
  return std::any_of(given_.origins.begin(), given_.origins.end(), [&](const auto& o) { return o == "*" || o == origin; });
}

void web_source::add_cors(const web_request& request, web_answer& to) const {
  const auto origin = request.field("origin");
  if (given_.origins.empty() || origin.empty() || !is_allowed_origin(origin)) return;
  to.fields.emplace_back("Access-Control-Allow-Origin", std::string{origin});
  to.fields.emplace_back("Vary", "Origin");
}

auto web_source::preflight(const web_request& request) const -> web_answer {
  if (!is_allowed_origin(request.field("origin"))) return web_problem(403, "pages of this origin may not send");
  auto answer = web_answer{204};
  answer.fields.emplace_back("Access-Control-Allow-Methods", "POST");
  const auto wanted = request.field("access-control-request-headers");
  answer.fields.emplace_back("Access-Control-Allow-Headers", wanted.empty() ? "Content-Type" : std::string{wanted});
  answer.fields.emplace_back("Access-Control-Max-Age", "600");
  return answer;
}

auto web_source::route_of(const web_request& request) const -> web_decision {
  for (const auto& e : given_.endpoints)
    if (auto route = e->route(request)) return {e.get(), std::move(*route)};
  return answered_with(web_problem(404, "nothing is taken here"));
}

auto web_source::decide(const web_request& request) -> web_decision {
  const auto asks = request.method == "GET" || request.method == "HEAD";
  if (asks && request.path == health_path) return answered_with({200, "{\"status\":\"ok\"}\n"});
  if (!given_.origins.empty() && !request.field("origin").empty()) {
    if (request.method == "OPTIONS") return answered_with(preflight(request));
    if (!is_allowed_origin(request.field("origin"))) return answered_with(web_problem(403, "pages of this origin may not send"));
  }
  auto decision = route_of(request);
  const auto verdict = access_.judge(request.field("authorization"));
  if (verdict == web_verdict::welcome) return decision;
  const auto status = verdict == web_verdict::wrong && request.field("authorization").starts_with("Splunk ") ? 403 : 401;
  auto refusal = decision.by == nullptr ? web_problem(status, "who are you") : decision.by->problem_of(request, status, "who are you");
  refusal.fields.emplace_back("WWW-Authenticate", std::string{access_.challenge()});
  decision.route = {web_route::kind::answered, std::move(refusal)};
  return decision;
}

} // namespace weir
