#include "runtime/expression/functions.hpp"

#include <charconv>

namespace weir::expr {
namespace {

template <kinds Wanted> auto is_of(const call_input& in) -> value {
  return value::of((only(in.arguments[0].type) & Wanted) != 0);
}

template <class Number> auto read_all(std::string_view text, Number& out) -> bool {
  const auto* end = text.data() + text.size();
  const auto [rest, ec] = std::from_chars(text.data(), end, out);
  return ec == std::errc{} && rest == end;
}

auto number_of(std::string_view text) -> value {
  if (text.starts_with('+')) text.remove_prefix(1);
  auto whole = std::int64_t{0};
  auto real = 0.0;
  if (read_all(text, whole)) return value::of(whole);
  return read_all(text, real) ? value::of(real) : value{};
}

auto to_number(const call_input& in) -> value {
  constexpr auto second = std::int64_t{1'000'000'000};
  const auto& of = in.arguments[0];
  if (of.is(kind::text)) return number_of(of.text);
  if (of.is(kind::boolean)) return value::of(of.number);
  if (!of.is(kind::time) && !of.is(kind::duration)) return of;
  return of.number % second == 0 ? value::of(of.number / second)
                                 : value::of(static_cast<double>(of.number) / static_cast<double>(second));
}

auto to_int(const call_input& in) -> value {
  constexpr auto end = 9223372036854775808.0;
  const auto made = to_number(in);
  if (!made.is(kind::real)) return made;
  return made.real >= -end && made.real < end ? value::of(static_cast<std::int64_t>(made.real)) : value{};
}

auto to_string(const call_input& in) -> value {
  const auto& of = in.arguments[0];
  return of.is(kind::text) ? of : in.texts.copy(text_of(of, in.texts));
}

auto to_boolean(const call_input& in) -> value {
  const auto& of = in.arguments[0];
  if (of.is(kind::boolean)) return of;
  if (of.is_number()) return value::of(of.as_real() != 0);
  const auto is_one_of = [&](auto... words) { return ((of.text == words) || ...); };
  if (is_one_of("true", "yes", "on", "1")) return value::of(true);
  return is_one_of("false", "no", "off", "0") ? value::of(false) : value{};
}

constexpr auto every_kind = anything | durations;
constexpr auto numeric = numbers | texts | booleans | times | durations;

auto question(std::string_view name, std::string_view help, value (*call)(const call_input&)) -> function {
  auto made = function{name, "value", help, booleans, {every_kind}, 1, 1, call};
  made.takes_nothing = true;
  return made;
}

} // namespace

auto kind_functions() -> std::vector<function> {
  return {
      question("is_null", "Whether it is null; a missing field is not.", is_of<nulls>),
      question("is_string", "Whether it is a text.", is_of<texts>),
      question("is_number", "Whether it is a number.", is_of<numbers>),
      question("is_integer", "Whether it is a whole number.", is_of<integers>),
      question("is_boolean", "Whether it is true or false.", is_of<booleans>),
      question("is_list", "Whether it is a list.", is_of<lists>),
      question("is_map", "Whether it is a map.", is_of<maps>),
      {"to_number", "value", "Of a text that is a number; of a time seconds since 1970, of a duration seconds.", numbers,
       {numeric}, 1, 1, to_number},
      {"to_int", "value", "The same without its fraction.", integers, {numeric}, 1, 1, to_int},
      {"to_string", "value", "As people write it; lists and maps as JSON.", texts, {every_kind}, 1, 1, to_string},
      {"to_boolean", "value", "Of true, yes, on, 1 and their opposites; a number is true if it is not 0.", booleans,
       {numbers | texts | booleans}, 1, 1, to_boolean},
  };
}

} // namespace weir::expr
