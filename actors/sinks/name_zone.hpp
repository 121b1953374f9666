/// Whose clocks the times are of in names that a store makes of its events: of files, tables, indices, topics and keys.
#pragma once

#include "config/settings.hpp"
#include "runtime/os/time_zone.hpp"

#include <string>
#include <string_view>

namespace weir {

template <class Visitor> void describe_name_zone(Visitor& v, std::string& zone, std::string_view key_of_names) {
  v.field("time_zone", zone,
          "Of %Y and the like in " + std::string{key_of_names} + ": UTC, local, +02:00, Europe/Berlin. The times of the events stay what they are.");
}

/// `names`: what is filled in with times.
inline void validate_name_zone(const std::string& zone, std::string_view names, config::settings_reader& reader) {
  if (!reader.is_given("time_zone")) return;
  if (const auto known = time_zone::named(zone); !known) return reader.complain("time_zone", "\"time_zone\": " + known.failure().what);
  if (names.find('%') == std::string_view::npos) reader.complain("time_zone", "\"time_zone\" does nothing here: no name has a time in it");
}

/// Of what was validated.
inline auto zone_of_names(const std::string& zone) -> time_zone {
  auto known = time_zone::named(zone);
  return known ? std::move(*known) : time_zone{};
}

} // namespace weir
