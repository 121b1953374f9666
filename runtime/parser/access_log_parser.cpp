#include "runtime/base/scan.hpp"
#include "runtime/parser/parsers.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto access_log_time = std::string_view{"%d/%b/%Y:%H:%M:%S %z"};
constexpr auto integers = std::string_view{"code:integer,size:integer"};

/// Takes apart "a b c [time] "request" code size "referer" "agent" rest" from the left.
class line_scanner {
public:
  explicit line_scanner(std::string_view line) : at_(line.data()), end_(line.data() + line.size()) {}

  auto done() const -> bool { return at_ == end_; }
  auto next_is(char c) const -> bool { return at_ != end_ && *at_ == c; }
  auto blank() -> bool { return literal(' '); }
  auto literal(char c) -> bool {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  /// The user, which may hold blanks and brackets: up to the time in brackets, behind which the request begins.
  auto words_before_time() -> std::string_view {
    const auto* const begin = at_;
    const auto first = word();
    if (end_ - at_ > 4 && at_[1] == '[' && scan::two_digits(at_ + 2) >= 0 && at_[4] == '/') return first;
    at_ = begin;
    const auto text = rest();
    auto end = text.find(" [");
    for (auto at = end; at != std::string_view::npos; at = text.find(" [", at + 1)) {
      const auto close = text.find(']', at);
      if (text.substr(std::min(close, text.size()), 3) != "] \"" || !scan::is_digit(text[at + 2])) continue;
      end = at;
      break;
    }
    at_ = end == std::string_view::npos ? end_ : at_ + end;
    return text.substr(0, end);
  }
  /// Up to the next blank or the end.
  [[gnu::always_inline]] auto word() -> std::string_view {
    const auto* begin = at_;
    at_ = scan::find_near(at_, end_, ' ');
    return from(begin);
  }
  auto bracketed(std::string_view& out) -> bool { return literal('[') && until(']', out); }
  /// Apache writes \" for a quote inside; nginx \x22.
  [[gnu::always_inline]] auto quoted(std::string_view& out) -> bool {
    if (!literal('"')) return false;
    const auto* const begin = at_;
    auto part = std::string_view{};
    if (!until('"', part) || (ends_escaped(part) && !until_unescaped_quote())) return false;
    out = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
    return true;
  }
  auto rest() const -> std::string_view { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
  auto from(const char* begin) const -> std::string_view {
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }
  auto until(char c, std::string_view& out) -> bool {
    const auto* found = scan::find_near(at_, end_, c);
    if (found == end_) return false;
    out = {at_, static_cast<std::size_t>(found - at_)};
    at_ = found + 1;
    return true;
  }
  [[gnu::noinline]] auto until_unescaped_quote() -> bool {
    auto part = std::string_view{};
    do
      if (!until('"', part)) return false;
    while (ends_escaped(part));
    return true;
  }
  static auto ends_escaped(std::string_view text) -> bool {
    if (text.empty() || text.back() != '\\') return false;
    auto slashes = std::size_t{0};
    while (slashes < text.size() && text[text.size() - 1 - slashes] == '\\') ++slashes;
    return slashes % 2 == 1;
  }

  const char* at_;
  const char* end_;
};

/// What both servers write; the first three words mean different things.
struct access_line {
  std::string_view words[3];
  std::string_view time, request, code, size, referer, agent, tail;
  bool combined = false;
};

auto scan_access_line(std::string_view line, access_line& out) -> bool {
  auto in = line_scanner{line};
  for (auto i = 0; i < 2; ++i) {
    out.words[i] = in.word();
    if (!in.blank()) return false;
  }
  // A user with blanks follows the `-` of a client without ident; else it is another format that has more words.
  if (in.next_is('[')) return false;
  out.words[2] = in.words_before_time();
  if (out.words[1] != "-" && out.words[2].find(' ') != std::string_view::npos) return false;
  if (!in.blank()) return false;
  if (!in.bracketed(out.time) || !in.blank() || !in.quoted(out.request) || !in.blank()) return false;
  out.code = in.word();
  if (!in.blank()) return false;
  out.size = in.word();
  if (in.done()) return true;
  out.combined = true;
  if (!in.blank() || !in.quoted(out.referer) || !in.blank() || !in.quoted(out.agent)) return false;
  if (!in.done() && !in.blank()) return false;
  out.tail = in.rest();
  return true;
}

struct request {
  std::string_view method, path;
  bool has_path = false;
};

/// "GET /a b HTTP/1.1": the last of three or more words is the protocol, what is between is the path.
[[gnu::always_inline]] inline auto split_request(std::string_view text) -> request {
  const auto* const end = text.data() + text.size();
  const auto* const found = scan::find_near(text.data(), end, ' ');
  const auto blank = found == end ? std::string_view::npos : static_cast<std::size_t>(found - text.data());
  auto out = request{text.substr(0, blank), {}, blank != std::string_view::npos};
  if (!out.has_path) return out;
  const auto start = std::min(text.find_first_not_of(' ', blank), text.size());
  out.path = text.substr(start);
  const auto last = out.path.rfind(' ');
  if (last == std::string_view::npos) return out;
  out.path = out.path.substr(0, last);
  while (!out.path.empty() && out.path.back() == ' ') out.path.remove_suffix(1);
  return out;
}

constexpr auto nginx_problem = std::string_view{"the line is not in nginx's combined format"};
constexpr auto apache2_problem = std::string_view{"the line is not in Apache's common or combined format"};

/// Field names and `-` as Fluentd's parser of the same name has them; code and size are integers.
class nginx_parser final : public line_parser {
public:
  explicit nginx_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto in = access_line{};
    if (!scan_access_line(line, in)) return {.problem = nginx_problem};
    auto fields = field_writer{rules_, out};
    fields.put(remote_, in.words[0]);
    fields.put(host_, in.words[1]);
    fields.put(user_, in.words[2]);
    fields.put(time_, in.time);
    const auto asked = split_request(in.request);
    fields.put(method_, asked.method);
    if (asked.has_path) fields.put(path_, asked.path);
    fields.put(code_, in.code);
    fields.put(size_, in.size);
    if (in.combined) {
      fields.put(referer_, in.referer);
      fields.put(agent_, in.agent);
    }
    if (!in.tail.empty()) fields.put(forwarded_for_, unquoted(in.tail));
    return fields.done();
  }

private:
  static auto unquoted(std::string_view text) -> std::string_view {
    const auto in_quotes = text.size() >= 2 && text.front() == '"' && text.find('"', 1) == text.size() - 1;
    return in_quotes ? text.substr(1, text.size() - 2) : text;
  }

  field_rules rules_;
  column remote_ = make_column(rules_, "remote"), host_ = make_column(rules_, "host"),
         user_ = make_column(rules_, "user"), time_ = make_column(rules_, "time"),
         method_ = make_column(rules_, "method"), path_ = make_column(rules_, "path"),
         code_ = make_column(rules_, "code"), size_ = make_column(rules_, "size"),
         referer_ = make_column(rules_, "referer"), agent_ = make_column(rules_, "agent"),
         forwarded_for_ = make_column(rules_, "http_x_forwarded_for");
};

/// As Fluentd has it, every field is there, and nil where the server wrote `-` or nothing.
class apache2_parser final : public line_parser {
public:
  explicit apache2_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    auto in = access_line{};
    if (!scan_access_line(line, in) || !in.tail.empty()) return {.problem = apache2_problem};
    auto fields = field_writer{rules_, out};
    fields.put(host_, in.words[0]);
    fields.put(user_, in.words[2]);
    fields.put(time_, in.time);
    const auto asked = split_request(in.request);
    fields.put(method_, asked.method);
    put_if(fields, path_, asked.path, asked.has_path);
    fields.put(code_, in.code);
    fields.put(size_, in.size);
    put_if(fields, referer_, in.referer, in.combined);
    put_if(fields, agent_, in.agent, in.combined);
    return fields.done();
  }

private:
  static void put_if(field_writer& fields, column& to, std::string_view value, bool present) {
    if (present)
      fields.put(to, value);
    else
      fields.put_nil(to);
  }
  auto nil_column(std::string_view key) -> column {
    auto made = make_column(rules_, key);
    if (!made.rule) made.rule.emplace();
    made.rule->dash_is_nil = true;
    return made;
  }

