#include "actors/sinks/loki/settings.hpp"

#include "actors/sinks/http/request_paths.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace weir {
namespace {

auto is_label_name(std::string_view name) -> bool {
  if (name.empty() || name.starts_with("__") || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
  return std::all_of(name.begin(), name.end(), [](unsigned char byte) { return byte < 128 && (std::isalnum(byte) != 0 || byte == '_'); });
}

void check_fields(const config::value& written, std::string_view key, config::settings_reader& reader, std::set<std::string>& seen) {
  const auto is_scalar = [](const config::value& v) { return v.is_scalar(); };
  const auto are_paths = std::all_of(written.items.begin(), written.items.end(), is_scalar)
                         && std::all_of(written.members.begin(), written.members.end(), [&](const auto& m) { return is_scalar(m.content); });
  if (!are_paths) return reader.complain(key, '"' + std::string{key} + "\" wants a list of fields, or a map of names to fields");
  for (const auto& c : read_columns(written)) {
    if (!is_label_name(c.name))
      reader.complain(key, '"' + std::string{key} + "\" wants names of letters, digits and _, not \"" + excerpt_of_name(c.name) + '"',
                      "a map gives a field another name: {host: kubernetes.host}");
    else if (c.path.empty())
      reader.complain(key, '"' + std::string{key} + "\" has no field for \"" + c.name + '"');
    else if (!seen.insert(c.name).second)
      reader.complain(key, '"' + std::string{key} + "\" has \"" + c.name + "\", which is there already");
  }
}

} // namespace

void validate(const loki_settings& s, config::settings_reader& reader) {
  validate_http(s.http, reader, loki_port);
  check_plain_path(s.path, reader);
  if (!is_header_value(s.tenant)) reader.complain("tenant", "\"tenant\" has a byte that no field of a request has");
  auto seen = std::set<std::string>{};
  for (const auto& [name, value] : s.static_labels)
    if (!is_label_name(name) || !seen.insert(name).second)
      reader.complain("static_labels", "\"static_labels\" wants names of letters, digits and _, not \"" + excerpt_of_name(name) + '"');
  if (!s.tag_label.empty() && !is_label_name(s.tag_label)) reader.complain("tag_label", "\"tag_label\" wants a name of letters, digits and _");
  if (!s.tag_label.empty() && !seen.insert(s.tag_label).second) reader.complain("tag_label", "\"tag_label\" is a label already");
  check_fields(s.labels, "labels", reader, seen);
  if (seen.empty()) reader.complain("tag_label", "there is no label, and a stream wants one");
  auto beside = std::set<std::string>{};
  check_fields(s.metadata, "metadata", reader, beside);
  if (s.labels_max == 0) reader.complain("labels_max", "\"labels_max\" wants 1 or more, not 0");
  if (s.compress == compression::zstd) reader.complain("compress", "\"compress\" wants none or gzip: a Loki knows no zstd");
  check_request_size(s.max_request, reader);
}

} // namespace weir
