#include "actors/collectors/forward/source.hpp"

#include "runtime/measure/observation.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace weir {
namespace {

auto server_settings_of(const forward_settings& s) -> client_server_settings {
  auto made = client_server_settings{};
  for (const auto& place : s.listen) made.doors.push_back({place, s.tls && !place.starts_with("unix:")});
  made.socket_mode = static_cast<mode_t>(std::stoul(s.socket_mode, nullptr, 8));
  if (s.tls) made.tls = s.tls->files();
  made.connections_max = s.max_connections;
  made.message_bytes_max = s.max_message.value;
  made.handshake_timeout = s.handshake_timeout;
  made.message_timeout = s.message_timeout;
  made.keeps_alive = s.send_keepalive_packet;
  return made;
}

/// One 0x00 byte for every waiting datagram, also for empty ones.
void answer_heartbeats(int fd) {
  constexpr auto most = 64; // the rest waits for the next round
  for (auto i = 0; i < most; ++i) {
    char bytes[128];
    auto address = sockaddr_storage{};
    auto size = socklen_t{sizeof address};
    auto* const from = reinterpret_cast<sockaddr*>(&address);
    if (::recvfrom(fd, bytes, sizeof bytes, 0, from, &size) < 0) return;
    (void)::sendto(fd, "", 1, MSG_NOSIGNAL, from, size);
  }
}

} // namespace

auto forward_source::tags(const settings& s) -> std::vector<tag_shape> {
  const auto prefix = s.add_tag_prefix.empty() ? std::string{} : s.add_tag_prefix + '.';
  if (s.tag.empty()) return {{{prefix, {}}}};
  return {exact_tag(prefix + s.tag)};
}

auto forward_source::clients(const settings&) -> client_promise {
  auto made = client_promise{true, true, true};
  made.notes = {"for clients that ask for acks and whose message ids do not recur: Fluentd, Docker, the fluent-logger libraries",
                "at least once for Fluent Bit, whose ids are hashes of the content: what was under way at a kill may be stored "
                "twice",
                "at most once for clients that do not ask for acks"};
  return made;
}

forward_source::forward_source(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      clock_(*context.clock),
      server_(server_settings_of(settings_), *this, context),
      warnings_(context.component, *context.clock),
      delivery_(settings_) {}

auto forward_source::open(const resume_info& resume) -> result<void> {
  server_.resume(resume);
  window_.resume(resume, server_.acks().next_position());
  return server_.is_listening() ? result<void>{} : listen();
}

auto forward_source::listen() -> result<void> {
  if (settings_.security) {
    WEIR_TRY(access_, forward_access::make(*settings_.security));
  }
  WEIR_CHECK(server_.listen());
  for (auto& listener : server_.listeners())
    if (const auto fd = listener.datagrams_fd(); fd >= 0) server_.watch(fd, [fd](client_turn&) { answer_heartbeats(fd); });
  return {};
}

auto forward_source::make_session(client_peer& peer, std::size_t) -> std::unique_ptr<client_session> {
  if (!settings_.source_hostname_key.empty() && peer.is_ip) {
    constexpr auto remembered_max = std::size_t{1024};
    if (hostnames_.size() >= remembered_max) hostnames_.clear();
    auto& name = hostnames_[peer.address];
    if (name.empty()) name = lookup_hostname(peer);
    peer.hostname = name;
  }
  return std::make_unique<forward_session>(*this, !access_.has_value());
}

auto forward_source::read(intake& out, std::size_t budget) -> result<read_status> {
  warnings_.tell_left_out();
  return server_.read(out, budget);
}

auto forward_source::begin(const forward_message& message, const client_connection& from, const forward_session& of)
    -> result<void> {
  WEIR_CHECK(delivery_.begin(message, from.peer(), clock_.wall_ns()));
  recognise(from, of);
  return {};
}

/// What of the message that delivery_ holds was put before is not put again.
void forward_source::recognise(const client_connection& from, const forward_session& of) {
  has_put_ = false;
  verdict_.reset();
  stream_.clear();
  auto given = std::string_view{};
  if (!msgpack_reader{chunk()}.str_or_bin(given) || given.empty()) return;
  const auto trust = trust_in(kind_of_forward_id(given));
  const auto client = trust.is_shared ? std::string{} : from.peer().address + '\n' + of.hostname();
  const auto digest =
      identity_.digest({given, client, delivery_.message().tag, delivery_.total(), delivery_.checksum()});
  stream_.assign(trust.is_random ? forward_window::shared_prefix : forward_window::stream_prefix);
  stream_ += digest;
  verdict_ = window_.judge({stream_, delivery_.total(), trust, of.carrier(), server_.acks().safe()});
  if (!trust.is_durable) stream_.clear();
  if (!stream_.empty()) delivery_.place({verdict_->message->first});
  if (!verdict_->is_resent) return;
  delivery_.leave_out(verdict_->known);
  resent_events_ += delivery_.entries();
}

auto forward_source::deliver(const client_peer& from, client_turn& turn) -> std::optional<std::uint64_t> {
  while (!delivery_.is_done() && turn.left > 0) {
    const auto bytes = delivery_.put_next(turn.out);
    turn.spend(bytes);
    note_lost_times(from);
    if (delivery_.take_put_count() > 0) {
      has_put_ = true;
      server_.note_put(bytes);
    }
    if (delivery_.must_cover()) cover(turn.out);
  }
  return delivery_.is_done() ? std::optional{finish_message(turn.out)} : std::nullopt;
}

void forward_source::note_lost_times(const client_peer& from) {
  const auto events = delivery_.take_lost_times();
  if (events == 0) return;
  lost_times_ += events;
  warnings_.warn("time", from.address,
                 "a time from " + from.text + " for tag \"" + std::string{delivery_.message().tag}
                     + "\" is none that can be held: the time of arrival stands for it");
}

auto forward_source::finish_message(intake& out) -> std::uint64_t {
  const auto position = server_.acks().next_position();
  if (!verdict_) return position;
  cover(out);
  auto& message = *verdict_->message;
  if (has_put_ || !verdict_->is_resent) message.position = position;
  verdict_.reset();
  return message.position;
}

/// What of the message that delivery_ holds was put.
void forward_source::cover(intake& out) {
  if (!verdict_ || stream_.empty()) return;
  const auto put = delivery_.take_entries();
  const auto first = verdict_->message->first;
  if (put.begin < put.end) out.covered(stream_, first + put.begin, first + put.end);
}

auto forward_source::wake_at() const -> std::optional<monotonic_time> {
  const auto at = server_.wake_at();
  const auto due = warnings_.due();
  return at && due ? std::min(*at, *due) : at ? at : due;
}

void forward_source::observe(observation& to) const {
  if (resent_events_ > 0) to.noted["sent again, known"] += resent_events_;
  if (lost_times_ > 0) to.noted["time not held"] += lost_times_;
  server_.observe(to);
}

} // namespace weir
