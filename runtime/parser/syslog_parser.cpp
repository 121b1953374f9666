#include "runtime/parser/parsers.hpp"
#include "runtime/parser/scan.hpp"

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

/// A version, then a time or `-`: what only RFC 5424 has there.
auto take_version(std::string_view& text) -> bool {
  const auto digits = scan::leading_digits(text, 3);
  if (digits == 0 || text.size() < digits + 3 || text[digits] != ' ') return false;
  const auto rest = text.substr(digits + 1);
  if (!begins_iso_date(rest) && rest.substr(0, 2) != "- ") return false;
  text = rest;
  return true;
}

/// "Jun  9 06:06:20", with a year behind the day or a fraction as some devices write, or an ISO time.
auto take_time(std::string_view& text) -> std::string_view {
  if (begins_iso_date(text)) return take_word(text);
  if (text.size() < 14 || scan::month_of(text.data()) == 0 || text[3] != ' ') return {};
  auto at = std::size_t{4};
  if (text[at] == ' ') ++at;
  const auto day = scan::leading_digits(text.substr(at), 2);
  if (day == 0 || text.substr(at + day, 1) != " ") return {};
  at += day + 1;
  if (scan::leading_digits(text.substr(at), 5) == 4 && text.substr(at + 4, 1) == " ") at += 5;
  if (scan::leading_digits(text.substr(at), 3) != 2 || text.substr(at + 2, 1) != ":") return {};
  const auto size = std::min(text.find(' ', at), text.size());
  const auto time = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  return time.back() == ':' ? time.substr(0, size - 1) : time;
}

struct program {
  std::string_view ident, pid;
  bool has_pid = false;
};

/// "sshd[42]:" or "kernel:" or, where there is no colon, any word.
auto split_program(std::string_view word) -> program {
  if (!word.empty() && word.back() == ':') word.remove_suffix(1);
  const auto open = word.find('[');
  if (open == std::string_view::npos || open == 0 || word.back() != ']') return {word, {}, false};
  return {word.substr(0, open), word.substr(open + 1, word.size() - open - 2), true};
}

/// Takes RFC 5424's STRUCTURED-DATA: `-` or elements whose quoted values may hold brackets.
auto take_structured_data(std::string_view& text, std::string_view& out) -> bool {
  const auto whole = text;
  if (text.empty()) return false;
  if (text.front() == '-') {
    text.remove_prefix(1);
  } else {
    auto inside = false;
    auto quoted = false;
    auto at = std::size_t{0};
    for (; at < text.size() && (inside || text[at] == '['); ++at) {
      if (quoted && text[at] == '\\')
        ++at;
      else if (text[at] == '"')
        quoted = !quoted;
      else if (!quoted)
        inside = text[at] != ']';
    }
    if (at == 0 || inside || at > text.size()) return false;
    text.remove_prefix(at);
  }
  out = whole.substr(0, whole.size() - text.size());
  if (text.empty()) return true;
  if (text.front() != ' ') return false;
  text.remove_prefix(1);
  return true;
}

class syslog_parser final : public line_parser {
public:
  explicit syslog_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto fields = field_writer{rules_, out};
    const auto priority = take_priority(line);
    if (!priority.empty()) fields.put(pri_, priority);
    const auto problem = take_version(line) ? modern(line, fields) : classic(line, fields, !priority.empty());
    return problem.empty() ? fields.done() : parsed_line{.problem = problem};
  }

private:
  /// RFC 5424 behind the version.
  auto modern(std::string_view text, field_writer& fields) -> std::string_view {
    fields.put(time_, take_word(text));
    for (auto* to : {&host_, &ident_, &pid_, &msgid_}) {
      if (text.empty()) return "the line ends inside the RFC 5424 header";
      fields.put(*to, take_word(text));
    }
    auto data = std::string_view{};
    if (!take_structured_data(text, data))
      return "the line has no valid structured data where RFC 5424 wants it";
    fields.put(extradata_, data);
    if (text.substr(0, 3) == "\xef\xbb\xbf") text.remove_prefix(3);
    fields.put(message_, text);
    return {};
  }

  /// RFC 3164, or what rsyslog writes into files.
  auto classic(std::string_view text, field_writer& fields, bool has_priority) -> std::string_view {
    const auto time = take_time(text);
    if (time.empty()) {
      if (!has_priority) return "the line does not begin with a syslog time";
      fields.put(message_, text); // RFC 3164 section 4.3.3: all of it is content
      return {};
    }
    if (text.empty()) return "the line ends behind the syslog time";
    fields.put(time_, time);
    const auto word = text.substr(0, text.find(' '));
    if (word.empty() || word.back() != ':')
      fields.put(host_, take_word(text)); // else no host: "date prog: text"
    content(text, fields);
    return {};
  }

  void content(std::string_view text, field_writer& fields) {
    const auto is_word = text.find(' ') == std::string_view::npos;
    const auto nameless = text.empty() || text.front() == ' ' || text.front() == '[' || text.front() == ':'
                          || (is_word && text.back() != ':')
                          || text.substr(0, 22) == "last message repeated ";
    if (!nameless) {
      const auto by = split_program(take_word(text));
      fields.put(ident_, by.ident);
      if (by.has_pid) fields.put(pid_, by.pid);
    }
    fields.put(message_, text);
  }

  field_rules rules_;
  column pri_ = make_column(rules_, "pri"), time_ = make_column(rules_, "time"),
         host_ = make_column(rules_, "host"), ident_ = make_column(rules_, "ident"),
         pid_ = make_column(rules_, "pid"), msgid_ = make_column(rules_, "msgid"),
         extradata_ = make_column(rules_, "extradata"), message_ = make_column(rules_, "message");
};

} // namespace

auto make_syslog_parser(const parser_settings& settings, const clock& now) -> made_parser {
  const auto defaults = format_defaults{.time_key = "time", .time_format = "syslog", .types = "pri:integer"};
  WEIR_TRY(auto rules, field_rules::make(settings, defaults, now));
  return std::unique_ptr<line_parser>{std::make_unique<syslog_parser>(std::move(rules))};
}

} // namespace weir
