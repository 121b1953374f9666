#include "runtime/base/scan.hpp"
#include "runtime/parser/named_groups.hpp"
#include "runtime/parser/parsers.hpp"
#include "runtime/parser/unicode.hpp"

#include <algorithm>
#include <vector>

namespace weir {
namespace {

/// A URL of RFC 3986, whole or from its path on, in its parts; those that it lacks are no fields.
class url_parser final : public line_parser {
public:
  explicit url_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    if (line.empty() || line.find_first_of(" \t\r\n<>\"") != std::string_view::npos)
      return {.problem = "the text is no URL: it is empty, or has a blank, a quote or an angle bracket"};
    auto fields = field_writer{rules_, out};
    const auto fragment = cut_behind(line, '#');
    const auto query = cut_behind(line, '?');
    const auto colon = line.find(':');
    if (is_scheme(line.substr(0, colon)) && colon != std::string_view::npos) {
      fields.put(scheme_, line.substr(0, colon));
      line.remove_prefix(colon + 1);
    } else if (!line.empty() && !line.starts_with('/')) {
      return {.problem = "the text is no URL: it begins neither with a scheme nor with a slash"};
    }
    if (line.starts_with("//") && !put_authority(line, fields))
      return {.problem = "the text is no URL: what stands behind the host is no port"};
    if (!line.empty()) fields.put(path_, line);
    if (fragment.data() != nullptr) fields.put(fragment_, fragment);
    auto done = fields.done();
    if (query.data() != nullptr) put_query(query, out), ++done.fields;
    return done;
  }

private:
  struct pair {
    std::size_t key = 0, value = 0, end = 0; ///< in text_
  };

  /// Takes off what is behind the first `c`; no data if there is none.
  static auto cut_behind(std::string_view& text, char c) -> std::string_view {
    const auto at = text.find(c);
    if (at == std::string_view::npos) return {};
    const auto behind = text.substr(at + 1);
    text = text.substr(0, at);
    return behind;
  }

  static auto is_scheme(std::string_view text) -> bool {
    return !text.empty() && scan::is_alpha(text.front()) && std::all_of(text.begin(), text.end(), [](char c) {
      return scan::is_alpha(c) || scan::is_digit(c) || c == '+' || c == '-' || c == '.';
    });
  }

  /// Takes `//user:password@host:port` from the front.
  auto put_authority(std::string_view& text, field_writer& fields) -> bool {
    text.remove_prefix(2);
    auto authority = text.substr(0, text.find('/'));
    text.remove_prefix(authority.size());
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
      auto user = authority.substr(0, at);
      const auto password = cut_behind(user, ':');
      fields.put(username_, user);
      if (password.data() != nullptr) fields.put(password_, password);
      authority.remove_prefix(at + 1);
    }
    const auto host_end = authority.starts_with('[') ? authority.find(']') : std::size_t{0};
    if (host_end == std::string_view::npos) return false;
    const auto colon = authority.find(':', host_end);
    const auto port = colon == std::string_view::npos ? std::string_view{} : authority.substr(colon + 1);
    if (scan::leading_digits(port, 5) != port.size()) return false;
    if (colon != 0) fields.put(host_, authority.substr(0, colon));
    if (!port.empty()) fields.put(port_, port);
    return true;
  }

  /// A map of names to values; what a name has several of is a list.
  void put_query(std::string_view query, msgpack_writer& out) {
    read_pairs(query);
    out.str("query");
    const auto mark = out.open();
    auto names = std::uint32_t{0};
    for (auto rest = std::span<const named_thing>{things_}; !rest.empty(); ++names) {
      const auto size = group_size(rest);
      out.str(rest.front().name);
      if (size > 1) out.array(static_cast<std::uint32_t>(size));
      for (const auto& t : rest.first(size)) out.str(between(pairs_[t.index].value, pairs_[t.index].end));
      rest = rest.subspan(size);
    }
    out.close_map(mark, names);
  }

  void read_pairs(std::string_view query) {
    pairs_.clear();
    things_.clear();
    text_.clear();
    while (!query.empty()) {
      auto key = query.substr(0, query.find('&'));
      query.remove_prefix(std::min(key.size() + 1, query.size()));
      if (key.empty()) continue;
      const auto value = cut_behind(key, '=');
      auto& made = pairs_.emplace_back();
      made.key = text_.size();
      append_decoded(key);
      made.value = text_.size();
      append_decoded(value);
      made.end = text_.size();
    }
    for (const auto& p : pairs_)
      things_.push_back({between(p.key, p.value), static_cast<std::uint32_t>(things_.size()), 0});
    group_by_name(things_);
  }

  void append_decoded(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto code = text[i] == '%' ? unicode::hex_number(text.substr(i + 1), 2) : -1;
      text_ += code >= 0 ? static_cast<char>(code) : text[i] == '+' ? ' ' : text[i];
      if (code >= 0) i += 2;
    }
  }

  auto between(std::size_t begin, std::size_t end) const -> std::string_view {
    return std::string_view{text_}.substr(begin, end - begin);
  }

  field_rules rules_;
  std::string text_;
  std::vector<pair> pairs_;
  std::vector<named_thing> things_;
  column scheme_ = make_column(rules_, "scheme"), username_ = make_column(rules_, "username"),
         password_ = make_column(rules_, "password"), host_ = make_column(rules_, "host"),
         port_ = make_column(rules_, "port"), path_ = make_column(rules_, "path"),
         fragment_ = make_column(rules_, "fragment");
};

} // namespace

auto make_url_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {.types = "port:integer"}, now));
  WEIR_CHECK(rules.check_names({"scheme", "username", "password", "host", "port", "path", "fragment"}));
  return std::unique_ptr<line_parser>{std::make_unique<url_parser>(std::move(rules))};
}

} // namespace weir
