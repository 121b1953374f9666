#include "actors/sinks/objects/object_names.hpp"

namespace weir {
namespace {

/// Stands for the name behind the prefix while the template is compiled: a path does not end with a slash.
constexpr auto name_stand_in = '_';

auto compiled_prefix(const std::string& text, std::string_view node, std::string_view component) -> path_template {
  auto made = path_template::compile(text + name_stand_in, {name_part_of(node), name_part_of(component)});
  return made ? std::move(*made) : path_template{};
}

} // namespace

auto hex_digits_of(std::uint64_t number) -> std::string {
  auto text = std::string{};
  for (auto shift = 64U; shift > 0; shift -= 4) text += "0123456789abcdef"[number >> (shift - 4) & 15U];
  return text;
}

auto problem_of_object_prefix(const std::string& text) -> std::string {
  constexpr auto prefix_bytes_max = std::size_t{400};
  if (text.starts_with('/')) return "it begins with a slash";
  if (text.find("//") != std::string::npos) return "it has two slashes behind each other";
  for (const auto byte : text)
    if (static_cast<unsigned char>(byte) < ' ') return "it has a control character";
  if (text.size() > prefix_bytes_max) return "it is longer than 400 bytes";
  const auto made = path_template::compile(text + name_stand_in, {"node", "component"});
  return made ? std::string{} : "it has " + made.failure().what;
}

object_prefixes::object_prefixes(const std::string& text, std::string_view node, std::string_view component, time_zone zone)
    : form_(compiled_prefix(text, node, component)) {
  form_.in_zone(std::move(zone));
  begin_tag({});
}

void object_prefixes::begin_tag(std::string_view tag) { tag_ = name_part_of(tag); }

auto object_prefixes::of(std::int64_t time_ns, std::string& out) const -> std::string_view {
  const auto why = form_.render(tag_, time_ns, out);
  if (why.empty()) out.pop_back();
  return why;
}

auto object_prefixes::directory() const -> std::string {
  const auto common = form_.common_directory();
  return common == "." ? std::string{} : common + '/';
}

} // namespace weir
