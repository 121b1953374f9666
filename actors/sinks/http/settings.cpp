#include "actors/sinks/http/settings.hpp"

#include <algorithm>

namespace weir {

void validate_http(const http_settings& s, config::settings_reader& reader, std::uint16_t default_port) {
  auto is_any_plain = false;
  for (const auto& text : s.endpoints) {
    const auto read = parse_http_endpoint(text, default_port, s.tls.has_value());
    if (!read) {
      // What has a password in it is not shown.
      const auto shown = text.find('@') == std::string::npos ? " \"" + text + '"' : std::string{};
      reader.complain("endpoints", "\"endpoints\"" + shown + ": " + read.failure().what);
    } else if (!read->is_encrypted) {
      is_any_plain = true;
    }
  }
  if (s.tls && is_any_plain) reader.complain("tls", "\"tls\" does nothing for an endpoint that begins with http://");
  if (!s.auth.user.empty() && !s.auth.token.value.empty())
    reader.complain("auth", "\"auth\" wants a user and its password, or a token");
}

auto endpoints_of(const http_settings& s, std::uint16_t default_port, std::string_view otherwise) -> std::vector<http_endpoint> {
  auto made = std::vector<http_endpoint>{};
  const auto add = [&](std::string_view text) {
    if (auto read = parse_http_endpoint(text, default_port, s.tls.has_value())) made.push_back(std::move(*read));
  };
  for (const auto& text : s.endpoints) add(text);
  if (made.empty()) add(otherwise);
  return made;
}

} // namespace weir
