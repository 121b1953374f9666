#include "actors/collectors/docker/settings.hpp"

namespace weir {

void validate(const docker_settings& s, config::settings_reader& reader) {
  if (!s.path.starts_with('/')) reader.complain("path", "\"path\" wants an absolute path, not \"" + s.path + '"');
  if (s.path.find_first_of("*?[]{}") != std::string::npos)
    reader.complain("path", "\"path\" wants one directory, not a pattern");
  if (!s.socket.empty() && (!s.socket.starts_with('/') || s.socket.size() > 100))
    reader.complain("socket", "\"socket\" wants an absolute path of at most 100 bytes, not \"" + s.socket + '"');
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty, a tag or a template such as docker.{name} was wanted");
  if (s.max_line.value < (64U << 10U) || s.max_line.value > (64U << 20U))
    reader.complain("max_line", "\"max_line\" wants 64KiB..64MiB, not " + to_text(s.max_line));
}

} // namespace weir
