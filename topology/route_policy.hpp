/// To whom an aggregator with routes passes an event that several of them take.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace weir {

enum class route_policy { first, all };

constexpr auto names_of(route_policy*) {
  return std::array<std::pair<std::string_view, route_policy>, 2>{{{"first", route_policy::first}, {"all", route_policy::all}}};
}

} // namespace weir
