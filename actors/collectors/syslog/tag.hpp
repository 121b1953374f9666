/// Tags made of what a syslog message says of itself: "syslog.{facility}.{severity}".
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/tag_shape.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct syslog_tag_input {
  std::string_view facility, severity, host, ident;
};

class syslog_tag {
public:
  static constexpr auto names = std::array<std::string_view, 4>{"{facility}", "{severity}", "{host}", "{ident}"};
  /// Names come from outside, and tags are stored: no more of one is taken.
  static constexpr std::size_t name_bytes_max = 64;

  static auto compile(std::string_view text) -> result<syslog_tag>;
  static auto shape(std::string_view text) -> tag_shape { return shape_of_template(text, names); }

  /// Valid until the next call. Of a name other bytes than letters, digits, `-` and `_` become `_`, so that it is one part of
  /// the tag; one that a message does not have is `unknown`.
  auto render(const syslog_tag_input& in) -> std::string_view;

private:
  struct part {
    std::string literal; ///< before the name
    std::string_view syslog_tag_input::*name = nullptr; ///< null: there is none
  };
  std::vector<part> parts_;
  std::string text_;
};

} // namespace weir
