#include "actors/sinks/mqtt/connection.hpp"

namespace weir {
namespace {

/// What it is told is not awaited.
constexpr auto farewell = std::chrono::milliseconds{100};

auto acks_now() -> monotonic_time { return system_clock().monotonic(); }

} // namespace

auto mqtt_connection::open(wire_dialer& by, const std::string& endpoint, const mqtt_settings& s) -> result<std::unique_ptr<mqtt_connection>> {
  WEIR_TRY(auto dialled, by.dial(endpoint));
  auto made = std::unique_ptr<mqtt_connection>{new mqtt_connection{std::move(dialled), s}};
  WEIR_CHECK(made->log_in());
  return made;
}

mqtt_connection::~mqtt_connection() {
  auto packet = byte_buffer{};
  append_mqtt_signal(packet, mqtt_kind::disconnect);
  if (!wire_->has_unsent()) send(packet);
  (void)wire_->flush(farewell);
}

auto mqtt_connection::log_in() -> result<void> {
  const auto& s = settings_;
  auto packet = byte_buffer{};
  append_mqtt_connect(packet, {s.client_id, s.network.auth.user, s.network.auth.password.value,
                               static_cast<std::uint16_t>(std::chrono::ceil<std::chrono::seconds>(s.keepalive).count())});
  send(packet);
  while (true) {
    auto rest = wire_->received();
    const auto before = rest.size();
    WEIR_TRY(const auto answer, take_mqtt_packet(rest));
    if (answer) {
      if (answer->kind != mqtt_kind::connack) return error{errc::malformed, "it does not greet as MQTT has it"};
      WEIR_CHECK(check_mqtt_connack(answer->body));
      wire_->take(before - rest.size());
      return {};
    }
    WEIR_CHECK(wire_->step(s.network.timeout.connect));
  }
}

auto mqtt_connection::publish(std::string_view topic, std::string_view payload) -> result<void> {
  // One goes as soon as one is acknowledged: brokers gather acks until they hear something.
  if (unacknowledged_.size() >= settings_.inflight) WEIR_CHECK(wait_acks(settings_.inflight - 1));
  do {
    last_ = last_ == UINT16_MAX ? std::uint16_t{1} : static_cast<std::uint16_t>(last_ + 1);
  } while (!unacknowledged_.insert(last_).second);
  auto packet = byte_buffer{};
  append_mqtt_publish(packet, topic, last_, payload, settings_.retain);
  send(packet);
  return {};
}

/// What is no ack, such as the answer to a sign of life, is no progress.
auto mqtt_connection::wait_acks(std::size_t left) -> result<void> {
  const auto patience = settings_.network.timeout.request;
  WEIR_CHECK(wire_->flush(patience));
  WEIR_CHECK(take_acks());
  for (auto until = acks_now() + patience; unacknowledged_.size() > left;) {
    const auto before = unacknowledged_.size();
    WEIR_CHECK(wait_some());
    WEIR_CHECK(take_acks());
    if (unacknowledged_.size() < before)
      until = acks_now() + patience;
    else if (acks_now() >= until)
      return error{errc::unavailable, "it has acknowledged nothing for " + to_text(patience)};
  }
  return {};
}

/// For anything to come or go, or until it is time for a sign of life.
auto mqtt_connection::wait_some() -> result<void> {
  const auto patience = settings_.network.timeout.request;
  const auto has_signs = settings_.keepalive > duration{0} && settings_.keepalive / 2 < patience;
  const auto moved = wire_->step(has_signs ? settings_.keepalive / 2 : patience);
  if (moved || wire_->is_ended() || !has_signs) return moved;
  auto ping = byte_buffer{};
  append_mqtt_signal(ping, mqtt_kind::pingreq);
  send(ping);
  return {};
}

auto mqtt_connection::take_acks() -> result<void> {
  auto rest = wire_->received();
  const auto before = rest.size();
  while (true) {
    WEIR_TRY(const auto packet, take_mqtt_packet(rest));
    if (!packet) break;
    if (packet->kind == mqtt_kind::pingresp) continue;
    const auto number = packet->kind == mqtt_kind::puback ? number_of_puback(packet->body) : std::nullopt;
    if (!number || unacknowledged_.erase(*number) == 0) return error{errc::malformed, "it acknowledges what it was not sent"};
  }
  wire_->take(before - rest.size());
  return {};
}

} // namespace weir
