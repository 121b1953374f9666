/// The functions of the language: one table that the compiler, the evaluator and `weir help` read.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/expression/pattern.hpp"
#include "runtime/expression/text_arena.hpp"
#include "runtime/expression/value.hpp"

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {
class clock;
}

namespace weir::expr {

/// What a function makes of its constant arguments, once.
class preparation {
public:
  virtual ~preparation() = default;
};

struct surroundings {
  std::string node;
  const clock* now = nullptr;
};

struct call_input {
  std::span<const value> arguments; ///< none of them nothing, each of a kind that the function takes
  text_arena& texts;
  const std::vector<pattern>& patterns;
  const preparation* prepared;
  const surroundings& around;
};

struct function {
  std::string_view name;
  std::string_view arguments; ///< as shown: "text, start, [length]"
  std::string_view help;
  kinds gives = 0;
  std::array<kinds, 3> takes = {}; ///< the last is that of all further ones too
  std::uint8_t least = 1;          ///< arguments
  std::uint8_t most = 1;
  value (*call)(const call_input& in) = nullptr; ///< nothing: it cannot be done
  /// From that argument on all are constants, and given to prepare().
  std::uint8_t constant_from = 255;
  auto (*prepare)(std::span<const value> constants, const surroundings& around)
      -> result<std::unique_ptr<preparation>> = nullptr;
  bool takes_nothing = false; ///< is asked also about arguments that are nothing
  bool is_pure = true;        ///< of constants it is a constant
};

inline constexpr auto arguments_max = std::size_t{16};

/// Sorted by name.
auto all_functions() -> const std::vector<function>&;
auto find_function(std::string_view name) -> const function*;

// By what they are about; each in a file of its own.
auto text_functions() -> std::vector<function>;
auto number_functions() -> std::vector<function>;
auto kind_functions() -> std::vector<function>;
auto time_functions() -> std::vector<function>;
auto network_functions() -> std::vector<function>;

} // namespace weir::expr
