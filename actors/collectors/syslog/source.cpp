#include "actors/collectors/syslog/source.hpp"

#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/framed_session.hpp"
#include "actors/collectors/syslog/places.hpp"
#include "actors/collectors/syslog/relp_session.hpp"
#include "runtime/measure/observation.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Of settings that were validated.
auto places_of(const syslog_source_settings& s) -> std::vector<syslog_place> {
  auto made = std::vector<syslog_place>{};
  for (const auto& text : s.listen)
    if (auto at = parse_syslog_place(text)) made.push_back(std::move(*at));
  return made;
}

auto syslog_server_settings(const syslog_source_settings& s) -> client_server_settings {
  auto made = client_server_settings{};
  for (auto& at : places_of(s))
    if (at.way != syslog_way::datagrams) made.doors.push_back({std::move(at.place), at.is_encrypted, static_cast<std::size_t>(at.way)});
  made.socket_mode = socket_mode_of(s.socket_mode);
  if (s.tls) made.tls = s.tls->files();
  made.connections_max = s.max_connections;
  made.message_bytes_max = std::max<std::size_t>(made.message_bytes_max, s.max_message.value);
  made.handshake_timeout = s.handshake_timeout;
  made.message_timeout = s.message_timeout;
  return made;
}

auto syslog_datagram_settings(const syslog_source_settings& s) -> datagram_settings {
  auto made = datagram_settings{};
  for (auto& at : places_of(s))
    if (at.way == syslog_way::datagrams) made.places.push_back(std::move(at.place));
  made.socket_mode = socket_mode_of(s.socket_mode);
  made.receive_buffer_bytes = s.receive_buffer.value;
  made.message_bytes_max = std::min<std::size_t>(s.max_message.value, datagram_settings::largest);
  return made;
}

} // namespace

auto syslog_source::claims(const settings& s, const plugin_context&) -> plugin_claims {
  auto made = plugin_claims{};
  for (auto& at : places_of(s)) made.held.push_back({claim::kind::address, std::move(at.place), "listen"});
  return made;
}

auto syslog_source::clients(const settings& s) -> client_promise {
  const auto places = places_of(s);
  const auto is_relp = [](const syslog_place& at) { return at.way == syslog_way::relp; };
  auto made = client_promise{};
  made.have_answers = made.send_again = !places.empty() && std::all_of(places.begin(), places.end(), is_relp);
  made.why = made.have_answers ? "the numbers of RELP begin anew with each connection: what a client sends again is stored again"
                               : "syslog has no answers but by RELP: what a kill of Weir, or of the network, takes with it is lost";
  return made;
}

syslog_source::syslog_source(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      server_(syslog_server_settings(settings_), *this, context),
      datagrams_(syslog_datagram_settings(settings_), server_, *this, context),
      record_(settings_, *context.clock) {}

auto syslog_source::listen() -> result<void> {
  WEIR_CHECK(server_.listen());
  return datagrams_.listen();
}

auto syslog_source::open(const resume_info& resume) -> result<void> {
  server_.resume(resume);
  return server_.is_listening() ? result<void>{} : listen();
}

auto syslog_source::make_session(client_peer&, std::size_t protocol) -> std::unique_ptr<client_session> {
  message_taker& taker = *this;
  if (static_cast<syslog_way>(protocol) == syslog_way::relp)
    return std::make_unique<relp_session>(server_, taker, settings_.max_message.value);
  return std::make_unique<framed_session>(taker, stream_framer{settings_.framing, settings_.max_message.value});
}

void syslog_source::take(const received_message& message, client_turn& turn) {
  const auto is_empty = message.bytes.find_first_not_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
  if (is_empty) return; // what stands between messages, as some senders end theirs twice
  const auto event = record_.make(message);
  cut_ += message.is_cut ? 1 : 0;
  foreign_ += record_.is_foreign() ? 1 : 0;
  lost_times_ += record_.has_lost_time() ? 1 : 0;
  turn.out.event(event);
  server_.note_put(event.record.size());
}

void syslog_source::observe(observation& to) const {
  if (cut_ > 0) to.noted["message cut"] += cut_;
  if (foreign_ > 0) to.noted["no syslog message"] += foreign_;
  if (lost_times_ > 0) to.noted["time not read"] += lost_times_;
  server_.observe(to);
  datagrams_.observe(to);
}

namespace {

const register_source<syslog_source> registered_syslog{
    "syslog", "Receives syslog over UDP, TCP, TLS, unix sockets and RELP: rsyslog, syslog-ng, logger, network devices."};

} // namespace
} // namespace weir
