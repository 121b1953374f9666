/// The multiline operator's settings; `multiline:` of a collector has the same.
#pragma once

#include "config/settings.hpp"
#include "runtime/multiline/line_assembler.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace weir {

struct multiline_settings {
  std::vector<std::string> presets;
  std::string start;
  std::string go_on;
  std::string end;
  std::string key;
  duration timeout = std::chrono::seconds{5};
  item_count max_lines{1000};
  byte_count max_size{256 << 10};

  auto has_preset(std::string_view name) const -> bool {
    return std::find(presets.begin(), presets.end(), name) != presets.end();
  }
  /// Pieces of container engines are joined.
  auto joins_pieces() const -> bool { return has_preset("docker") || has_preset("cri"); }
  auto limits() const -> assembler_limits;
};

/// Which lines make one event; of presets for pieces alone none do. Fails by what validate() complains about.
auto rules_of(const multiline_settings& settings) -> result<std::unique_ptr<line_rules>>;

template <class Visitor> void describe(Visitor& v, multiline_settings& s) {
  v.field("presets", s.presets,
          "Which lines make one event: traces of java, python, go, ruby, php, dotnet, node; pieces of lines that container "
          "engines split: docker, cri. Of several the one that fits most lines counts.");
  v.field("start", s.start, "Instead of such traces: an RE2 expression of the first line of an event.");
  v.field("continue", s.go_on, "An expression of lines that belong to the one before; without it any line that is no start.");
  v.field("end", s.end, "An expression of the last line of an event.");
  v.field("key", s.key, "The field whose text is a line. Default: log, or message where there is none.");
  v.field("timeout", s.timeout, "So long after its last line an event goes on as it is, with partial: true.");
  v.field("max_lines", s.max_lines, "An event of more lines goes on in parts, with partial: true.");
  v.field("max_size", s.max_size, "The same for one that is larger.");
}

void validate(const multiline_settings& settings, config::settings_reader& reader);

} // namespace weir
