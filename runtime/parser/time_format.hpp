/// Text -> time: a format compiled once, then read without locale, allocation or system call.
//
//  ""         iso8601, or a number as of unix
//  iso8601    2026-11-22T15:00:00.123456789+01:00; the "T" may be a blank, fraction and zone may be missing
//  unix       seconds since the epoch, with fraction or exponent; milli-, micro- and nanoseconds are known by
//             their magnitude: see runtime/event/event_time.hpp
//  unix_ms, unix_us, unix_ns   just these, also where they are small
//  syslog     RFC 3164 ("Jun  9 06:06:20", maybe with a year before, in or behind it, fraction, zone) or iso8601
//  strptime   %Y %y %m %b %B %h %d %e %j %H %k %I %l %p %M %S %s %a %A %z %:z %Z %T %R %D %F %n %t %%
//             and for fractions %L %N %3N %6N %9N %f: as many digits as there are
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/event_time.hpp"
#include "runtime/os/time_zone.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class clock;

class time_parser {
public:
  /// `zone` is that of times which name none. A format without year (%b %d %H:%M:%S) is read as the latest
  /// year that does not put the time more than a day after `now`'s; errors say what is wrong with `format`.
  static auto compile(std::string_view format, time_zone zone, const clock& now) -> result<time_parser>;

  /// Nanoseconds since the epoch. The whole text must be the time, and one that an event can have. Total.
  auto parse(std::string_view text) const -> std::optional<std::int64_t>;

private:
  enum class kind { any, iso8601, number, syslog, access_log, pattern };
  /// One conversion of a pattern, or one byte (`literal`) that must be there.
  struct step {
    char conversion = 0; ///< 0: the literal
    char literal = 0;
  };
  struct reading;

  time_parser(time_zone zone, const clock& now) : zone_(std::move(zone)), now_(&now) {}
  auto compile_pattern(std::string_view format) -> result<void>;
  auto parse_iso8601(std::string_view text) const -> std::optional<std::int64_t>;
  auto parse_access_log(std::string_view text) const -> std::optional<std::int64_t>;
  auto parse_syslog(std::string_view text) const -> std::optional<std::int64_t>;
  auto parse_pattern(std::string_view text) const -> std::optional<std::int64_t>;
  auto read_step(const step& s, std::string_view& text, reading& out) const -> bool;
  auto read_zone_name(std::string_view& text, reading& out) const -> bool;
  auto time_of(reading& r) const -> std::optional<std::int64_t>;
  auto infer_year(reading& r) const -> bool;

  kind kind_ = kind::pattern;
  time_unit unit_ = time_unit::by_magnitude; ///< of kind::number
  time_zone zone_;
  const clock* now_;
  std::vector<step> steps_;
};

/// A time_parser that remembers its last text: neighbours in a log share their second.
class time_memo {
public:
  explicit time_memo(time_parser parser) : parser_(std::move(parser)) {}
  auto parse(std::string_view text) -> std::optional<std::int64_t>;

private:
  time_parser parser_;
  char last_text_[40] = {};
  std::size_t last_size_ = 0;
  std::int64_t last_ns_ = 0;
};

} // namespace weir
