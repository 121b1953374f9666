#include "actors/operators/patterns.hpp"

#include "runtime/event/record_path.hpp"

#include <set>

namespace weir {

void check_patterns(std::string_view key, const std::vector<std::string>& texts, config::settings_reader& reader) {
  auto seen = std::set<std::string_view>{};
  const auto named = '"' + std::string{key} + "\": ";
  for (const auto& text : texts) {
    if (const auto made = path_pattern::compile(text); !made) reader.complain(key, named + made.failure().what);
    if (!seen.insert(text).second) reader.complain(key, named + '"' + text + "\" stands there twice");
  }
}

void check_written_path(std::string_view key, const std::string& path, config::settings_reader& reader) {
  if (!path.empty() && !is_written_path(path))
    reader.complain(key, '"' + std::string{key} + "\" \"" + path + "\": " + std::string{not_written_path});
}

} // namespace weir
