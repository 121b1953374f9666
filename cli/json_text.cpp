#include "cli/json_text.hpp"

#include <cstdio>

namespace weir::cli {

auto json_string(std::string_view text) -> std::string {
  auto out = std::string{'"'};
  for (const auto c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
    out += escaped;
  }
  return out + '"';
}

auto json_list(const std::vector<std::string>& texts) -> std::string {
  auto out = std::string{'['};
  for (const auto& text : texts) out += (out.size() > 1 ? ", " : "") + json_string(text);
  return out + ']';
}

} // namespace weir::cli
