// What an MQTT broker answers: any bytes are packets or are none, and each packet says what it is.
#include "actors/sinks/mqtt/packets.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  auto rest = std::string_view{reinterpret_cast<const char*>(data), size};
  while (true) {
    const auto before = rest.size();
    const auto packet = take_mqtt_packet(rest);
    if (!packet || !*packet) return rest.size() == before ? 0 : (std::abort(), 1);
    if (rest.size() + 2 + (*packet)->body.size() > before) std::abort();
    (void)check_mqtt_connack((*packet)->body);
    (void)number_of_puback((*packet)->body);
  }
}
