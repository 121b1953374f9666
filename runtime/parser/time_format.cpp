#include "runtime/parser/time_format.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/event/event_time.hpp"
#include "runtime/os/clock.hpp"

#include <chrono>

namespace weir {
namespace {

constexpr auto ns_per_second = std::int64_t{1'000'000'000};
constexpr auto access_log_format = std::string_view{"%d/%b/%Y:%H:%M:%S %z"};

/// Seconds since the epoch of a civil time; nothing if there is no such date.
auto civil_seconds(int year, unsigned month, unsigned day) -> std::optional<std::int64_t> {
  using namespace std::chrono;
  const auto date = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  if (!date.ok()) return std::nullopt;
  return std::int64_t{sys_days{date}.time_since_epoch().count()} * 86400;
}

/// Nothing if an event cannot have the time.
auto with_nanoseconds(std::int64_t seconds, std::int64_t ns) -> std::optional<std::int64_t> {
  if (seconds < 0 || seconds > event_time_limit_ns / ns_per_second) return std::nullopt;
  const auto time_ns = seconds * ns_per_second + ns;
  return is_event_time(time_ns) ? std::optional{time_ns} : std::nullopt;
}

/// hh:mm[:ss] at the front; seconds since midnight, negative if it is none.
auto take_clock(std::string_view& text) -> std::int64_t {
  if (text.size() < 5 || text[2] != ':') return -1;
  const auto hour = scan::two_digits(text.data());
  const auto minute = scan::two_digits(text.data() + 3);
  if (hour < 0 || hour > 24 || minute < 0 || minute > 59) return -1;
  auto second = 0;
  auto used = std::size_t{5};
  if (text.size() >= 8 && text[5] == ':') {
    second = scan::two_digits(text.data() + 6);
    used = 8;
  }
  if (second < 0 || second > 60) return -1;
  text.remove_prefix(used);
  return hour * 3600 + minute * 60 + second;
}

struct named_offset {
  std::string_view name;
  int hours;
};
/// Names that mean one offset everywhere: RFC 5322 section 4.3, and the European ones.
constexpr named_offset zone_names[] = {{"UTC", 0},  {"GMT", 0},  {"UT", 0},   {"Z", 0},    {"EST", -5},
                                       {"EDT", -4}, {"CST", -6}, {"CDT", -5}, {"MST", -7}, {"MDT", -6},
                                       {"PST", -8}, {"PDT", -7}, {"CET", 1},  {"CEST", 2}, {"EET", 2},
                                       {"EEST", 3}, {"WET", 0},  {"WEST", 1}};

auto name_size(std::string_view text) -> std::size_t {
  auto size = std::size_t{0};
  while (size < text.size() && scan::is_alpha(text[size])) ++size;
  return size;
}

/// Takes up to `most` digits, at least one, that make a number in min..max.
template <class T>
auto take_number(std::string_view& text, std::size_t most, std::pair<std::int64_t, std::int64_t> bounds,
                 T& out) -> bool {
  const auto size = scan::leading_digits(text, most);
  if (size == 0) return false;
  const auto number = scan::to_number(text.substr(0, size));
  if (number < bounds.first || number > bounds.second) return false;
  out = static_cast<T>(number);
  text.remove_prefix(size);
  return true;
}

auto unit_named(std::string_view format) -> std::optional<time_unit> {
  constexpr std::pair<std::string_view, time_unit> names[] = {{"unix", time_unit::by_magnitude},
                                                              {"unix_ms", time_unit::milliseconds},
                                                              {"unix_us", time_unit::microseconds},
                                                              {"unix_ns", time_unit::nanoseconds}};
  for (const auto& [name, unit] : names)
    if (format == name) return unit;
  return std::nullopt;
}

void skip_spaces(std::string_view& text) {
  while (!text.empty() && scan::is_space(text.front())) text.remove_prefix(1);
}

} // namespace

/// What the conversions of a pattern have found so far.
struct time_parser::reading {
  int year = 0;
  unsigned month = 0, day = 0, year_day = 0;
  std::int64_t hour = 0, minute = 0, second = 0, ns = 0;
  std::int32_t offset = 0;
  std::int64_t epoch = 0;
  bool has_year = false, has_offset = false, has_epoch = false, afternoon = false, twelve_hours = false;
};

auto time_parser::compile(std::string_view format, time_zone zone, const clock& now) -> result<time_parser> {
  auto parser = time_parser{std::move(zone), now};
  if (format.empty())
    parser.kind_ = kind::any;
  else if (format == "iso8601")
    parser.kind_ = kind::iso8601;
  else if (const auto unit = unit_named(format))
    parser.kind_ = kind::number, parser.unit_ = *unit;
  else if (format == "syslog")
    parser.kind_ = kind::syslog;
  else if (format == access_log_format)
    parser.kind_ = kind::access_log;
  WEIR_CHECK(parser.compile_pattern(
      parser.kind_ == kind::access_log || parser.kind_ == kind::pattern ? format : "%s"));
  return parser;
}

auto time_parser::compile_pattern(std::string_view format) -> result<void> {
  constexpr auto known = std::string_view{"YymbBhdejHkIlpMSsaAzZLNfntTRDF%"};
  constexpr std::pair<char, std::string_view> shorthands[] = {
      {'T', "%H:%M:%S"}, {'R', "%H:%M"}, {'D', "%m/%d/%y"}, {'F', "%Y-%m-%d"}};
  auto text = std::string{format};
  for (const auto& [letter, meaning] : shorthands)
    for (auto at = text.find('%'); at != std::string::npos && at + 1 < text.size();
         at = text.find('%', at + 2))
      if (text[at + 1] == letter) text.replace(at, 2, meaning);
  auto seen = std::string{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      steps_.push_back({scan::is_space(text[i]) ? 'n' : '\0', text[i]});
      continue;
    }
    const auto begin = i++;
    if (i + 1 < text.size()
        && ((text[i] == ':' && text[i + 1] == 'z') || (scan::is_digit(text[i]) && text[i + 1] == 'N')))
      ++i;
    if (i >= text.size() || known.find(text[i]) == std::string_view::npos)
      return error{errc::failed,
                   "\"" + text.substr(begin, i - begin + 1) + "\" is no conversion that strptime knows"};
    seen += text[i];
    steps_.push_back(text[i] == '%' ? step{0, '%'} : step{text[i], 0});
  }
  const auto has = [&](std::string_view letters) { return seen.find_first_of(letters) != std::string::npos; };
  if (has("s") || (has("mbBh") && has("de")) || (has("Yy") && has("j"))) return {};
  return error{
      errc::failed,
      "\"" + std::string{format}
          + "\" names no day; wanted iso8601, unix, unix_ms, unix_us, unix_ns or a strptime format with day "
            "and month"};
}

auto time_parser::parse(std::string_view text) const -> std::optional<std::int64_t> {
  switch (kind_) {
  case kind::any:
    if (const auto time = parse_iso8601(text)) return time;
    return time_of_number(text, time_unit::by_magnitude);
  case kind::iso8601: return parse_iso8601(text);
  case kind::number: return time_of_number(text, unit_);
  case kind::syslog: return parse_syslog(text);
  case kind::access_log:
    if (const auto time = parse_access_log(text)) return time;
    return parse_pattern(text);
  case kind::pattern: return parse_pattern(text);
  }
  return std::nullopt;
}

auto time_parser::parse_iso8601(std::string_view text) const -> std::optional<std::int64_t> {
  if (text.size() < 10 || scan::leading_digits(text, 4) != 4 || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto month = scan::two_digits(text.data() + 5);
  const auto day = scan::two_digits(text.data() + 8);
  if (month < 0 || day < 0) return std::nullopt;
  const auto date = civil_seconds(static_cast<int>(scan::to_number(text.substr(0, 4))),
                                  static_cast<unsigned>(month), static_cast<unsigned>(day));
  if (!date) return std::nullopt;
  text.remove_prefix(10);
  if (text.empty()) return with_nanoseconds(zone_.to_utc(*date), 0);
  if (text[0] != 'T' && text[0] != 't' && text[0] != ' ') return std::nullopt;
  text.remove_prefix(1);
  const auto clock_seconds = take_clock(text);
  if (clock_seconds < 0) return std::nullopt;
  auto ns = std::int64_t{0};
  if (text.size() > 1 && (text[0] == '.' || text[0] == ',')) {
    const auto digits = scan::leading_digits(text.substr(1), text.size());
    if (digits == 0) return std::nullopt;
    ns = scan::fraction_ns(text.substr(1, digits));
    text.remove_prefix(1 + digits);
  }
  const auto local = *date + clock_seconds;
  if (text.empty()) return with_nanoseconds(zone_.to_utc(local), ns);
  if (text.front() == ' ') text.remove_prefix(1);
  auto offset = std::int32_t{0};
  const auto used = scan::zone_offset(text, offset);
  if (used == 0 ? text != "UTC" && text != "GMT" : used != text.size()) return std::nullopt;
  return with_nanoseconds(local - offset, ns);
}

/// 10/Oct/2000:13:55:36 -0700
auto time_parser::parse_access_log(std::string_view text) const -> std::optional<std::int64_t> {
  if (text.size() != 26 || text[2] != '/' || text[6] != '/' || text[11] != ':' || text[20] != ' ')
    return std::nullopt;
  const auto day = scan::two_digits(text.data());
  const auto month = scan::month_of(text.data() + 3);
  if (day < 0 || month == 0 || scan::leading_digits(text.substr(7), 4) != 4) return std::nullopt;
  const auto date =
      civil_seconds(static_cast<int>(scan::to_number(text.substr(7, 4))), month, static_cast<unsigned>(day));
  auto clock_text = text.substr(12, 8);
  const auto clock_seconds = take_clock(clock_text);
  auto offset = std::int32_t{0};
  if (!date || clock_seconds < 0 || scan::zone_offset(text.substr(21), offset) != 5) return std::nullopt;
  return with_nanoseconds(*date + clock_seconds - offset, 0);
}

auto time_parser::parse_syslog(std::string_view text) const -> std::optional<std::int64_t> {
  const auto year_first = scan::leading_digits(text, 5) == 4 && text.substr(4, 1) == " ";
  if (text.empty() || (scan::is_digit(text.front()) && !year_first)) return parse_iso8601(text);
  auto r = reading{};
  const auto take = [&](char conversion) { return read_step({conversion, 0}, text, r); };
  if (year_first && (!take('Y') || !take('n'))) return std::nullopt;
  if (!take('b') || !take('n') || !take('d') || !take('n')) return std::nullopt;
  if (scan::leading_digits(text, 5) == 4 && (!take('Y') || !take('n'))) return std::nullopt;
  const auto clock_seconds = take_clock(text);
  if (clock_seconds < 0) return std::nullopt;
  r.second = clock_seconds;
  if (!text.empty() && (text.front() == '.' || text.front() == ',')) {
    text.remove_prefix(1);
    if (!take('N')) return std::nullopt;
  }
  skip_spaces(text);
  if (!text.empty() && scan::is_digit(text.front()) && !r.has_year && !take('Y')) return std::nullopt;
  skip_spaces(text);
  if (!text.empty() && !take('Z')) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return time_of(r);
}

auto time_parser::parse_pattern(std::string_view text) const -> std::optional<std::int64_t> {
  auto r = reading{};
  for (const auto& s : steps_)
    if (!read_step(s, text, r)) return std::nullopt;
  if (!text.empty()) return std::nullopt;
  return time_of(r);
}

auto time_parser::read_step(const step& s, std::string_view& text, reading& r) const -> bool {
  switch (s.conversion) {
  case 0:
    if (text.empty() || text.front() != s.literal) return false;
    return text.remove_prefix(1), true;
  case 'n':
  case 't': return skip_spaces(text), true;
  case 'Y': return r.has_year = take_number(text, 4, {0, 9999}, r.year);
  case 'y':
    r.has_year = take_number(text, 2, {0, 99}, r.year);
    r.year += r.year < 69 ? 2000 : 1900; // POSIX
    return r.has_year;
  case 'm': return take_number(text, 2, {1, 12}, r.month);
  case 'b':
  case 'B':
  case 'h': {
    if (text.size() < 3 || (r.month = scan::month_of(text.data())) == 0) return false;
    return text.remove_prefix(name_size(text)), true;
  }
  case 'a':
  case 'A': {
    const auto size = name_size(text);
    return text.remove_prefix(size), size >= 3;
  }
  case 'd':
  case 'e': return skip_spaces(text), take_number(text, 2, {1, 31}, r.day);
  case 'j': return take_number(text, 3, {1, 366}, r.year_day);
  case 'H':
  case 'k': return skip_spaces(text), take_number(text, 2, {0, 24}, r.hour);
  case 'I':
  case 'l': return r.twelve_hours = true, skip_spaces(text), take_number(text, 2, {1, 12}, r.hour);
  case 'p': {
    if (text.size() < 2 || (text[1] | 0x20) != 'm') return false;
    r.afternoon = (text[0] | 0x20) == 'p';
    return text.remove_prefix(2), true;
  }
  case 'M': return take_number(text, 2, {0, 59}, r.minute);
  case 'S': return take_number(text, 2, {0, 60}, r.second);
  case 's': return r.has_epoch = take_number(text, 10, {0, 9'999'999'999}, r.epoch);
  case 'L':
  case 'N':
  case 'f': {
    const auto size = scan::leading_digits(text, text.size());
    r.ns = scan::fraction_ns(text.substr(0, size));
    return text.remove_prefix(size), size > 0;
  }
  default: return read_zone_name(text, r);
  }
}

auto time_parser::read_zone_name(std::string_view& text, reading& r) const -> bool {
  r.has_offset = true;
  const auto size = name_size(text);
  if (size <= 1) {
    const auto used = scan::zone_offset(text, r.offset);
    return text.remove_prefix(used), used > 0;
  }
  const auto name = text.substr(0, size);
  text.remove_prefix(size);
  if (const auto own = zone_.offset_of(name)) return r.offset = *own, true;
  for (const auto& known : zone_names)
    if (name == known.name) return r.offset = known.hours * 3600, true;
  return false;
}

auto time_parser::time_of(reading& r) const -> std::optional<std::int64_t> {
  if (r.has_epoch) return with_nanoseconds(r.epoch, r.ns);
  if (r.year_day != 0 && r.month == 0) {
    const auto first = civil_seconds(r.year, 1, 1);
    if (!first || (r.year_day == 366 && !std::chrono::year{r.year}.is_leap())) return std::nullopt;
    r.month = r.day = 1;
    r.hour += (r.year_day - 1) * std::int64_t{24};
  }
  if (r.twelve_hours) r.hour = r.hour % 12 + (r.afternoon ? 12 : 0);
  if (!r.has_year && !infer_year(r)) return std::nullopt;
  const auto date = civil_seconds(r.year, r.month, r.day);
  if (!date) return std::nullopt;
  const auto local = *date + r.hour * 3600 + r.minute * 60 + r.second;
  return with_nanoseconds(r.has_offset ? local - r.offset : zone_.to_utc(local), r.ns);
}

auto time_parser::infer_year(reading& r) const -> bool {
  constexpr auto day = std::int64_t{86400};
  const auto latest = now_->wall_ns() / ns_per_second + day;
  const auto latest_day = std::chrono::sys_days{std::chrono::days{latest / day + 1}};
  auto year = static_cast<int>(std::chrono::year_month_day{latest_day}.year());
  for (auto tries = 0; tries < 9; ++tries, --year) {
    const auto date = civil_seconds(year, r.month, r.day);
    if (!date) continue; // 29 February
    const auto local = *date + r.hour * 3600 + r.minute * 60 + r.second;
    if ((r.has_offset ? local - r.offset : zone_.to_utc(local)) > latest) continue;
    r.year = year;
    return true;
  }
  return false;
}

auto time_memo::parse(std::string_view text) -> std::optional<std::int64_t> {
  if (text.size() == last_size_ && last_size_ != 0 && std::memcmp(text.data(), last_text_, last_size_) == 0)
    return last_ns_;
  const auto time = parser_.parse(text);
  if (time && text.size() <= sizeof last_text_) {
    std::memcpy(last_text_, text.data(), text.size());
    last_size_ = text.size();
    last_ns_ = *time;
  }
  return time;
}

} // namespace weir
