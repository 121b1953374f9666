/// Which topic an event goes to: "logs.{tag}-%Y", of its tag and its time (UTC), made so that any tag is a name.
//
//  What becomes of a tag in a name, and of {node} and {component}:
//    a-z A-Z 0-9 . _ -  as they are
//    any other byte     _
//    longer than 120    the first 111 bytes of that, a dash, and the CRC-32C of the tag as 8 hex digits
//    empty              "none"
//  A name that is longer than 249 bytes then ends in the same way. Two tags that get one name share a topic.
#pragma once

#include "runtime/codec/path_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// Kafka takes no longer one.
inline constexpr auto topic_name_bytes_max = std::size_t{249};

auto topic_part_of(std::string_view tag) -> std::string;

/// What is wrong with a name; empty if nothing is.
auto problem_of_topic_name(std::string_view name) -> std::string;
/// The same of what is written for `topic`.
auto problem_of_topic_template(std::string_view text) -> std::string;

/// One thread's: keeps the name of the latest event.
class topic_names {
public:
  /// `text` has no problem.
  topic_names(std::string_view text, std::string_view node, std::string_view component, time_zone zone = {});

  /// What follows has this tag.
  void begin_tag(std::string_view tag);
  /// Until the next call. Cheap while the name stays the same.
  auto of(std::int64_t time_ns) -> std::string_view {
    if (!bounds_.contains(time_ns) || name_.empty()) render(time_ns);
    return name_;
  }
  /// Changes when of() has another name than before.
  auto changes() const -> std::uint64_t { return changes_; }
  auto is_fixed() const -> bool { return !template_.uses_time() && !template_.uses_tag(); }

private:
  void render(std::int64_t time_ns);

  path_template template_;
  std::string tag_;
  std::string name_;
  write_bounds bounds_;
  std::uint64_t changes_ = 0;
};

} // namespace weir
