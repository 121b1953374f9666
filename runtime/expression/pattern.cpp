#include "runtime/expression/pattern.hpp"

#include <re2/re2.h>

#include <array>

namespace weir::expr {
namespace {

constexpr auto special = std::string_view{"^$.|?*+()[]{}\\"};
constexpr auto memory_max = std::int64_t{8} << 20;

auto is_escapable(char c) -> bool { return special.find(c) != std::string_view::npos || c == '/' || c == '-'; }

auto range_of(std::string_view text, const re2::StringPiece& found) -> text_range {
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return {begin, begin + found.size()};
}

} // namespace

pattern::pattern() = default;
pattern::pattern(pattern&&) noexcept = default;
pattern::~pattern() = default;

auto pattern::compile(std::string_view expression, bool ignores_case) -> result<pattern> {
  auto options = RE2::Options{};
  options.set_log_errors(false);
  options.set_case_sensitive(!ignores_case);
  options.set_max_mem(memory_max);
  auto made = pattern{};
  made.expression_ = std::make_unique<RE2>(re2::StringPiece{expression.data(), expression.size()}, options);
  if (!made.expression_->ok()) return error{errc::failed, made.expression_->error()};
  if (!ignores_case) made.find_plain_text(expression);
  return made;
}

void pattern::find_plain_text(std::string_view expression) {
  at_begin_ = expression.starts_with('^');
  if (at_begin_) expression.remove_prefix(1);
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const auto c = expression[i];
    if (c == '$' && i + 1 == expression.size())
      at_end_ = true;
    else if (c == '\\' && i + 1 < expression.size() && is_escapable(expression[i + 1]))
      plain_ += expression[++i];
    else if (special.find(c) != std::string_view::npos)
      return;
    else
      plain_ += c;
  }
  is_plain_ = true;
}

auto pattern::matches(std::string_view text) const -> bool {
  if (!is_plain_) return RE2::PartialMatch({text.data(), text.size()}, *expression_);
  if (at_begin_) return at_end_ ? text == plain_ : text.starts_with(plain_);
  return at_end_ ? text.ends_with(plain_) : text.find(plain_) != std::string_view::npos;
}

auto pattern::groups() const -> int { return expression_->NumberOfCapturingGroups(); }

auto pattern::find(std::string_view text, std::size_t from, int group, text_range& whole, text_range& part) const
    -> bool {
  constexpr auto groups_max = 9;
  if (group > groups_max || from > text.size()) return false;
  auto found = std::array<re2::StringPiece, groups_max + 1>{};
  if (!expression_->Match({text.data(), text.size()}, from, text.size(), RE2::UNANCHORED, found.data(), group + 1))
    return false;
  const auto& wanted = found[static_cast<std::size_t>(group)];
  if (wanted.data() == nullptr) return false;
  whole = range_of(text, found[0]);
  part = range_of(text, wanted);
  return true;
}

} // namespace weir::expr
