#include "runtime/expression/evaluator.hpp"

#include <cmath>
#include <limits>

namespace weir::expr {
namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();

/// Nothing if the sum, difference or product does not fit.
auto whole(operation what, std::int64_t a, std::int64_t b, kind type) -> value {
  auto made = std::int64_t{0};
  const auto overflows = what == operation::add        ? __builtin_add_overflow(a, b, &made)
                         : what == operation::subtract ? __builtin_sub_overflow(a, b, &made)
                                                       : __builtin_mul_overflow(a, b, &made);
  return overflows ? value{} : value::with(type, made);
}

auto of_reals(operation what, double a, double b) -> value {
  switch (what) {
  case operation::add: return value::of(a + b);
  case operation::subtract: return value::of(a - b);
  case operation::multiply: return value::of(a * b);
  case operation::divide: return b == 0 ? value{} : value::of(a / b);
  default: return b == 0 ? value{} : value::of(std::fmod(a, b));
  }
}

auto of_numbers(operation what, const value& a, const value& b) -> value {
  if (!a.is(kind::integer) || !b.is(kind::integer) || what == operation::divide)
    return of_reals(what, a.as_real(), b.as_real());
  if (what != operation::modulo) return whole(what, a.number, b.number, kind::integer);
  if (b.number == 0) return {};
  return value::of(b.number == -1 ? std::int64_t{0} : a.number % b.number);
}

/// A duration that many times, or that part of it.
auto scaled(operation what, std::int64_t ns, const value& by) -> value {
  if (what == operation::multiply && by.is(kind::integer)) return whole(what, ns, by.number, kind::duration);
  constexpr auto end = 9223372036854775808.0;
  const auto made = of_reals(what, static_cast<double>(ns), by.as_real());
  return made.is(kind::real) && made.real > -end && made.real < end
             ? value::with(kind::duration, static_cast<std::int64_t>(made.real))
             : value{};
}

auto of_times(operation what, const value& a, const value& b) -> value {
  const auto sums = what == operation::add || what == operation::subtract;
  if (sums && b.is(kind::duration)) return whole(what, a.number, b.number, a.type);
  if (a.is(kind::time)) return b.is(kind::time) && what == operation::subtract ? whole(what, a.number, b.number, kind::duration) : value{};
  if (b.is(kind::time)) return what == operation::add ? whole(what, a.number, b.number, kind::time) : value{};
  if (b.is_number() && (what == operation::multiply || what == operation::divide)) return scaled(what, a.number, b);
  if (b.is(kind::duration) && what == operation::divide)
    return of_reals(what, static_cast<double>(a.number), static_cast<double>(b.number));
  return {};
}

auto joined_texts(std::string_view a, std::string_view b, text_arena& arena) -> value {
  auto* to = arena.take(a.size() + b.size());
  if (to == nullptr) return {};
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), to));
  return value::of(std::string_view{to, a.size() + b.size()});
}

} // namespace

auto calculate(operation what, const value& left, const value& right, text_arena& arena) -> value {
  if (left.is_number() && right.is_number()) return of_numbers(what, left, right);
  if (left.is(kind::time) || left.is(kind::duration)) return of_times(what, left, right);
  if (left.is_number() && right.is(kind::duration) && what == operation::multiply) return scaled(what, right.number, left);
  if (left.is(kind::text) && right.is(kind::text) && what == operation::add) return joined_texts(left.text, right.text, arena);
  return {};
}

auto negative(const value& v) -> value {
  if (v.is(kind::real)) return value::of(-v.real);
  if ((!v.is(kind::integer) && !v.is(kind::duration)) || v.number == least) return {};
  return value::with(v.type, -v.number);
}

} // namespace weir::expr
