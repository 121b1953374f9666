/// What sources of events by HTTP share: their connections, who may send, ways of sending, and the request under way.
#pragma once

#include "actors/collectors/network/server.hpp"
#include "actors/collectors/source.hpp"
#include "actors/collectors/web/access.hpp"
#include "actors/collectors/web/delivery.hpp"
#include "actors/collectors/web/endpoint.hpp"
#include "actors/collectors/web/settings.hpp"
#include "actors/collectors/web/unpack.hpp"

#include <memory>
#include <string>
#include <vector>

namespace weir {

/// What becomes of a request, and who answers it.
struct web_decision {
  web_endpoint* by = nullptr; ///< null: nobody's
  web_route route = {};
};

/// Of all requests of its clients one at a time is put; its answer waits until that is safe.
class web_source : public source, protected client_protocol {
public:
  static constexpr bool listens = true;
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;

  struct parts {
    web_settings settings;
    std::vector<client_door> doors;
    std::vector<std::unique_ptr<web_endpoint>> endpoints; ///< the first that knows a request takes it
    std::vector<std::string> origins = {};                ///< of pages that may send (CORS)
  };
  web_source(parts given, const plugin_context& context);

  auto listen() -> result<void> override { return server_.listen(); }
  auto open(const resume_info& resume) -> result<void> override;
  auto read(intake& out, std::size_t budget) -> result<read_status> override;
  void acknowledge(std::span<const position_range> safe) override { server_.acknowledge(safe); }
  auto wake_fd() const -> int override { return server_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override { return server_.wake_at(); }
  auto summary() const -> std::string override { return server_.summary(); }
  void observe(observation& to) const override;
  auto is_settled() const -> bool override { return server_.is_settled(); }
  /// Clients wait for their answers, so a look is cheap at any rate.
  auto pause() const -> std::chrono::nanoseconds override { return std::chrono::microseconds{500}; }

  // For its sessions.
  auto given() const -> const web_settings& { return given_.settings; }
  auto server() -> client_server& { return server_; }
  auto delivery() -> web_delivery& { return delivery_; }
  auto unpacker() -> web_unpacker& { return unpacker_; }
  auto access() const -> const web_access& { return access_; }
  auto decide(const web_request& request) -> web_decision;
  /// Whether a request may be put now.
  auto may_put(const client_turn& turn) const -> bool { return turn.left > 0 && !delivery_.is_under_way(); }
  /// Nothing could be taken for so long that there is no use in waiting.
  auto is_starved(monotonic_time now) const -> bool { return starved_since_ && now - *starved_since_ >= given_.settings.busy_after; }
  /// What goes on each answer to that request.
  void add_cors(const web_request& request, web_answer& to) const;
  /// Counts what sessions keep beside what they have received; false: it is too much for all together.
  auto hold_bytes(std::size_t before, std::size_t now) -> bool;

protected:
  auto make_session(client_peer& peer, std::size_t protocol) -> std::unique_ptr<client_session> override;
  void cover(intake& out) override { delivery_.cover(out); }

private:
  auto preflight(const web_request& request) const -> web_answer;
  auto is_allowed_origin(std::string_view origin) const -> bool;
  auto route_of(const web_request& request) const -> web_decision;

  parts given_;
  const clock& clock_;
  client_server server_;
  web_access access_;
  web_delivery delivery_;
  web_unpacker unpacker_;
  std::optional<monotonic_time> starved_since_; ///< without demand
  std::size_t held_bytes_ = 0;
};

} // namespace weir
