/// How a line keeps the event's time and tag apart from fields of the record that have their names.
//
//  `time` and `tag` of a line are always the event's. A field of that name is written as `record_time`,
//  `record_tag`; one that is called so already as `record_record_time`, and so on: no two fields get one name,
//  and from a line's names the record's follow. Where time or tag are left out, such fields keep their names.
#pragma once

#include <string_view>

namespace weir {

/// What of the event a line has beside the record.
struct line_keys {
  bool time = true;
  bool tag = true;
};

inline constexpr auto record_mark = std::string_view{"record_"};

/// Whether a field of the record is written with record_mark before its name.
inline auto is_taken(line_keys by, std::string_view name) noexcept -> bool {
  const auto ends = (by.time && name.ends_with("time")) || (by.tag && name.ends_with("tag"));
  if (!ends) return false;
  while (name.starts_with(record_mark)) name.remove_prefix(record_mark.size());
  return (by.time && name == "time") || (by.tag && name == "tag");
}

} // namespace weir
