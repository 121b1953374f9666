#include "runtime/event/record_path.hpp"
#include "runtime/expression/compiler.hpp"
#include "runtime/expression/evaluator.hpp"

#include <algorithm>

namespace weir::expr {
namespace {

auto place_of(std::size_t at) -> std::uint32_t { return static_cast<std::uint32_t>(at); }

auto plural(std::size_t count) -> std::string { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

/// Letters that two words do not have in common, in order: how far one is from the other.
auto distance(std::string_view a, std::string_view b) -> std::size_t {
  auto row = std::vector<std::size_t>(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

auto nearest_function(std::string_view name) -> std::string {
  constexpr auto near_enough = std::size_t{2};
  const function* best = nullptr;
  for (const auto& f : all_functions())
    if (name.size() < 32 && (best == nullptr || distance(name, f.name) < distance(name, best->name))) best = &f;
  if (best == nullptr || distance(name, best->name) > near_enough) return "docs/expressions.md lists all";
  return "did you mean \"" + std::string{best->name} + "\"?";
}

} // namespace

auto compiler::add(node made, const std::vector<std::uint32_t>& operands) -> placed {
  made.first = place_of(out_->operands.size());
  made.count = place_of(operands.size());
  for (const auto o : operands) {
    made.depth = std::max(made.depth, at(o).depth + 1);
    out_->operands.push_back(o);
  }
  if (made.depth > depth_max) return wrong(made.at, "more than " + std::to_string(depth_max) + " operations on each other");
  out_->nodes.push_back(made);
  return folded(place_of(out_->nodes.size() - 1));
}

auto compiler::add_constant(std::size_t at, const value& content) -> placed {
  return add({.what = operation::constant, .can_be = only(content.type), .at = place_of(at), .content = content}, {});
}

auto compiler::add_text(std::size_t at, std::string text) -> placed {
  out_->texts.push_back(std::move(text));
  return add_constant(at, value::of(std::string_view{out_->texts.back()}));
}

auto compiler::add_field(const token& path) -> placed {
  if (!is_written_path(path.text)) return wrong(path.at, std::string{not_written_path});
  return add({.what = operation::field, .can_be = anything, .at = place_of(path.at), .number = out_->fields.add(path.text)}, {});
}

auto compiler::add_pattern(const token& source) -> placed {
  auto made = pattern::compile(source.text, source.ignores_case);
  if (!made) return wrong(source.at, "no RE2 expression: " + made.failure().what);
  out_->patterns.push_back(std::move(*made));
  return add_constant(source.at, value::with(kind::pattern, static_cast<std::int64_t>(out_->patterns.size()) - 1));
}

auto compiler::add_binary(operation what, const token& symbol, std::uint32_t left, std::uint32_t right) -> placed {
  const auto gives = check_types(what, symbol, at(left), at(right));
  return add({.what = what, .can_be = gives == 0 ? anything : gives, .at = place_of(symbol.at)}, {left, right});
}

auto compiler::add_negative(const token& symbol, std::uint32_t of) -> placed {
  const auto gives = at(of).can_be & (numbers | durations);
  if (gives == 0) return wrong(symbol.at, "\"-\" wants a number or a duration, not " + to_text(at(of).can_be));
  return add({.what = operation::minus, .can_be = gives, .at = place_of(symbol.at)}, {of});
}

auto compiler::call(const token& name) -> placed {
  const auto given = arguments(name);
  if (!given) return std::nullopt;
  if (name.text == "exists") return add_exists(name, *given);
  if (name.text == "if") return add_choice(name, *given);
  if (name.text == "coalesce") {
    auto can_be = kinds{0};
    for (const auto g : *given) can_be |= at(g).can_be;
    if (given->size() < 2) return wrong(name.at, "\"coalesce\" wants 2 arguments or more, not " + plural(given->size()));
    return add({.what = operation::coalesce, .can_be = can_be, .at = place_of(name.at)}, *given);
  }
  const auto* known = find_function(name.text);
  if (known == nullptr) return wrong(name.at, "unknown function \"" + name.text + '"', nearest_function(name.text));
  return add_call(name, *known, *given);
}

auto compiler::add_exists(const token& name, const std::vector<std::uint32_t>& given) -> placed {
  if (given.size() != 1 || at(given[0]).what != operation::field)
    return wrong(name.at, "\"exists\" wants the path of a field, such as exists(user.id)");
  return add({.what = operation::exists, .can_be = booleans, .at = place_of(name.at), .number = at(given[0]).number}, {});
}

auto compiler::add_choice(const token& name, const std::vector<std::uint32_t>& given) -> placed {
  if (given.size() != 3)
    return wrong(name.at, "\"if\" wants a condition, a value and another one, not " + plural(given.size()));
  check_condition(given[0]);
  return add({.what = operation::choose, .can_be = at(given[1]).can_be | at(given[2]).can_be, .at = place_of(name.at)}, given);
}

auto compiler::add_call(const token& name, const function& called, const std::vector<std::uint32_t>& given) -> placed {
  const auto title = '"' + std::string{called.name} + '"';
  if (given.size() < called.least || given.size() > called.most)
    return wrong(name.at, title + " wants (" + std::string{called.arguments} + "), not " + plural(given.size()));
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& argument = at(given[i]);
    const auto wanted = called.takes[std::min(i, called.takes.size() - 1)];
    if ((argument.can_be & wanted) == 0)
      return wrong(argument.at, title + " wants " + to_text(wanted) + ", not " + to_text(argument.can_be));
    if (i >= called.constant_from && !is_constant(given[i]))
      return wrong(argument.at, title + " wants a constant here: (" + std::string{called.arguments} + ')');
  }
  auto made = node{.what = operation::call, .can_be = called.gives, .at = place_of(name.at), .called = &called};
  if (called.prepare != nullptr && !prepare(made, given)) return std::nullopt;
  return add(made, given);
}

auto compiler::prepare(node& made, const std::vector<std::uint32_t>& given) -> bool {
  auto constants = std::vector<value>{};
  for (std::size_t i = made.called->constant_from; i < given.size(); ++i) constants.push_back(at(given[i]).content);
  auto prepared = made.called->prepare(constants, around_);
  if (!prepared) {
    wrong(constants.empty() ? made.at : at(given[made.called->constant_from]).at,
          '"' + std::string{made.called->name} + "\": " + prepared.failure().what);
    return false;
  }
  made.prepared = prepared->get();
  out_->preparations.push_back(std::move(*prepared));
  return true;
}

auto compiler::folded(std::uint32_t index) -> placed {
  const auto n = at(index);
  const auto* begin = out_->operands.data() + n.first;
  const auto is_known = n.count > 0 && n.what != operation::list && (n.called == nullptr || n.called->is_pure)
                        && std::all_of(begin, begin + n.count, [&](auto o) { return is_constant(o); });
  if (!is_known || !problems_.empty()) return index;
  auto run = evaluator{*out_, around_};
  auto content = run.value_of(index);
  if (content.is(kind::nothing)) return wrong(n.at, "this can never be computed, whatever the event");
  const auto borrows = content.is(kind::text) || content.is(kind::list) || content.is(kind::map) || content.is(kind::bytes);
  if (borrows) content.text = out_->texts.emplace_back(content.text);
  auto& made = at(index);
  made = node{.what = operation::constant, .can_be = only(content.type), .at = n.at};
  made.content = content;
  return index;
}

} // namespace weir::expr
