#include "actors/sinks/objects/object_names.hpp"

#include "runtime/base/crc32c.hpp"

#include <cctype>

namespace weir {
namespace {

constexpr auto name_part_bytes_max = std::size_t{100};
/// Stands for the name behind the prefix while the template is compiled: a path does not end with a slash.
constexpr auto name_stand_in = '_';

auto is_kept_in_key(char byte) -> bool {
  const auto code = static_cast<unsigned char>(byte);
  return code < 128 && (std::isalnum(code) != 0 || std::string_view{"._-="}.find(byte) != std::string_view::npos);
}

auto compiled_prefix(const std::string& text, std::string_view node, std::string_view component) -> path_template {
  auto made = path_template::compile(text + name_stand_in, {object_name_part(node), object_name_part(component)});
  return made ? std::move(*made) : path_template{};
}

} // namespace

auto hex_digits_of(std::uint64_t number) -> std::string {
  auto text = std::string{};
  for (auto shift = 64U; shift > 0; shift -= 4) text += "0123456789abcdef"[number >> (shift - 4) & 15U];
  return text;
}

auto object_name_part(std::string_view tag) -> std::string {
  if (tag.empty()) return "none";
  auto made = std::string{tag};
  const auto is_dots = made.find_first_not_of('.') == std::string::npos;
  for (auto& byte : made)
    if (is_dots || !is_kept_in_key(byte)) byte = '_';
  if (made.size() <= name_part_bytes_max) return made;
  return made.substr(0, name_part_bytes_max - 9) + '-' + hex_digits_of(crc32c(tag)).substr(8);
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

object_prefixes::object_prefixes(const std::string& text, std::string_view node, std::string_view component)
    : form_(compiled_prefix(text, node, component)) {
  begin_tag({});
}

void object_prefixes::begin_tag(std::string_view tag) { tag_ = object_name_part(tag); }

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
