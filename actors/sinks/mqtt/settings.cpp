#include "actors/sinks/mqtt/settings.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"

namespace weir {
namespace {

constexpr auto keepalive_max = std::chrono::seconds{65'535};
constexpr auto inflight_max = std::uint32_t{65'535};
constexpr auto publish_bytes_max = std::uint64_t{200} << 20;
constexpr auto client_id_bytes_max = std::size_t{1024};

} // namespace

auto rules_of(const mqtt_settings& s) -> message_rules { return {.topic = s.topic, .time_zone = s.time_zone, .format = s.format}; }

void validate(const mqtt_settings& s, config::settings_reader& reader) {
  validate(s.format, reader);
  validate_name_zone(s.time_zone, s.topic, reader);
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is the broker?", "as in broker-1:1883");
  for (const auto& e : s.network.endpoints)
    if (const auto at = host_of_endpoint(e, s.default_port()); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (const auto made = path_template::compile(s.topic, {"n", "c"}); !made)
    reader.complain("topic", "\"topic\" makes no name: " + made.failure().what);
  else if (s.topic.empty() || s.topic.find_first_of(std::string_view{"+#\0", 3}) != std::string::npos)
    reader.complain("topic", "\"topic\" wants a name without + and #, not \"" + s.topic + '"');
  if (s.format.header) reader.complain("header", "\"header\" is for files: a message is one event");
  if (!s.network.auth.token.value.empty()) reader.refuse_useless("auth", "MQTT knows user and password; a token is the password of some user");
  if (s.client_id.size() > client_id_bytes_max) reader.complain("client_id", "\"client_id\" wants up to 1024 bytes");
  if (s.keepalive < duration{0} || s.keepalive > keepalive_max || (s.keepalive > duration{0} && s.keepalive < std::chrono::seconds{1}))
    reader.complain("keepalive", "\"keepalive\" wants 0, or 1s to 65535s");
  if (s.inflight < 1 || s.inflight > inflight_max) reader.complain("inflight", "\"inflight\" wants 1..65535, not " + std::to_string(s.inflight));
  if (s.max_message.value < 1 || s.max_message.value > publish_bytes_max)
    reader.complain("max_message", "\"max_message\" wants 1B to 200MiB, not " + to_text(s.max_message));
}

} // namespace weir
