/// The server side of the forward protocol as a source.
#pragma once

#include "actors/collectors/forward/access.hpp"
#include "actors/collectors/forward/delivery.hpp"
#include "actors/collectors/forward/session.hpp"
#include "actors/collectors/forward/window.hpp"
#include "actors/collectors/network/server.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/net/peer_warnings.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace weir {

/// Of all messages of its clients one at a time is under way; an answer waits until its message is safe.
class forward_source final : public source, private client_protocol {
public:
  using settings = forward_settings;
  static auto tags(const settings& s) -> std::vector<tag_shape>;
  static constexpr bool listens = true;
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;
  /// Each address has a socket for connections and one for heartbeats.
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + 2 * s.listen.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    for (const auto& address : s.listen) made.held.push_back({claim::kind::address, address, "listen"});
    return made;
  }
  static auto clients(const settings&) -> client_promise;
  forward_source(settings s, const plugin_context& context);

  auto listen() -> result<void> override;
  auto open(const resume_info& resume) -> result<void> override;
  auto read(intake& out, std::size_t budget) -> result<read_status> override;
  void acknowledge(std::span<const position_range> safe) override { server_.acknowledge(safe); }
  auto wake_fd() const -> int override { return server_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override;
  auto summary() const -> std::string override { return server_.summary(); }
  void observe(observation& to) const override;
  /// What is not a whole message yet is its client's, who was promised nothing.
  auto is_settled() const -> bool override { return server_.is_settled(); }
  /// Clients wait for their acks, so a look is cheap at any rate.
  auto pause() const -> std::chrono::nanoseconds override { return std::chrono::microseconds{500}; }

  // For its sessions.
  auto given() const -> const forward_settings& { return settings_; }
  auto access() const -> const std::optional<forward_access>& { return access_; }
  auto server() -> client_server& { return server_; }
  auto warnings() -> peer_warnings& { return warnings_; }
  /// Makes it the message under way, without what is known of it. Its bytes stay where they are until it is delivered.
  auto begin(const forward_message& message, const client_connection& from, const forward_session& of) -> result<void>;
  /// Puts it as far as the budget goes; once it is whole, which position must be safe before all of it is.
  auto deliver(const client_peer& from, client_turn& turn) -> std::optional<std::uint64_t>;
  /// The id that its client gave it, one msgpack value or nothing.
  auto chunk() const -> std::string_view { return delivery_.message().option.chunk; }

private:
  auto make_session(client_peer& peer, std::size_t protocol) -> std::unique_ptr<client_session> override;
  void cover(intake& out) override;
  void recognise(const client_connection& from, const forward_session& of);
  void note_lost_times(const client_peer& from);
  auto finish_message(intake& out) -> std::uint64_t;

  settings settings_;
  const clock& clock_;
  client_server server_;
  peer_warnings warnings_;
  std::optional<forward_access> access_;
  std::unordered_map<std::string, std::string> hostnames_;
  forward_delivery delivery_;
  forward_window window_;
  forward_identity identity_;
  std::uint64_t resent_events_ = 0;
  std::uint64_t lost_times_ = 0; ///< events that have the time of their arrival instead
  // Of the message that delivery_ holds:
  std::string stream_;                             ///< its own, if it rides in chunks
  std::optional<forward_window::verdict> verdict_; ///< nothing if it has no id
  bool has_put_ = false;
};

} // namespace weir
