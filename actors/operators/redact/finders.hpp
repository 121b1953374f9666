/// What is to be kept out of logs, found in text: mail addresses, card numbers, IP addresses, tokens, own expressions.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::redact {

struct found_text {
  std::size_t begin = 0;
  std::size_t size = 0; ///< 0: there is none
};

/// Finds one kind of text. Total: any bytes may be text.
class finder {
public:
  virtual ~finder() = default;
  /// The first one at or behind `from`; never an empty one.
  virtual auto find(std::string_view text, std::size_t from) const -> found_text = 0;
};

/// Names of the kinds that make_finder() knows.
auto kinds() -> const std::vector<std::string>&;
/// Nothing for a name that is no kind.
auto make_finder(std::string_view kind) -> std::unique_ptr<finder>;
/// Of an RE2 expression; errors say what is wrong with it.
auto make_expression_finder(const std::string& expression) -> result<std::unique_ptr<finder>>;

} // namespace weir::redact
