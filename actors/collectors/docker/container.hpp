/// What is known of a container: what its lines get as fields, their tag, and whether they are wanted.
#pragma once

#include "actors/collectors/docker/settings.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct container {
  std::string name; ///< without the slash before it
  std::string image;
  std::string tag;
  std::string fields;             ///< whole key-value pairs in msgpack
  std::uint32_t field_count = 0;
  bool is_wanted = true;
};

/// From config.v2.json or what the engine's API answers, which agree in what is needed. Total: any text is valid.
auto read_container(const docker_settings& settings, std::string_view id, std::string_view json) -> result<container>;
/// One of which nothing is known: its short id stands for its name.
auto unknown_container(const docker_settings& settings, std::string_view id) -> container;

} // namespace weir
