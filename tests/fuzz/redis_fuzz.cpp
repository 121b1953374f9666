// What a Redis answers: any bytes are replies or are none, and an error says in one short line what it means.
#include "actors/sinks/redis/replies.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  auto rest = std::string_view{reinterpret_cast<const char*>(data), size};
  while (true) {
    const auto before = rest.size();
    const auto reply = take_redis_reply(rest);
    if (!reply || !*reply) return rest.size() == before ? 0 : (std::abort(), 1);
    if (rest.size() >= before) std::abort();
    const auto why = error_of_redis((*reply)->text).what;
    if (why.size() > 400 || why.find('\n') != std::string::npos) std::abort();
  }
}
