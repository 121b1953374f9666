#include "actors/operators/geoip/settings.hpp"

#include "actors/operators/patterns.hpp"
#include "runtime/event/record_path.hpp"

#include <filesystem>

namespace weir {

void validate(const geoip_settings& s, config::settings_reader& reader) {
  check_written_path("to", s.to, reader);
  if (s.to.empty()) reader.complain("to", "\"to\" is empty");
  if (s.fields.empty()) reader.complain("fields", "\"fields\" names none");
  for (const auto& [name, path] : s.fields)
    if (!is_written_path(path)) reader.complain("fields", "\"fields\": \"" + name + "\": " + std::string{not_written_path});
  auto failed = std::error_code{};
  if (reader.is_given("database") && !std::filesystem::exists(s.database, failed))
    reader.warn("database", "\"database\": there is no " + s.database + " here");
}

} // namespace weir
