#include "actors/sinks/redis/settings.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"

namespace weir {

auto rules_of(const redis_settings& s) -> message_rules { return {.topic = s.stream, .time_zone = s.time_zone, .format = s.format}; }

void validate(const redis_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.stream, reader);
  validate(s.format, reader);
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is the server?", "as in redis-1:6379");
  for (const auto& e : s.network.endpoints)
    if (const auto at = host_of_endpoint(e, redis_port); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (const auto made = path_template::compile(s.stream, {"n", "c"}); !made)
    reader.complain("stream", "\"stream\" makes no name: " + made.failure().what);
  else if (s.stream.empty())
    reader.complain("stream", "\"stream\" is empty");
  if (s.field.empty()) reader.complain("field", "\"field\" is empty");
  if (s.format.header) reader.complain("header", "\"header\" is for files: an entry is one event");
  if (!s.network.auth.token.value.empty())
    reader.refuse_useless("auth", "Redis knows user and password, no token", "a password alone is that of the user \"default\"");
}

} // namespace weir
