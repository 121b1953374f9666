/// Keys of objects with {tag} and strftime of the event's time in them, which no tag can make anything else of.
//
//  What becomes of a tag in a name: actors/sinks/network/name_part.hpp.
//
//  key    := prefix name "-" life "-" number "." format [".gz" | ".zst"]    of an object with events
//  ledger := directory "_weir/" name "/"                                    that what the sink remembers begins with; directory
//                                                                           is what the prefix has before its first tag or time
#pragma once

#include "actors/sinks/network/name_part.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/path_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// All sixteen.
auto hex_digits_of(std::uint64_t number) -> std::string;
/// Why this makes no keys; empty if there is nothing to say.
auto problem_of_object_prefix(const std::string& text) -> std::string;

class object_prefixes {
public:
  /// Of a prefix that has no problem.
  object_prefixes(const std::string& text, std::string_view node, std::string_view component, time_zone zone = {});

  void begin_tag(std::string_view tag);
  /// Of an event of the tag; why it has none, else empty. Valid until the next call.
  auto of(std::int64_t time_ns, std::string& out) const -> std::string_view;
  /// The times around this one that have the same prefix.
  auto times_around(std::int64_t time_ns) const -> write_bounds { return form_.times_around(time_ns); }
  /// What all have in common, with a slash at its end; or nothing.
  auto directory() const -> std::string;

private:
  path_template form_;
  std::string tag_;
};

} // namespace weir
