/// Which index an event goes to: "logs-{tag}-%Y.%m.%d", of its tag and its time (UTC), made so that any tag is a name.
//
//  What becomes of a tag in a name, and of {node} and {component}:
//    A-Z               a-z
//    a-z 0-9 . _ -     as they are
//    any other byte    _
//    longer than 100   the first 91 bytes of that, a dash, and the CRC-32C of the tag as 8 hex digits
//    empty             "none"
//  At the begin of a name . _ and - are left out. Two tags that get one name share an index: an event keeps its tag.
#pragma once

#include "runtime/codec/path_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// No index has a longer name.
inline constexpr auto index_name_bytes_max = std::size_t{255};

auto index_part_of(std::string_view tag) -> std::string;

/// What is wrong with `name` where no event has a part in it, such as that of a data stream; empty if nothing is.
auto problem_of_index_name(std::string_view name) -> std::string;
/// The same of what is written for `index`.
auto problem_of_index_template(std::string_view text) -> std::string;

/// One thread's: keeps the name of the latest event.
class index_names {
public:
  /// `text` has no problem.
  index_names(std::string_view text, std::string_view node, std::string_view component, time_zone zone = {});

  /// What follows has this tag.
  void begin_tag(std::string_view tag);
  /// Until the next call. Cheap while the name stays the same.
  auto of(std::int64_t time_ns) -> std::string_view {
    if (!bounds_.contains(time_ns) || name_.empty()) render(time_ns);
    return name_;
  }
  /// Changes when of() has another name than before.
  auto changes() const -> std::uint64_t { return changes_; }

  auto uses_time() const -> bool { return template_.uses_time(); }
  auto is_fixed() const -> bool { return !template_.uses_time() && !template_.uses_tag(); }
  /// All names of all times that the current tag can have: "logs-web.access-*".
  auto of_all_times() const -> const std::string& { return all_times_; }
  /// Of all tags and times.
  auto of_all() const -> std::string { return wildcard_of("*"); }

private:
  void render(std::int64_t time_ns);
  auto wildcard_of(std::string_view tag) const -> std::string;

  std::string text_; ///< with node and component filled in
  path_template template_;
  std::string tag_;
  std::string rendered_;
  std::string name_;
  std::string all_times_;
  write_bounds bounds_;
  std::uint64_t changes_ = 0;
};

} // namespace weir
