#include "actors/sinks/hdfs/settings.hpp"

#include "actors/sinks/objects/object_names.hpp"

#include <algorithm>

namespace weir {
namespace {

auto is_octal_mode(const std::string& text) -> bool {
  return text.size() >= 3 && text.size() <= 4 && std::all_of(text.begin(), text.end(), [](char digit) { return digit >= '0' && digit <= '7'; });
}

/// The names of one of its paths.
auto has_dots_alone(const std::string& rendered) -> bool {
  const auto all = '/' + rendered + '/';
  return all.find("/./") != std::string::npos || all.find("/../") != std::string::npos;
}

} // namespace

auto prefix_of_hdfs_path(const std::string& path) -> std::string {
  auto made = path.substr(path.starts_with('/') ? 1 : 0);
  if (!made.empty() && !made.ends_with('/')) made += '/';
  return made;
}

auto problem_of_hdfs_path(const std::string& path) -> std::string {
  if (!path.starts_with('/')) return "it does not begin with a slash";
  const auto prefix = prefix_of_hdfs_path(path);
  if (auto problem = problem_of_object_prefix(prefix); !problem.empty()) return problem;
  auto rendered = std::string{};
  auto form = object_prefixes{prefix, "node", "component"};
  form.begin_tag("tag");
  if (const auto why = form.of(0, rendered); !why.empty()) return std::string{why};
  if (rendered.find(':') != std::string::npos) return "it has a colon, which HDFS has in no name";
  return has_dots_alone(rendered) ? "it has a name of dots alone" : "";
}

void validate(const hdfs_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.path, reader);
  validate(s.format, reader);
  validate_http(s.http, reader, hdfs_port);
  if (s.spnego && (!s.http.auth.user.empty() || !s.http.auth.token.value.empty()))
    reader.complain("spnego", "\"spnego\" says by itself who logs in: \"auth\" does nothing beside it");
  if (reader.is_given("path"))
    if (const auto problem = problem_of_hdfs_path(s.path); !problem.empty()) reader.complain("path", "\"path\" is no directory: " + problem);
  if (s.replication > 512) reader.complain("replication", "\"replication\" wants 0..512, not " + std::to_string(s.replication));
  if (!s.permission.empty() && !is_octal_mode(s.permission))
    reader.complain("permission", "\"permission\" wants three or four octal digits, as \"640\", not \"" + s.permission + '"');
  if (s.rotate.size.value > 0 && s.rotate.age.count() == 0)
    reader.complain("rotate", "\"rotate\" wants an age too: what nobody writes to any more is finished by that");
  if (s.rotate.age.count() != 0 && s.rotate.age < std::chrono::seconds{1}) reader.complain("rotate", "\"age\" wants a second at least");
  if (s.ledger.size() > 64) reader.complain("ledger", "\"ledger\" wants a name of up to 64 bytes");
}

} // namespace weir
