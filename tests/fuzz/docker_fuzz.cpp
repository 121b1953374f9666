/// What the engine answers, and what lies beside its logs: any bytes tell of a container or are refused.
#include "actors/collectors/docker/container.hpp"
#include "actors/collectors/docker/engine_inquiry.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  static const auto settings = docker_settings{.include_labels = {{"a", "*"}}, .tag = "x.{name}.{image}.{id}"};
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto body = body_of_answer(text);
  const auto made = read_container(settings, "0123456789abcdef", body ? *body : text);
  if (!made) return 0;
  auto fields = msgpack_reader{made->fields};
  for (std::uint32_t i = 0; i < made->field_count; ++i) {
    auto key = std::string_view{};
    WEIR_ASSERT(fields.str(key) && fields.skip());
  }
  WEIR_ASSERT(fields.at_end() && !made->name.empty());
  return 0;
}
