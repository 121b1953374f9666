/// Classes of nodes: what meets what.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

using class_names = std::vector<std::string>;

inline auto has_class(const class_names& all, std::string_view name) -> bool {
  return std::find(all.begin(), all.end(), name) != all.end();
}
inline auto have_all(const class_names& all, const class_names& wanted) -> bool {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& name) { return has_class(all, name); });
}
inline auto share_a_class(const class_names& a, const class_names& b) -> bool {
  return std::any_of(a.begin(), a.end(), [&](const auto& name) { return has_class(b, name); });
}
/// The same, where one without classes may be anywhere.
inline auto may_meet(const class_names& a, const class_names& b) -> bool {
  return a.empty() || b.empty() || share_a_class(a, b);
}

} // namespace weir
