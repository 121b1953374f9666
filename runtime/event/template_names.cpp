#include "runtime/event/template_names.hpp"

#include <algorithm>

namespace weir {
namespace {

auto is_small(char c) -> bool { return (c >= 'a' && c <= 'z') || c == '_'; }
auto is_decimal(char c) -> bool { return c >= '0' && c <= '9'; }

/// How much of `text` is `[-1]` or the like.
auto index_size(std::string_view text) -> std::size_t {
  if (!text.starts_with('[')) return 0;
  auto at = std::size_t{text.starts_with("[-") ? 2U : 1U};
  const auto digits = at;
  while (at < text.size() && is_decimal(text[at])) ++at;
  return at > digits && text.substr(at).starts_with(']') ? at + 1 : 0;
}

} // namespace

auto short_name(std::string_view text) -> std::string_view {
  if (text.size() < 3 || text[0] != '{' || !is_small(text[1])) return {};
  auto end = std::size_t{1};
  while (end < text.size() && (is_small(text[end]) || is_decimal(text[end]))) ++end;
  end += index_size(text.substr(end));
  return text.substr(end).starts_with('}') ? text.substr(1, end - 1) : std::string_view{};
}

auto with_short_names(std::string_view text) -> std::string {
  auto made = std::string{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto is_escaped = i > 0 && text[i - 1] == '$';
    if (text[i] == '$' && !is_escaped && !short_name(text.substr(i + 1)).empty()) continue;
    made += text[i];
  }
  return made;
}

} // namespace weir
