/// A connection to an MQTT broker: logs in, publishes, and waits for the ack of each message.
#pragma once

#include "actors/sinks/mqtt/packets.hpp"
#include "actors/sinks/mqtt/settings.hpp"
#include "actors/sinks/network/wire.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

namespace weir {

/// Blocks within the timeouts of its settings. After a failure it is to be closed.
class mqtt_connection {
public:
  static auto open(wire_dialer& by, const std::string& endpoint, const mqtt_settings& s) -> result<std::unique_ptr<mqtt_connection>>;
  ~mqtt_connection();
  mqtt_connection(const mqtt_connection&) = delete;
  auto operator=(const mqtt_connection&) -> mqtt_connection& = delete;

  auto is_usable() -> bool { return wire_->is_usable(); }
  /// Goes out soon; waits for acks where too many are missing.
  auto publish(std::string_view topic, std::string_view payload) -> result<void>;
  /// For all acks.
  auto finish() -> result<void> { return wait_acks(0); }

private:
  mqtt_connection(std::unique_ptr<wire> by, const mqtt_settings& s) : wire_(std::move(by)), settings_(s) {}
  auto log_in() -> result<void>;
  auto wait_acks(std::size_t left) -> result<void>;
  auto wait_some() -> result<void>;
  auto take_acks() -> result<void>;
  void send(const byte_buffer& packet) { wire_->send(packet.view()); }

  std::unique_ptr<wire> wire_;
  const mqtt_settings& settings_;
  std::uint16_t last_ = 0;
  std::unordered_set<std::uint16_t> unacknowledged_;
};

} // namespace weir
