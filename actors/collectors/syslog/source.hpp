/// Takes syslog from others: datagrams, streams, TLS and RELP.
#pragma once

#include "actors/collectors/network/datagrams.hpp"
#include "actors/collectors/network/message.hpp"
#include "actors/collectors/network/server.hpp"
#include "actors/collectors/source.hpp"
#include "actors/collectors/syslog/record.hpp"
#include "actors/collectors/syslog/settings.hpp"

#include <memory>
#include <vector>

namespace weir {

class syslog_source final : public source, private client_protocol, private message_taker {
public:
  using settings = syslog_source_settings;
  static constexpr bool listens = true;
  static constexpr bool gives_events = true;
  static auto tags(const settings& s) -> std::vector<tag_shape> { return {syslog_tag::shape(s.tag)}; }
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + s.listen.size(), true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  static auto clients(const settings& s) -> client_promise;
  syslog_source(settings s, const plugin_context& context);

  auto listen() -> result<void> override;
  auto open(const resume_info& resume) -> result<void> override;
  auto read(intake& out, std::size_t budget) -> result<read_status> override { return server_.read(out, budget); }
  void acknowledge(std::span<const position_range> safe) override { server_.acknowledge(safe); }
  auto wake_fd() const -> int override { return server_.wake_fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override { return server_.wake_at(); }
  auto summary() const -> std::string override { return datagrams_.summary(); }
  void observe(observation& to) const override;
  auto is_settled() const -> bool override { return server_.is_settled(); }

private:
  auto make_session(client_peer& peer, std::size_t protocol) -> std::unique_ptr<client_session> override;
  void take(const received_message& message, client_turn& turn) override;

  settings settings_;
  client_server server_;
  datagram_doors datagrams_;
  syslog_record record_;
  std::uint64_t cut_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t lost_times_ = 0;
};

} // namespace weir
