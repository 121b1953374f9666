#include "runtime/expression/evaluator.hpp"

#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <array>

namespace weir::expr {

auto evaluator::holds(std::uint32_t index) -> bool {
  const auto& n = program_.nodes[index];
  const auto* begin = program_.operands.data() + n.first;
  switch (n.what) {
  case operation::both: return std::all_of(begin, begin + n.count, [&](auto i) { return holds(i); });
  case operation::either: return std::any_of(begin, begin + n.count, [&](auto i) { return holds(i); });
  case operation::negate: return !holds(*begin);
  case operation::equal:
  case operation::unequal:
  case operation::less:
  case operation::at_most:
  case operation::greater:
  case operation::at_least: return compares(n);
  case operation::matches:
  case operation::matches_not: return matches(n);
  case operation::one_of: return is_one_of(n);
  case operation::exists: return !field_bytes(n).empty();
  default: return value_of(index).is_true();
  }
}

auto evaluator::value_of(std::uint32_t index) -> value {
  const auto& n = program_.nodes[index];
  switch (n.what) {
  case operation::constant: return n.content;
  case operation::field: return read_value(field_bytes(n));
  case operation::tag: return value::of(event_->tag);
  case operation::tag_part: return tag_part(n.number);
  case operation::time: return value::with(kind::time, event_->time_ns);
  case operation::add:
  case operation::subtract:
  case operation::multiply:
  case operation::divide:
  case operation::modulo: is_used_ = true; return calculate(n.what, left(n), right(n), texts_);
  case operation::minus: return negative(left(n));
  case operation::choose: return chosen(n);
  case operation::coalesce: return first_there(n);
  case operation::call: return called(n);
  case operation::list: return {};
  default: return value::of(holds(index));
  }
}

/// With what is not there, every comparison is false.
auto evaluator::compares(const node& n) -> bool {
  const auto a = left(n);
  if (a.is(kind::nothing)) return false;
  const auto b = right(n);
  if (b.is(kind::nothing)) return false;
  switch (n.what) {
  case operation::equal: return is_equal(a, b);
  case operation::unequal: return !is_equal(a, b);
  case operation::less: return compare(a, b) < 0;
  case operation::at_most: return compare(a, b) <= 0;
  case operation::greater: return compare(a, b) > 0;
  default: return compare(a, b) >= 0;
  }
}

auto evaluator::matches(const node& n) -> bool {
  const auto text = left(n);
  if (!text.is(kind::text)) return false;
  return program_.patterns[static_cast<std::size_t>(n.number)].matches(text.text) == (n.what == operation::matches);
}

auto evaluator::is_one_of(const node& n) -> bool {
  const auto wanted = left(n);
  if (wanted.is(kind::nothing)) return false;
  const auto& in = program_.nodes[program_.operand(n, 1)];
  if (in.what == operation::list) {
    const auto* begin = program_.operands.data() + in.first;
    return std::any_of(begin, begin + in.count, [&](auto i) { return is_equal(program_.nodes[i].content, wanted); });
  }
  const auto list = right(n);
  auto read = msgpack_reader{list.text};
  auto count = std::uint32_t{0};
  if (!list.is(kind::list) || !read.array(count)) return false;
  for (auto item = std::string_view{}; count > 0 && read.value(item); --count)
    if (is_equal(read_value(item), wanted)) return true;
  return false;
}

auto evaluator::chosen(const node& n) -> value {
  return value_of(program_.operand(n, holds(program_.operand(n, 0)) ? 1 : 2));
}

auto evaluator::first_there(const node& n) -> value {
  for (std::uint32_t i = 0; i < n.count; ++i)
    if (const auto v = value_of(program_.operand(n, i)); !v.is(kind::nothing) && !v.is(kind::null)) return v;
  return {};
}

auto evaluator::called(const node& n) -> value {
  auto given = std::array<value, arguments_max>{};
  const auto& f = *n.called;
  for (std::uint32_t i = 0; i < n.count; ++i) {
    given[i] = value_of(program_.operand(n, i));
    const auto taken = f.takes[std::min<std::size_t>(i, f.takes.size() - 1)];
    if (!f.takes_nothing && (only(given[i].type) & taken) == 0) return {};
  }
  is_used_ = true;
  return f.call({{given.data(), n.count}, texts_, program_.patterns, n.prepared, around_});
}

/// From the end if it is negative, as in templates.
auto evaluator::tag_part(std::int64_t number) const -> value {
  auto rest = event_->tag;
  if (number < 0) number += std::count(rest.begin(), rest.end(), '.') + 1;
  if (number < 0) return {};
  for (; number > 0; --number) {
    const auto dot = rest.find('.');
    if (dot == std::string_view::npos) return {};
    rest.remove_prefix(dot + 1);
  }
  return value::of(rest.substr(0, rest.find('.')));
}

} // namespace weir::expr
