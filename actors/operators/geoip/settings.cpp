#include "actors/operators/geoip/settings.hpp"

#include "actors/operators/patterns.hpp"
#include "runtime/event/record_path.hpp"

#include <filesystem>

namespace weir {

auto usual_geoip_fields() -> const config::string_map& {
  static const auto usual = config::string_map{{"as_name", "autonomous_system_organization"},
                                               {"as_number", "autonomous_system_number"},
                                               {"city", "city.names.en"},
                                               {"continent", "continent.code"},
                                               {"country", "country.names.en"},
                                               {"country_code", "country.iso_code"},
                                               {"latitude", "location.latitude"},
                                               {"longitude", "location.longitude"},
                                               {"region", "subdivisions.0.names.en"},
                                               {"time_zone", "location.time_zone"}};
  return usual;
}

void validate(const geoip_settings& s, config::settings_reader& reader) {
  check_written_path("to", s.to, reader);
  if (s.to.empty()) reader.complain("to", "\"to\" is empty");
  for (const auto& [name, path] : s.fields)
    if (!is_written_path(path)) reader.complain("fields", "\"fields\": \"" + name + "\": " + std::string{not_written_path});
  auto failed = std::error_code{};
  if (reader.is_given("database") && !std::filesystem::exists(s.database, failed))
    reader.warn("database", "\"database\": there is no " + s.database + " here");
}

} // namespace weir
