/// The settings of geoip, which do without its library.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <string_view>

namespace weir {

inline constexpr auto geoip_help = std::string_view{"Adds where in the world an IP address is, from a MaxMind database."};

struct geoip_settings {
  std::string database;
  std::string field;
  std::string to = "geo";
  config::string_map fields; ///< none: usual_geoip_fields()
};

/// What databases of cities, countries and networks have, whichever one it is.
auto usual_geoip_fields() -> const config::string_map&;

template <class Visitor> void describe(Visitor& v, geoip_settings& s) {
  v.required("database", s.database, "The file, such as GeoLite2-City.mmdb. It is read again when it changes.");
  v.required("field", s.field, "The event's field with the address, by path.");
  v.field("to", s.to, "The path of the map for what is found.");
  v.field("fields", s.fields,
          "Names to paths in the database, 0 being the first of a list; default: country, country_code, continent, region, "
          "city, latitude, longitude, time_zone, as_number and as_name, as far as the database has them.");
}

void validate(const geoip_settings& s, config::settings_reader& reader);

} // namespace weir
