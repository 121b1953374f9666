#include "config/yaml_shape.hpp"

#include <algorithm>
#include <cstdio>

namespace weir::config {
namespace {

auto place_of(std::string_view text, std::size_t at, const std::string& file) -> place {
  auto where = place{file, 1, 1};
  for (std::size_t i = 0; i < at; ++i)
    if (text[i] == '\n') {
      ++where.line;
      where.column = 1;
    } else {
      ++where.column;
    }
  return where;
}

/// Length of the well-formed UTF-8 sequence at the start of `rest` (Unicode table 3-7); 0 if there is none.
auto utf8_length(std::string_view rest) -> std::size_t {
  const auto byte = [&](std::size_t i) { return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0U; };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return tail(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const auto low = first == 0xE0 ? 0xA0U : 0x80U;
    const auto high = first == 0xED ? 0x9FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const auto low = first == 0xF0 ? 0x90U : 0x80U;
    const auto high = first == 0xF4 ? 0x8FU : 0xBFU;
    return byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

auto hex(unsigned char byte) -> std::string {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02x", byte);
  return text;
}

auto check_encoding(std::string_view text, const std::string& file, diagnostics& problems) -> bool {
  const auto refuse = [&](std::size_t at, std::string what) {
    problems.push_back({diagnostic::severity::error, place_of(text, at, file), std::move(what), {}});
    return false;
  };
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return refuse(0, "the file is UTF-16; wants UTF-8");
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto length = utf8_length(text.substr(i));
    if (length == 0) return refuse(i, "the byte " + hex(byte) + " is not UTF-8; wants UTF-8 text");
    const auto is_control = (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\r') || byte == 0x7F;
    if (is_control) return refuse(i, "the control character " + hex(byte) + " has no place in a text file");
    i += length;
  }
  return true;
}

/// Follows the tokens of YAML from line to line, only as far as nesting and indentation need it.
class shape_scanner {
public:
  shape_scanner(const std::string& file, diagnostics& problems) : file_(file), problems_(problems) {}

  /// False once the nesting is too deep to go on.
  auto scan(std::string_view text) -> bool {
    while (!text.empty() && !too_deep_) {
      const auto end = text.find('\n');
      ++line_number_;
      scan_line(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return !too_deep_ && tabs_ == 0;
  }

private:
  static constexpr auto blanks = " \t\r";
  static constexpr auto tabs_shown_max = 20;

  void scan_line(std::string_view line) {
    line_ = line;
    at_ = 0;
    if (quote_ != 0) return skip_quoted(), scan_tokens();
    const auto indent = line.find_first_not_of(' ');
    if (indent == std::string_view::npos) return;
    if (block_scalar_parent_ >= 0) {
      if (static_cast<int>(indent) > block_scalar_parent_) return;
      block_scalar_parent_ = -1;
    }
    if (line[indent] == '\t') check_tab(indent);
    scan_tokens();
  }

  void check_tab(std::size_t at) {
    if (depth_ == 0 && ++tabs_ <= tabs_shown_max)
      report(at, "a tab indents this line; YAML wants spaces", "two spaces for each level are usual");
  }

  void scan_tokens() {
    node_column_ = static_cast<int>(line_.find_first_not_of(blanks));
    while (at_ < line_.size() && !too_deep_ && quote_ == 0) {
      at_ = line_.find_first_not_of(blanks, at_);
      if (at_ == std::string_view::npos || line_[at_] == '#') return;
      scan_token(line_[at_]);
    }
  }

  void scan_token(char c) {
    if (c == '[' || c == '{') return open();
    if (c == ']' || c == '}') return close();
    if (c == '"' || c == '\'') {
      quote_ = c;
      node_column_ = static_cast<int>(at_++);
      return skip_quoted();
    }
    if ((c == '|' || c == '>') && depth_ == 0) {
      block_scalar_parent_ = node_column_;
      at_ = line_.size();
      return;
    }
    if (c == ',' || ((c == '-' || c == ':' || c == '?') && ends_token(at_ + 1))) {
      if (c == '-') node_column_ = static_cast<int>(at_);
      ++at_;
      return;
    }
    if (c == '&' || c == '!' || c == '*') {
      at_ = std::min(line_.find_first_of(depth_ > 0 ? " \t,[]{}" : blanks, at_ + 1), line_.size());
      return;
    }
    skip_plain();
  }

  void open() {
    if (++depth_ > nesting_max) {
      too_deep_ = true;
      report(at_, "lists and maps are nested more than " + std::to_string(nesting_max) + " deep", {});
    }
    ++at_;
  }

  void close() {
    if (depth_ > 0) --depth_;
    ++at_;
  }

  auto ends_token(std::size_t at) const -> bool {
    return at >= line_.size() || std::string_view{blanks}.find(line_[at]) != std::string_view::npos
           || (depth_ > 0 && std::string_view{",[]{}"}.find(line_[at]) != std::string_view::npos);
  }

  void skip_plain() {
    node_column_ = static_cast<int>(at_);
    for (; at_ < line_.size(); ++at_) {
      const auto c = line_[at_];
      if (c == ':' && ends_token(at_ + 1)) return;
      if (c == '#' && at_ > 0 && (line_[at_ - 1] == ' ' || line_[at_ - 1] == '\t')) return;
      if (depth_ > 0 && std::string_view{",[]{}"}.find(c) != std::string_view::npos) return;
    }
  }

  void skip_quoted() {
    for (; at_ < line_.size(); ++at_) {
      if (line_[at_] == '\\' && quote_ == '"')
        ++at_;
      else if (line_[at_] == quote_ && quote_ == '\'' && line_.substr(at_ + 1).starts_with('\''))
        ++at_;
      else if (line_[at_] == quote_) {
        quote_ = 0;
        ++at_;
        return;
      }
    }
    at_ = line_.size();
  }

  void report(std::size_t column, std::string what, std::string hint) {
    const auto where = place{file_, line_number_, static_cast<int>(column) + 1};
    problems_.push_back({diagnostic::severity::error, where, std::move(what), std::move(hint)});
  }

  const std::string& file_;
  diagnostics& problems_;
  std::string_view line_;
  std::size_t at_ = 0;
  int line_number_ = 0;
  int depth_ = 0;
  int tabs_ = 0;
  char quote_ = 0;               ///< of a quoted scalar that is still open
  int node_column_ = 0;          ///< where the last key or dash of the line began
  int block_scalar_parent_ = -1; ///< column that the content of a | or > scalar is indented beyond
  bool too_deep_ = false;
};

} // namespace

auto normalize_text(std::string_view text) -> std::string {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  auto normal = std::string{};
  normal.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') normal += text[i];
  return normal;
}

auto check_shape(std::string_view text, const std::string& file, diagnostics& problems) -> bool {
  return check_encoding(text, file, problems) && shape_scanner{file, problems}.scan(text);
}

} // namespace weir::config
