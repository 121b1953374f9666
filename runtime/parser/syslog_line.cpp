#include "runtime/parser/syslog_line.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/parser/structured_data.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Cuts off the front up to the next blank, and one blank.
auto take_word(std::string_view& text) -> std::string_view {
  const auto blank = text.find(' ');
  const auto word = text.substr(0, blank);
  text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
  return word;
}

/// <PRI>, RFC 3164 section 4.1.1: one to three digits.
auto take_priority(std::string_view& text) -> std::string_view {
  if (text.empty() || text.front() != '<') return {};
  const auto digits = scan::leading_digits(text.substr(1), 3);
  if (digits == 0 || text.size() < digits + 2 || text[digits + 1] != '>') return {};
  const auto priority = text.substr(1, digits);
  text.remove_prefix(digits + 2);
  return priority;
}

auto begins_iso_date(std::string_view text) -> bool {
  return text.size() > 10 && scan::leading_digits(text, 4) == 4 && text[4] == '-' && text[7] == '-';
}

auto begins_clock(std::string_view text) -> bool {
  return scan::leading_digits(text, 3) == 2 && text.substr(2, 1) == ":" && scan::leading_digits(text.substr(3), 3) == 2;
}

auto begins_year(std::string_view text) -> bool {
  return scan::leading_digits(text, 5) == 4 && text.substr(4, 1) == " "
         && (text.substr(0, 2) == "19" || text.substr(0, 2) == "20");
}

/// Bytes of the zone that is the first word: `+0100`, or a name where times are not ISO; 0 if it is none.
auto zone_word(std::string_view text, bool names_count) -> std::size_t {
  constexpr std::string_view names[] = {"UTC", "GMT", "Z",   "EST", "EDT",  "CST", "CDT",  "MST", "MDT",
                                        "PST", "PDT", "CET", "CEST", "EET", "EEST", "WET", "WEST"};
  auto word = text.substr(0, text.find(' '));
  if (!word.empty() && word.back() == ':') word.remove_suffix(1);
  auto offset = std::int32_t{0};
  const auto is_offset = word.size() > 4 && scan::zone_offset(word, offset) == word.size();
  const auto is_name = names_count && std::find(std::begin(names), std::end(names), word) != std::end(names);
  return is_offset || is_name ? word.size() : 0;
}

/// A version, then a time or `-`: what only RFC 5424 has there.
auto take_version(std::string_view& text) -> bool {
  const auto digits = scan::leading_digits(text, 3);
  if (digits == 0 || text.size() < digits + 3 || text[digits] != ' ') return false;
  const auto rest = text.substr(digits + 1);
  if (!begins_iso_date(rest) && rest.substr(0, 2) != "- ") return false;
  text = rest;
  return true;
}

/// Bytes of "Jun  9 ", "Jun  9 2026 " or "2026 Jun  9 " in front of a time of day; 0 if there is no such thing.
auto date_bytes(std::string_view text) -> std::size_t {
  auto at = std::size_t{begins_year(text) ? 5U : 0U};
  if (text.size() < at + 14 || scan::month_of(text.data() + at) == 0 || text[at + 3] != ' ') return 0;
  at += text[at + 4] == ' ' ? 5 : 4;
  const auto day = scan::leading_digits(text.substr(at), 2);
  if (day == 0 || text.substr(at + day, 1) != " ") return 0;
  at += day + 1;
  if (begins_year(text.substr(at))) at += 5;
  return begins_clock(text.substr(at)) ? at : 0;
}

/// Where the time of day begins: behind "Jun  9 ", "2026-11-22 ", or, as one word, "2026-11-22T"; 0 if nowhere.
auto clock_at(std::string_view text) -> std::size_t {
  if (!begins_iso_date(text)) return date_bytes(text);
  // A day alone is no time: what follows may be anything.
  return text[10] != ' ' || begins_clock(text.substr(11)) ? 11 : 0;
}

/// "Jun  9 06:06:20", with a year, a fraction or a zone as some devices write, or an ISO time, also with a blank
/// for its T.
auto take_time(std::string_view& text) -> std::string_view {
  const auto clock = clock_at(text);
  if (clock == 0) return {};
  const auto is_iso = begins_iso_date(text);
  const auto is_one_word = is_iso && text[10] != ' ';
  auto size = std::min(text.find(' ', clock), text.size());
  if (text[size - 1] != ':' && size < text.size()) {
    const auto behind = text.substr(size + 1);
    if (!is_iso && begins_year(behind)) size += 5;
    if (const auto zone = zone_word(text.substr(std::min(size + 1, text.size())), !is_one_word)) size += 1 + zone;
  }
  auto time = text.substr(0, size);
  if (text.substr(size, 1) == ":") ++size;
  text.remove_prefix(std::min(size + 1, text.size()));
  if (time.back() == ':') time.remove_suffix(1);
  return time;
}

struct program {
  std::string_view ident, pid;
  bool has_pid = false;
};

/// "sshd[42]", or any word.
auto split_program(std::string_view word) -> program {
  const auto open = word.find('[');
  if (open == std::string_view::npos || open == 0 || word.back() != ']') return {word, {}, false};
  return {word.substr(0, open), word.substr(open + 1, word.size() - open - 2), true};
}

