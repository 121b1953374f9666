/// Types of settings beside those of the language and of runtime/base/units.hpp.
#pragma once

#include <map>
#include <string>
#include <type_traits>

namespace weir::config {

/// A map of free-form keys, such as labels.
using string_map = std::map<std::string, std::string>;

/// A string that is never printed; written in place, as ${VAR} or as {file: path}.
struct secret {
  std::string value;
};

template <class E>
concept named_enum = std::is_enum_v<E> && requires {
  names_of(static_cast<E*>(nullptr));
};

} // namespace weir::config
