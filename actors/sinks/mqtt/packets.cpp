#include "actors/sinks/mqtt/packets.hpp"

namespace weir {
namespace {

constexpr auto size_bytes_max = std::size_t{4};

void put_mqtt_u16(byte_buffer& out, std::size_t number) {
  out.push_back(static_cast<char>(number >> 8U & 0xffU));
  out.push_back(static_cast<char>(number & 0xffU));
}

void put_mqtt_text(byte_buffer& out, std::string_view text) {
  put_mqtt_u16(out, text.size());
  out.append(text);
}

void put_mqtt_head(byte_buffer& out, mqtt_kind kind, unsigned flags, std::size_t size) {
  out.push_back(static_cast<char>(static_cast<unsigned>(kind) << 4U | flags));
  do {
    const auto low = size & 0x7fU;
    size >>= 7U;
    out.push_back(static_cast<char>(low | (size > 0 ? 0x80U : 0U)));
  } while (size > 0);
}

auto byte_at(std::string_view bytes, std::size_t at) -> unsigned { return static_cast<unsigned char>(bytes[at]); }

auto no_mqtt() -> error { return {errc::malformed, "its answer is none of MQTT"}; }

} // namespace

void append_mqtt_connect(byte_buffer& out, const mqtt_login& with) {
  constexpr auto clean_session = 0x02U;
  constexpr auto has_user = 0x80U;
  constexpr auto has_password = 0x40U;
  const auto logs_in = !with.user.empty();
  auto body = byte_buffer{};
  put_mqtt_text(body, "MQTT");
  body.push_back('\4'); // version 3.1.1
  body.push_back(static_cast<char>(clean_session | (logs_in ? has_user | has_password : 0U)));
  put_mqtt_u16(body, with.keepalive_s);
  put_mqtt_text(body, with.client_id);
  if (logs_in) put_mqtt_text(body, with.user);
  if (logs_in) put_mqtt_text(body, with.password);
  put_mqtt_head(out, mqtt_kind::connect, 0, body.size());
  out.append(body.view());
}

void append_mqtt_publish(byte_buffer& out, std::string_view topic, std::uint16_t number, std::string_view payload, bool is_retained) {
  constexpr auto at_least_once = 0x02U;
  put_mqtt_head(out, mqtt_kind::publish, at_least_once | (is_retained ? 1U : 0U), 2 + topic.size() + 2 + payload.size());
  put_mqtt_text(out, topic);
  put_mqtt_u16(out, number);
  out.append(payload);
}

void append_mqtt_signal(byte_buffer& out, mqtt_kind kind) { put_mqtt_head(out, kind, 0, 0); }

auto take_mqtt_packet(std::string_view& from) -> result<std::optional<mqtt_packet>> {
  auto size = std::size_t{0};
  auto at = std::size_t{1};
  for (;; ++at) {
    if (at > size_bytes_max) return no_mqtt();
    if (at >= from.size()) return std::optional<mqtt_packet>{};
    size |= static_cast<std::size_t>(byte_at(from, at) & 0x7fU) << (7U * (at - 1));
    if ((byte_at(from, at) & 0x80U) == 0) break;
  }
  const auto kind = static_cast<mqtt_kind>(byte_at(from, 0) >> 4U);
  const auto is_ack = kind == mqtt_kind::connack || kind == mqtt_kind::puback;
  if (!(is_ack && size == 2) && !(kind == mqtt_kind::pingresp && size == 0)) return no_mqtt();
  if (from.size() - at - 1 < size) return std::optional<mqtt_packet>{};
  const auto made = mqtt_packet{kind, from.substr(at + 1, size)};
  from.remove_prefix(at + 1 + size);
  return std::optional{made};
}

auto check_mqtt_connack(std::string_view body) -> result<void> {
  if (body.size() != 2) return no_mqtt();
  switch (byte_at(body, 1)) {
  case 0: return {};
  case 1: return error{errc::failed, "it does not speak MQTT 3.1.1"};
  case 2: return error{errc::failed, "it does not take the \"client_id\""};
  case 3: return error{errc::unavailable, "it says that it is not available"};
  case 4: return error{errc::failed, "it does not take user and password"};
  case 5: return error{errc::failed, "it does not let this user in"};
  default: return no_mqtt();
  }
}

auto number_of_puback(std::string_view body) -> std::optional<std::uint16_t> {
  if (body.size() != 2) return {};
  return static_cast<std::uint16_t>(byte_at(body, 0) << 8U | byte_at(body, 1));
}

} // namespace weir
