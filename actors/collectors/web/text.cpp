#include "actors/collectors/web/text.hpp"

#include <algorithm>

namespace weir {
namespace {

auto hex_value(char c) -> int {
  if (c >= '0' && c <= '9') return c - '0';
  const auto lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

} // namespace

auto web_lower_case(std::string_view text) -> std::string {
  auto lower = std::string{text};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return lower;
}

auto web_trimmed(std::string_view text) -> std::string_view {
  constexpr auto blanks = std::string_view{" \t\r\n"};
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

auto web_decoded(std::string_view text, bool is_form) -> std::optional<std::string> {
  auto out = std::string{};
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += is_form && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_value(text[i + 1]);
    const auto low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

auto web_form_words(std::string_view text, std::size_t words_max) -> std::optional<web_words> {
  auto words = web_words{};
  while (!text.empty()) {
    const auto word = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    const auto equals = std::min(word.find('='), word.size());
    auto name = web_decoded(word.substr(0, equals), true);
    auto value = web_decoded(word.substr(std::min(equals + 1, word.size())), true);
    if (!name || !value || words.size() == words_max) return std::nullopt;
    words.emplace_back(std::move(*name), std::move(*value));
  }
  return words;
}

auto web_word(const web_words& words, std::string_view name) -> std::string_view {
  const auto at = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == name; });
  return at == words.end() ? std::string_view{} : std::string_view{at->second};
}

auto web_parameter(std::string_view field, std::string_view name) -> std::string {
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    const auto part = web_trimmed(field.substr(0, end));
    field.remove_prefix(std::min(end + 1, field.size()));
    const auto equals = part.find('=');
    if (equals == std::string_view::npos || web_lower_case(web_trimmed(part.substr(0, equals))) != name) continue;
    auto value = web_trimmed(part.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return std::string{value};
  }
  return {};
}

} // namespace weir