  field_rules rules_;
  column host_ = nil_column("host"), user_ = nil_column("user"), time_ = make_column(rules_, "time"),
         method_ = make_column(rules_, "method"), path_ = make_column(rules_, "path"),
         code_ = nil_column("code"), size_ = nil_column("size"), referer_ = nil_column("referer"),
         agent_ = nil_column("agent");
};

template <class Parser>
auto make_access_log_parser(const parser_settings& settings, const clock& now,
                            const std::vector<std::string>& names) -> made_parser {
  const auto defaults =
      format_defaults{.time_key = "time", .time_format = access_log_time, .types = integers};
  WEIR_TRY(auto rules, field_rules::make(settings, defaults, now));
  WEIR_CHECK(rules.check_names(names));
  return std::unique_ptr<line_parser>{std::make_unique<Parser>(std::move(rules))};
}

} // namespace

auto make_nginx_parser(const parser_settings& settings, const clock& now) -> made_parser {
  return make_access_log_parser<nginx_parser>(settings, now,
                                              {"remote", "host", "user", "time", "method", "path", "code", "size",
                                               "referer", "agent", "http_x_forwarded_for"});
}

auto make_apache2_parser(const parser_settings& settings, const clock& now) -> made_parser {
  return make_access_log_parser<apache2_parser>(
      settings, now, {"host", "user", "time", "method", "path", "code", "size", "referer", "agent"});
}

} // namespace weir
