#include "runtime/event/template.hpp"

#include "runtime/event/template_names.hpp"

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

auto record_template::compile_known(std::string_view name, const template_scope& scope) -> std::optional<part> {
  if (name == "tag") return part{kind::tag, {}, 0};
  if (name == "hostname") return part{kind::literal, host_name(), 0};
  if (name == "node") return part{kind::literal, scope.node, 0};
  return std::nullopt;
}

auto record_template::compile_name(std::string_view name, const template_scope& scope) -> result<part> {
  if (auto known = compile_known(name, scope)) return std::move(*known);
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
  const auto wrong = [&](errc code, const std::string& what, std::size_t where) {
    return error{code, "template \"" + std::string{text} + what + " at character " + std::to_string(where + 1)};
  };
  for (auto brace = text.find('{'); brace != std::string_view::npos; brace = text.find('{', at)) {
    const auto has_dollar = brace > at && text[brace - 1] == '$';
    const auto is_escaped = has_dollar && brace - 1 > at && text[brace - 2] == '$';
    const auto begin = brace - (is_escaped ? 2 : has_dollar ? 1 : 0);
    made.append_literal(text.substr(at, begin - at));
    at = brace;
    if (is_escaped) {
      made.append_literal("${");
      ++at;
      continue;
    }
    const auto close = text.find('}', brace);
    if (has_dollar && close == std::string_view::npos) return wrong(errc::failed, "\" has a \"${\" without its \"}\"", begin);
    if (const auto added = has_dollar ? made.compile_long(text, at, scope) : made.compile_short(text, at, scope); !added)
      return wrong(added.failure().code, "\": " + added.failure().what, begin);
  }
  made.append_literal(text.substr(at));
  return made;
}

void record_template::append_part(part made) {
  if (made.what == kind::literal)
    append_literal(made.text);
  else
    parts_.push_back(std::move(made));
}

auto record_template::compile_long(std::string_view text, std::size_t& at, const template_scope& scope) -> result<void> {
  const auto close = text.find('}', at);
  WEIR_TRY(auto name, compile_name(text.substr(at + 1, close - at - 1), scope));
  append_part(std::move(name));
  at = close + 1;
  return {};
}

auto record_template::compile_short(std::string_view text, std::size_t& at, const template_scope& scope) -> result<void> {
  const auto rest = text.substr(at);
  const auto escaped = rest.starts_with("{{") ? short_name(rest.substr(1)) : std::string_view{};
  const auto name = short_name(rest);
  if (!escaped.empty()) {
    append_literal(rest.substr(1, escaped.size() + 2));
    at += escaped.size() + 3;
  } else if (name.empty()) {
    append_literal("{");
    ++at;
  } else {
    const auto is_tag_part = name.starts_with("tag[");
    auto known = is_tag_part ? std::optional{*compile_name(name, scope)} : compile_known(name, scope);
    if (!known)
      return error{errc::failed, "\"{" + std::string{name} + "}\" is unknown; the field is \"${" + std::string{name}
                                     + "}\", the text \"{{" + std::string{name} + "}\""};
    append_part(std::move(*known));
    at += name.size() + 2;
  }
  return {};
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
