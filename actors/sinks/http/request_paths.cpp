#include "actors/sinks/http/request_paths.hpp"

#include "actors/sinks/network/name_part.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace weir {
namespace {

/// Stands behind the path while its template is compiled: one of a file does not end with a slash.
constexpr auto path_stand_in = '_';

auto lower_name(std::string_view text) -> std::string {
  auto made = std::string{text};
  for (auto& byte : made) byte = static_cast<char>(std::tolower(static_cast<unsigned char>(byte)));
  return made;
}

auto compiled_path(const std::string& text, std::string_view node, std::string_view component) -> path_template {
  auto made = path_template::compile(text + path_stand_in, {name_part_of(node), name_part_of(component)});
  return made ? std::move(*made) : path_template{};
}

} // namespace

auto problem_of_request_path(const std::string& text) -> std::string {
  constexpr auto bytes_max = std::size_t{2000};
  if (!text.starts_with('/')) return "it does not begin with a slash";
  if (text.size() > bytes_max) return "it is longer than 2000 bytes";
  const auto is_odd = [](unsigned char byte) { return byte <= ' ' || byte > '~' || byte == '#' || byte == '"' || byte == '\\'; };
  if (std::any_of(text.begin(), text.end(), is_odd)) return "it has a byte that no path has";
  const auto made = path_template::compile(text + path_stand_in, {"node", "component"});
  return made ? std::string{} : "it has " + made.failure().what;
}

request_paths::request_paths(const std::string& text, std::string_view node, std::string_view component, time_zone zone)
    : form_(compiled_path(text, node, component)) {
  form_.in_zone(std::move(zone));
  begin_tag({});
}

void request_paths::begin_tag(std::string_view tag) { tag_ = name_part_of(tag); }

auto request_paths::of(std::int64_t time_ns, std::string& out) const -> std::string_view {
  const auto why = form_.render(tag_, time_ns, out);
  if (why.empty()) out.pop_back();
  return why;
}

auto is_header_name(std::string_view text) -> bool {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char byte) {
    return byte < 128 && (std::isalnum(byte) != 0 || byte == '-' || byte == '_');
  });
}

auto is_header_value(std::string_view text) -> bool {
  return std::all_of(text.begin(), text.end(), [](unsigned char byte) { return byte >= ' ' && byte < 127; });
}

auto is_own_header(std::string_view name) -> bool {
  constexpr auto own = std::array<std::string_view, 8>{"authorization",     "content-encoding", "content-length",  "content-type",
                                                       "host",              "idempotency-key",  "transfer-encoding", "connection"};
  return std::find(own.begin(), own.end(), lower_name(name)) != own.end();
}

void check_headers(const config::string_map& headers, config::settings_reader& reader) {
  for (const auto& [name, value] : headers) {
    if (!is_header_name(name) || !is_header_value(value))
      reader.complain("headers", "\"headers\" has what no field of a request can be: \"" + excerpt_of_name(name) + '"');
    else if (is_own_header(name))
      reader.complain("headers", "\"headers\" cannot have " + name, "other settings say what is in such a field");
  }
}

void check_token_header(const std::string& name, const store_auth& auth, config::settings_reader& reader) {
  if (name.empty()) return;
  if (!is_header_name(name) || is_own_header(name)) reader.complain("token_header", "\"token_header\" wants the name of a field, such as X-Api-Key");
  if (auth.token.value.empty()) reader.complain("token_header", "\"token_header\" does nothing without a \"token\" under \"auth\"");
}

void check_plain_path(const std::string& path, config::settings_reader& reader) {
  if (!problem_of_request_path(path).empty() || path.find_first_of("{%") != std::string::npos)
    reader.complain("path", "\"path\" wants one path, without tags and times");
}

void check_request_size(byte_count size, config::settings_reader& reader) {
  constexpr auto smallest = std::uint64_t{1024};
  constexpr auto largest = std::uint64_t{64} << 20;
  if (size.value < smallest || size.value > largest)
    reader.complain("max_request", "\"max_request\" wants 1KiB to 64MiB, not " + to_text(size));
}

auto excerpt_of_name(std::string_view name) -> std::string {
  auto made = std::string{name.substr(0, 60)};
  for (auto& byte : made)
    if (static_cast<unsigned char>(byte) < ' ') byte = '?';
  return made;
}

} // namespace weir
