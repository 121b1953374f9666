#include "runtime/event/template.hpp"

#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

namespace weir {
namespace {

auto host_name() -> std::string {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, HOST_NAME_MAX) == 0 ? std::string{name} : std::string{"localhost"};
}

auto is_environment_name(std::string_view name) -> bool {
  const auto is_upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_upper(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_upper(c) || (c >= '0' && c <= '9');
  });
}

auto parse_integer(std::string_view text) -> std::optional<int> {
  auto number = 0;
  const auto* end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, number);
  if (ec != std::errc{} || rest != end) return std::nullopt;
  return number;
}

/// The part of a tag by its index, from the end if that is negative; empty if there is none.
auto part_of(std::string_view tag, int index) -> std::string_view {
  if (index < 0) index += static_cast<int>(std::count(tag.begin(), tag.end(), '.')) + 1;
  if (index < 0) return {};
  for (; index > 0; --index) {
    const auto dot = tag.find('.');
    if (dot == std::string_view::npos) return {};
    tag.remove_prefix(dot + 1);
  }
  return tag.substr(0, tag.find('.'));
}

auto quoted(std::string_view name) -> std::string { return "\"${" + std::string{name} + "}\""; }

auto is_path(std::string_view path) -> bool {
  return !path.empty() && path.find_first_of("${} \t\n[]") == std::string_view::npos;
}

} // namespace

auto find_path(const template_input& in, std::string_view path) -> std::string_view {
  const auto value = find_path(in.record, path);
  return value.empty() ? find_path(in.more, path) : value;
}

auto record_template::compile_name(std::string_view name, const template_scope& scope) -> result<part> {
  if (name == "tag") return part{kind::tag, {}, 0};
  if (name == "hostname") return part{kind::literal, host_name(), 0};
  if (name == "node") return part{kind::literal, scope.node, 0};
  if (name.starts_with("tag[") && name.ends_with(']')) {
    const auto index = parse_integer(name.substr(4, name.size() - 5));
    if (!index) return error{errc::failed, quoted(name) + " wants a whole number in its brackets"};
    return part{kind::tag_part, {}, *index};
  }
  if (const auto number = parse_integer(name)) {
    if (*number >= 0 && static_cast<std::uint32_t>(*number) < scope.groups)
      return part{kind::group, {}, *number};
    return error{errc::failed, quoted(name) + " names no group of an expression"};
  }
  if (is_environment_name(name)) {
    const auto* value = std::getenv(std::string{name}.c_str());
    if (value != nullptr) return part{kind::literal, value, 0};
    return error{errc::not_found, quoted(name)
                                      + " is not set in the environment; a field of that name is \"${."
                                      + std::string{name} + "}\""};
  }
  const auto path = name.starts_with('.') ? name.substr(1) : name;
  if (!is_path(path)) return error{errc::failed, quoted(name) + " is no name of a field"};
  return part{kind::field, std::string{path}, 0};
}

void record_template::append_literal(std::string_view text) {
  if (text.empty()) return;
  if (parts_.empty() || parts_.back().what != kind::literal) parts_.emplace_back();
  parts_.back().text += text;
}

auto record_template::compile(std::string_view text, const template_scope& scope) -> result<record_template> {
  auto made = record_template{};
  auto at = std::size_t{0};
  for (auto dollar = text.find("${"); dollar != std::string_view::npos; dollar = text.find("${", at)) {
    const auto is_escaped = dollar > at && text[dollar - 1] == '$';
    if (is_escaped) {
      made.append_literal(text.substr(at, dollar - 1 - at));
      made.append_literal("${");
      at = dollar + 2;
      continue;
    }
    made.append_literal(text.substr(at, dollar - at));
    const auto where = " at character " + std::to_string(dollar + 1);
    const auto close = text.find('}', dollar);
    if (close == std::string_view::npos)
      return error{errc::failed,
                   "template \"" + std::string{text} + "\" has a \"${\" without its \"}\"" + where};
    auto name = compile_name(text.substr(dollar + 2, close - dollar - 2), scope);
    if (!name)
      return error{name.failure().code,
                   "template \"" + std::string{text} + "\": " + name.failure().what + where};
    if (name->what == kind::literal)
      made.append_literal(name->text);
    else
      made.parts_.push_back(std::move(*name));
    at = close + 1;
  }
  made.append_literal(text.substr(at));
  return made;
}

void record_template::render(const template_input& in, byte_buffer& out) const {
  for (const auto& p : parts_) {
    switch (p.what) {
    case kind::literal: out.append(p.text); break;
    case kind::tag: out.append(in.tag); break;
    case kind::tag_part: out.append(part_of(in.tag, p.index)); break;
    case kind::group:
      if (static_cast<std::size_t>(p.index) < in.groups.size())
        out.append(in.groups[static_cast<std::size_t>(p.index)]);
      break;
    case kind::field: append_text(out, find_path(in, p.text)); break;
    }
  }
}

auto record_template::lone_field() const -> std::optional<std::string_view> {
  if (parts_.size() != 1 || parts_.front().what != kind::field) return std::nullopt;
  return parts_.front().text;
}

} // namespace weir
