/// What a node may ask of another one beyond handing over what its components send.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace weir {

enum class right {
  observe, ///< see its figures
  operate, ///< have it do something: drain, reload, forget another one
};

constexpr auto names_of(right*) {
  return std::array<std::pair<std::string_view, right>, 2>{{{"observe", right::observe}, {"operate", right::operate}}};
}

} // namespace weir
