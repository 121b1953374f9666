#include "actors/sinks/messages/tag_text.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/template_names.hpp"

namespace weir {
namespace {

constexpr auto own_tag = std::string_view{"{tag}"};

void fill_in(std::string& text, std::string_view name, std::string_view value) {
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

} // namespace

auto problem_of_tag_text(std::string_view written, std::string_view key) -> std::string {
  const auto short_text = with_short_names(written);
  const auto text = std::string_view{short_text};
  if (text.empty()) return '"' + std::string{key} + "\" is empty";
  for (auto at = text.find_first_of("{}"); at != std::string_view::npos; at = text.find_first_of("{}", at)) {
    const auto end = text.find('}', at);
    const auto name = end == std::string_view::npos ? text.substr(at) : text.substr(at, end + 1 - at);
    if (name != own_tag && name != "{node}" && name != "{component}")
      return '"' + std::string{key} + "\" has \"" + std::string{name} + "\", and only {tag}, {node} and {component} are known";
    at += name.size();
  }
  return {};
}

tag_text::tag_text(std::string_view text, std::string_view node, std::string_view component) : text_(with_short_names(text)) {
  fill_in(text_, "{node}", node);
  fill_in(text_, "{component}", component);
}

auto tag_text::render(std::string_view tag) const -> std::string {
  auto rendered = text_;
  fill_in(rendered, own_tag, tag);
  auto valid = byte_buffer{};
  append_valid_text(valid, rendered);
  return std::string{valid.view()};
}

} // namespace weir
