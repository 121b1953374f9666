/// Names of tables with {tag} and strftime of the event's time in them, which no tag can make anything else of.
//
//  Of a name, letters become small ones, and every other byte that is no digit or underscore becomes an underscore: `logs_{tag}`
//  of the tag `Web.access` is logs_web_access. A name longer than 63 bytes ends with eight digits of its hash.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/codec/path_template.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

class table_names {
public:
  static constexpr std::size_t bytes_max = 63; ///< of PostgreSQL's names, and one less than MySQL's
  /// Errors name what does not fit. `longest`: that a name may be, at least 16 bytes.
  static auto compile(const std::string& text, const path_template::names& known, std::size_t longest = bytes_max)
      -> result<table_names>;

  /// The name; valid until the next call.
  auto of(std::string_view tag, std::int64_t time_ns) -> const std::string&;
  void in_zone(time_zone zone) { form_.in_zone(std::move(zone)); }
  auto is_one() const -> bool { return !form_.uses_tag() && !form_.uses_time(); }

private:
  table_names(path_template form, std::size_t longest) : form_(std::move(form)), longest_(longest) {}

  path_template form_;
  std::size_t longest_;
  std::string name_;
  std::string tag_; ///< that name_ is of
  write_bounds times_{0, 0};
};

/// One sentence about a name that makes no table's; empty if there is nothing to say.
auto problem_of_table_name(const std::string& text) -> std::string;

} // namespace weir
