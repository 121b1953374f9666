/// Packets of MQTT 3.1.1, as far as a client needs them that only publishes.
//
//  packet := kind and flags u8, size (7 bits a byte, the lowest first, the highest bit: more follow; 4 bytes at most), body
//  text   := size u16, bytes          integers big-endian
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

enum class mqtt_kind : std::uint8_t { connect = 1, connack = 2, publish = 3, puback = 4, pingreq = 12, pingresp = 13, disconnect = 14 };

struct mqtt_login {
  std::string client_id = {}; ///< empty: the broker gives one
  std::string user = {};      ///< empty: nobody logs in
  std::string password = {};
  std::uint16_t keepalive_s = 0;
};

struct mqtt_packet {
  mqtt_kind kind = mqtt_kind::connack;
  std::string_view body; ///< of the bytes it was taken from
};

/// Starts without a memory of earlier connections.
void append_mqtt_connect(byte_buffer& out, const mqtt_login& with);
/// To be acknowledged under `number`, which is not 0. `topic`: up to 65535 bytes.
void append_mqtt_publish(byte_buffer& out, std::string_view topic, std::uint16_t number, std::string_view payload, bool is_retained);
/// PINGREQ or DISCONNECT.
void append_mqtt_signal(byte_buffer& out, mqtt_kind kind);

/// The first packet of the bytes, which goes; nothing while it is not whole. Total. The error: these are none that a broker
/// sends to who only publishes.
auto take_mqtt_packet(std::string_view& from) -> result<std::optional<mqtt_packet>>;
/// What a CONNACK says.
auto check_mqtt_connack(std::string_view body) -> result<void>;
/// Whose ack it is; nothing: it is none.
auto number_of_puback(std::string_view body) -> std::optional<std::uint16_t>;

} // namespace weir
