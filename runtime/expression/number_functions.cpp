#include "runtime/event/msgpack.hpp"
#include "runtime/expression/functions.hpp"

#include <cmath>
#include <limits>

namespace weir::expr {
namespace {

auto absolute(const call_input& in) -> value {
  const auto& of = in.arguments[0];
  if (of.is(kind::real)) return value::of(std::fabs(of.real));
  if (of.number == std::numeric_limits<std::int64_t>::min()) return {};
  return value::of(of.number < 0 ? -of.number : of.number);
}

template <auto Change> auto made_whole(const call_input& in) -> value {
  const auto& of = in.arguments[0];
  if (of.is(kind::integer)) return of;
  const auto made = Change(of.real);
  constexpr auto end = 9223372036854775808.0;
  return made >= -end && made < end ? value::of(static_cast<std::int64_t>(made)) : value{};
}

auto floor_of(double x) -> double { return std::floor(x); }
auto ceil_of(double x) -> double { return std::ceil(x); }
auto round_of(double x) -> double { return std::round(x); }

template <bool Wants_less> auto extreme(const call_input& in) -> value {
  auto best = in.arguments[0];
  for (const auto& a : in.arguments) {
    const auto order = compare(a, best);
    if (order == std::partial_ordering::unordered) return {};
    if (Wants_less ? order < 0 : order > 0) best = a;
  }
  return best;
}

/// The value of that number in a list; from the end if it is negative.
auto at(const call_input& in) -> value {
  auto read = msgpack_reader{in.arguments[0].text};
  auto count = std::uint32_t{0};
  if (!read.array(count)) return {};
  auto index = in.arguments[1].number;
  if (index < 0) index += count;
  if (index < 0 || index >= count) return {};
  for (; index > 0; --index)
    if (!read.skip()) return {};
  auto bytes = std::string_view{};
  return read.value(bytes) ? read_value(bytes) : value{};
}

} // namespace

auto number_functions() -> std::vector<function> {
  return {
      {"abs", "number", "Without its sign.", numbers, {numbers}, 1, 1, absolute},
      {"floor", "number", "The whole number below.", integers, {numbers}, 1, 1, made_whole<floor_of>},
      {"ceil", "number", "The whole number above.", integers, {numbers}, 1, 1, made_whole<ceil_of>},
      {"round", "number", "The nearest whole number.", integers, {numbers}, 1, 1, made_whole<round_of>},
      {"min", "value, …", "The least of them; of one kind.", orderly, {orderly, orderly, orderly}, 1, arguments_max, extreme<true>},
      {"max", "value, …", "The greatest of them; of one kind.", orderly, {orderly, orderly, orderly}, 1, arguments_max,
       extreme<false>},
      {"at", "list, number", "The value of that number, the first being 0, the last -1; short: list[number].", anything,
       {lists, integers}, 2, 2, at},
  };
}

} // namespace weir::expr
