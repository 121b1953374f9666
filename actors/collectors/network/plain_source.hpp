/// What the sources tcp, udp and unix have in common: whoever connects or sends a datagram sends lines.
#pragma once

#include "actors/collectors/network/datagrams.hpp"
#include "actors/collectors/network/message.hpp"
#include "actors/collectors/network/server.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/codec/stream_framer.hpp"

#include <memory>
#include <string>

namespace weir {

/// The framings of what is not syslog.
enum class plain_framing { lf, nul, octets };

constexpr auto names_of(plain_framing*) {
  using enum plain_framing;
  return std::array<std::pair<std::string_view, plain_framing>, 3>{{{"lf", lf}, {"nul", nul}, {"octets", octets}}};
}

constexpr auto stream_framing_of(plain_framing how) -> stream_framing {
  return how == plain_framing::lf ? stream_framing::lf : how == plain_framing::nul ? stream_framing::nul : stream_framing::octets;
}

struct plain_source_settings {
  std::string tag;
  std::string source_address_key;
  plain_framing framing = plain_framing::lf;
  std::size_t message_bytes_max = 0;
  client_server_settings server = {};
  datagram_settings datagrams = {};
};

class plain_source : public source, private client_protocol, private message_taker {
public:
  static constexpr bool listens = true;
  plain_source(plain_source_settings settings, const plugin_context& context);

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

  plain_source_settings settings_;
  const clock& clock_;
  client_server server_;
  datagram_doors datagrams_;
  byte_buffer attached_; ///< to the line that is put
  std::uint64_t cut_ = 0;
};

/// That nobody is answered.
auto plain_promise() -> client_promise;

} // namespace weir
