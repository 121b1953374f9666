/// Paths with {tag}, {node}, {component} and strftime of the event time in them.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/os/time_zone.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

//  template := (byte | "%%" | "%" time | "{tag}" | "{node}" | "{component}")*     "${tag}" is "{tag}", and so on
//  time     := one of Y y m d e j H I p M S F T R s b B a A u w V G U, as in strftime, UTC or in_zone()
class path_template {
public:
  struct names {
    std::string node;
    std::string component;
  };
  /// Errors name what does not fit.
  static auto compile(std::string_view text, const names& known) -> result<path_template>;

  /// Times are those of clocks there from now on.
  void in_zone(time_zone zone) { zone_ = std::move(zone); }

  auto uses_tag() const noexcept -> bool { return uses_tag_; }
  auto uses_time() const noexcept -> bool { return period_s_ != 0; }
  /// The times around `time_ns` for which the path is the same.
  auto times_around(std::int64_t time_ns) const -> write_bounds;
  /// The directory that no value may lead out of: what is before the first value; "." if there is nothing.
  auto directory() const noexcept -> const std::string& { return directory_; }
  /// The directory that all paths begin with: what is before the first tag or time; "." if there is nothing.
  auto common_directory() const -> std::string;

  /// Returns why this tag makes no path, in a few words; empty if `out` has it. A tag may be part of a name,
  /// but is no path of its own: no slash or NUL, and no name made with it is empty, `.`, `..` or above 255
  /// bytes.
  auto render(std::string_view tag, std::int64_t time_ns, std::string& out) const -> std::string_view;

private:
  struct part {
    enum class kind { literal, tag, time } what = kind::literal;
    std::string text; ///< literal, or what strftime wants
  };
  auto add_value(std::string_view name, const names& known) -> result<void>;
  auto add_time(char letter) -> result<void>;
  void add_literal(std::string_view text);
  void begin_values();

  std::vector<part> parts_;
  std::string directory_;
  std::size_t fixed_bytes_ = std::string::npos; ///< of the path, up to the slash before the first value
  bool uses_tag_ = false;
  std::int64_t period_s_ = 0;
  time_zone zone_;
};

} // namespace weir
