/// Configuration values for tests, without a file: `map_of({{"path", "x"}, {"tags", list_of({"a", "b"})}})`.
#pragma once

#include "config/value.hpp"

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

struct config_item {
  config_item(const char* text) { made.type = config::value::kind::scalar, made.scalar = text; }
  config_item(const std::string& text) : config_item(text.c_str()) {}
  config_item(config::value ready) : made(std::move(ready)) {}
  config::value made;
};

inline auto map_of(std::initializer_list<std::pair<std::string, config_item>> members) -> config::value {
  auto made = config::value{};
  made.type = config::value::kind::map;
  for (const auto& [key, item] : members) made.members.push_back({key, {}, item.made});
  return made;
}

inline auto list_of(std::initializer_list<config_item> items) -> config::value {
  auto made = config::value{};
  made.type = config::value::kind::sequence;
  for (const auto& item : items) made.items.push_back(item.made);
  return made;
}

} // namespace weir::test
