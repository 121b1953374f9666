/// What is known of a tag before there is an event: text with gaps that may hold anything.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct tag_shape {
  /// The text around the gaps, in order; a single part is a tag that is known, two empty ones are any tag.
  std::vector<std::string> parts{{}, {}};

  auto operator==(const tag_shape&) const -> bool = default;
};

inline auto exact_tag(std::string text) -> tag_shape { return {{std::move(text)}}; }

inline auto is_exact(const tag_shape& shape) -> bool { return shape.parts.size() == 1; }

/// A shape of text in which each of `names` is a gap.
inline auto shape_of_template(std::string_view text, std::span<const std::string_view> names) -> tag_shape {
  auto made = exact_tag({});
  while (!text.empty()) {
    const auto name =
        std::find_if(names.begin(), names.end(), [&](std::string_view n) { return text.starts_with(n); });
    if (name == names.end()) {
      made.parts.back() += text.front();
      text.remove_prefix(1);
    } else {
      made.parts.emplace_back();
      text.remove_prefix(name->size());
    }
  }
  return made;
}

/// `*` stands for a gap.
inline auto to_text(const tag_shape& shape) -> std::string {
  auto text = shape.parts.front();
  for (std::size_t i = 1; i < shape.parts.size(); ++i) text += '*' + shape.parts[i];
  return text;
}

} // namespace weir
