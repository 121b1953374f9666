/// What is sent with each event of a tag: a text with {tag}, {node} and {component} in it.
#pragma once

#include <string>
#include <string_view>

namespace weir {

/// What is wrong with it, which stands under `key`; empty: nothing.
auto problem_of_tag_text(std::string_view text, std::string_view key = "tag") -> std::string;

class tag_text {
public:
  /// Of a text without problems.
  tag_text(std::string_view text, std::string_view node, std::string_view component);
  /// Always valid UTF-8: protocols have it as text.
  auto render(std::string_view tag) const -> std::string;

private:
  std::string text_; ///< {tag} is what is left
};

} // namespace weir
