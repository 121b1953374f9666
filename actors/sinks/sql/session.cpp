#include "actors/sinks/sql/session.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>
#include <charconv>

namespace weir {

auto sql_text(std::string_view plain) -> std::string {
  const auto is_odd = [](char c) { return c == '\'' || c == '\\' || static_cast<unsigned char>(c) - 0x20U > 0x5eU; };
  WEIR_ASSERT(std::none_of(plain.begin(), plain.end(), is_odd));
  return '\'' + std::string{plain} + '\'';
}

auto sql_number(const std::optional<std::string>& value) -> std::int64_t {
  auto number = std::int64_t{0};
  if (value) std::from_chars(value->data(), value->data() + value->size(), number);
  return number;
}

} // namespace weir