auto is_address(std::string_view word) -> bool {
  return std::count(word.begin(), word.end(), ':') > 1
         && word.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

/// Bytes of the tag at the front without its colon: `kernel: x`, `app[12]:x`, `app:x`; npos if there is none. A
/// colon inside a word makes a tag only behind what can be the name of a program, not in a URL, path or address.
auto tag_bytes(std::string_view text) -> std::size_t {
  constexpr auto none = std::string_view::npos;
  const auto word = text.substr(0, text.find(' '));
  if (const auto bracket = word.find("]:"); bracket != none && word.find('[') < bracket && word.find('[') > 0)
    return bracket + 1;
  if (!word.empty() && word.back() == ':') return word.size() - 1;
  const auto colon = word.find(':');
  if (colon == none || colon == 0 || !scan::is_alpha(word.front()) || is_address(word)) return none;
  const auto is_name = [](char c) {
    return scan::is_alpha(c) || scan::is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  };
  if (!std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(colon), is_name)) return none;
  return std::string_view{":/\\"}.find(word[colon + 1]) == none ? colon : none;
}

/// `-` or elements, and a blank if something follows.
auto take_structured_data(std::string_view& text, std::string_view& out) -> bool {
  const auto size = structured_data_bytes(text);
  if (size == 0 || (text.size() > size && text[size] != ' ')) return false;
  out = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return true;
}

/// What network devices put before the time: `45: `, `000123: `, `router1: `, and `*` or `.` for a clock that is not set.
void take_device_head(std::string_view& text, syslog_line& to) {
  auto rest = text;
  auto host = std::string_view{};
  const auto is_mark = [](std::string_view at) { return at.starts_with('*') || at.starts_with('.'); };
  for (auto words = 0; words < 4; ++words) {
    if (clock_at(rest.substr(is_mark(rest) ? 1 : 0)) > 0) {
      to.is_clock_unset = rest.starts_with('*');
      to.host = host;
      text = rest.substr(is_mark(rest) ? 1 : 0);
      return;
    }
    if (rest.starts_with('%')) {
      to.host = host;
      text = rest;
      return;
    }
    if (rest.starts_with(':') && !rest.starts_with(": ")) {
      rest.remove_prefix(1);
      continue;
    }
    const auto word = rest.substr(0, rest.find(' '));
    if (!word.ends_with(':') || word.starts_with('%') || word.size() == rest.size()) return;
    const auto is_number = scan::leading_digits(word, word.size()) == word.size() - 1;
    if (!is_number && host.data() != nullptr) return;
    if (!is_number) host = word.substr(0, word.size() - 1);
    rest.remove_prefix(word.size() + 1);
  }
}

/// RFC 5424 behind the version.
auto split_modern(std::string_view text, syslog_line& to) -> std::string_view {
  to.time = text.front() == '-' ? take_word(text) : take_time(text);
  if (to.time.empty()) return "the line has a day without a time where RFC 5424 wants its time";
  for (auto* word : {&to.host, &to.ident, &to.pid, &to.msgid}) {
    if (text.empty()) return "the line ends inside the RFC 5424 header";
    *word = take_word(text);
  }
  if (!take_structured_data(text, to.data)) return "the line has no valid structured data where RFC 5424 wants it";
  if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
  to.message = text;
  return {};
}

/// The tag that stands in front, with its colon and a blank.
void take_tag(std::string_view& text, syslog_line& to) {
  const auto tag = tag_bytes(text);
  const auto by = split_program(tag == std::string_view::npos ? take_word(text) : text.substr(0, tag));
  if (tag != std::string_view::npos) text.remove_prefix(tag + 1);
  if (tag != std::string_view::npos && text.substr(0, 1) == " ") text.remove_prefix(1);
  to.ident = by.ident;
  if (by.has_pid) to.pid = by.pid;
}

void split_content(std::string_view text, syslog_line& to) {
  if (text.starts_with(": ")) text.remove_prefix(2); // devices that set their colons apart
  const auto is_word = text.find(' ') == std::string_view::npos;
  const auto nameless = text.empty() || text.front() == ' ' || text.front() == '[' || text.front() == ':'
                        || (is_word && tag_bytes(text) == std::string_view::npos)
                        || text.substr(0, 22) == "last message repeated ";
  if (!nameless) take_tag(text, to);
  to.message = text;
}

/// Without a time all is content (RFC 3164 section 4.3.3), but what cannot be anything else is a tag: `app[12]: `, `%ASA-6-302013: `.
void split_timeless(std::string_view text, syslog_line& to) {
  const auto tag = tag_bytes(text);
  const auto is_sure = tag != std::string_view::npos && (text.front() == '%' || text[tag - 1] == ']');
  if (is_sure) take_tag(text, to);
  to.message = text;
}

/// RFC 3164, or what rsyslog writes into files.
auto split_classic(std::string_view text, syslog_line& to) -> std::string_view {
  constexpr auto forwarded = std::string_view{"Message forwarded from "}; // AIX
  const auto has_priority = to.priority.data() != nullptr;
  if (has_priority) take_device_head(text, to);
  to.time = take_time(text);
  if (to.time.empty()) {
    if (!has_priority) return "the line does not begin with a syslog time";
    return split_timeless(text, to), std::string_view{};
  }
  if (text.empty()) return "the line ends behind the syslog time";
  if (text.starts_with(forwarded)) {
    text.remove_prefix(forwarded.size());
    to.host = take_word(text);
    if (to.host.ends_with(':')) to.host.remove_suffix(1);
  } else if (to.host.data() == nullptr && tag_bytes(text) == std::string_view::npos && !text.starts_with(": ")) {
    to.host = take_word(text); // else no host: "date prog: text"
  }
  split_content(text, to);
  return {};
}

} // namespace

auto split_syslog(std::string_view text) -> syslog_line {
  auto made = syslog_line{};
  if (const auto priority = take_priority(text); !priority.empty()) made.priority = priority;
  made.problem = take_version(text) ? split_modern(text, made) : split_classic(text, made);
  return made;
}

} // namespace weir
