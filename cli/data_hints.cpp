#include "cli/data_hints.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

/// As one word of a shell.
auto quoted(const std::string& text) -> std::string {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0
           || std::string_view{"/._-+:@%"}.find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (text == "{}" || std::all_of(text.begin(), text.end(), is_plain)) return text;
  auto out = std::string{'\''};
  for (const auto c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + '\'';
}

/// Somewhere to look at.
struct place {
  const component_plan* sink;
  stored_data data;
};

auto places_of(const std::vector<const component_plan*>& hosted) -> std::vector<place> {
  auto found = std::vector<place>{};
  for (const auto* c : hosted) {
    const auto* known = c->in == tier::sink ? plugin_registry<store>::find(c->type) : nullptr;
    if (known == nullptr) continue;
    if (auto data = known->claims(c->written, {c->name, "{node}"}).data) found.push_back({c, std::move(*data)});
  }
  return found;
}

auto shell_line(const std::vector<std::string>& command) -> std::string {
  auto text = std::string{};
  for (const auto& word : command) text += (text.empty() ? "" : " ") + quoted(word);
  return text;
}

} // namespace

auto data_hints(const std::vector<const component_plan*>& hosted) -> std::string {
  const auto places = places_of(hosted);
  if (places.empty()) return {};
  auto text = std::string{};
  for (const auto& p : places)
    text += (text.empty() ? "data:   " : "        ") + p.data.place + "  (" + p.sink->name + ", " + p.sink->type + ")\n";
  const auto best = std::find_if(places.begin(), places.end(), [](const auto& p) { return p.data.is_overview; });
  text += "try:    " + shell_line((best == places.end() ? places.front() : *best).data.command) + '\n';
  return text + "stop:   Ctrl-C stores what was read and ends\n";
}

} // namespace weir::cli
