/// The index template that a sink installs, as the server wants it.
#pragma once

#include "config/value.hpp"

#include <string>

namespace weir {

/// As JSON; a scalar that is not quoted is a number, true, false or null if it looks so.
auto json_of(const config::value& from) -> std::string;

struct index_template_wish {
  std::string pattern; ///< of the names that it is for
  bool is_data_stream = false;
  bool ecs = false;
  /// Added to what the pattern is worth: two templates that match one name must not have the same priority.
  unsigned more = 0;
};

/// The body of PUT /_index_template/NAME. `written`: what the topology says of it; null: nothing.
auto index_template_body(const config::value& written, const index_template_wish& wish) -> std::string;

} // namespace weir
