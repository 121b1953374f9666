/// A regular expression of an expression; what is a plain text in disguise is compared as one.
#pragma once

#include "runtime/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace weir::expr {

struct text_range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Syntax of RE2; a dot is any character but a line feed.
class pattern {
public:
  /// Errors say what is wrong with `expression`.
  static auto compile(std::string_view expression, bool ignores_case) -> result<pattern>;
  pattern(pattern&&) noexcept;
  ~pattern();

  /// Whether it is found anywhere in `text`.
  auto matches(std::string_view text) const -> bool;
  auto groups() const -> int;
  /// The first match from `from` on: all of it, or its group of that number. False: none, or without that group.
  auto find(std::string_view text, std::size_t from, int group, text_range& whole, text_range& part) const -> bool;

private:
  pattern();
  void find_plain_text(std::string_view expression);

  std::unique_ptr<re2::RE2> expression_;
  std::string plain_;       ///< if is_plain_
  bool is_plain_ = false;
  bool at_begin_ = false;   ///< of the text, must plain_ be
  bool at_end_ = false;
};

} // namespace weir::expr
