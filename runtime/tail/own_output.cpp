#include "runtime/tail/own_output.hpp"

#include "runtime/event/template_names.hpp"
#include "runtime/tail/file_identity.hpp"

#include <algorithm>
#include <filesystem>

namespace weir {
namespace {

/// The directory that all begin with, without links; ends in a slash.
auto fixed_directory(std::string_view text, std::string_view special) -> std::string {
  const auto fixed = text.substr(0, text.find_first_of(special));
  const auto slash = fixed.rfind('/');
  auto problem = std::error_code{};
  auto path = std::filesystem::weakly_canonical(fixed.substr(0, slash + 1), problem).string();
  if (problem || path.empty()) path = fixed.substr(0, slash + 1);
  return path.ends_with('/') ? path : path + '/';
}

auto digits(std::size_t count) -> std::string {
  auto text = std::string{};
  for (; count > 0; --count) text += "[0-9]";
  return text;
}

/// How many digits strftime() makes of it; 0: it may be anything.
auto digits_of(char conversion) -> std::size_t {
  switch (conversion) {
  case 'Y': return 4;
  case 'j': return 3;
  case 'm':
  case 'd':
  case 'H':
  case 'M':
  case 'S':
  case 'y': return 2;
  default: return 0;
  }
}

void append_literal(std::string& pattern, char c) {
  if (std::string_view{"*?[]{}\\"}.find(c) != std::string_view::npos) pattern += '\\';
  pattern += c;
}

struct pattern {
  std::string text;
  bool is_open = false; ///< something in it may be anything
};

auto to_pattern(std::string_view rest) -> pattern {
  auto out = pattern{};
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const auto close = rest[i] == '{' ? rest.find('}', i) : std::string_view::npos;
    if (close != std::string_view::npos) {
      out.text += '*';
      out.is_open = true;
      i = close;
    } else if (rest[i] == '%' && i + 1 < rest.size()) {
      const auto count = digits_of(rest[++i]);
      out.text += count > 0 ? digits(count) : rest[i] == '%' ? "%" : "*";
      out.is_open = out.is_open || (count == 0 && rest[i] != '%');
    } else {
      append_literal(out.text, rest[i]);
    }
  }
  return out;
}

/// Names beside a file that belong to it: while it is written, when it is finished, of a database.
auto with_relatives(const std::string& path) -> std::vector<std::string> {
  auto stem = path;
  auto packed = std::string{};
  for (const auto* end : {".gz", ".zst"})
    if (path.ends_with(end)) stem.resize(path.size() - (packed = end).size());
  const auto finished = stem + '.' + digits(8) + 'T' + digits(6) + "Z*" + packed;
  return {path, path + ".part", path + "-wal", path + "-shm", path + "-journal", finished};
}

/// Of the text of a directory.
auto escaped_literal(std::string_view text) -> std::string {
  auto out = std::string{};
  for (const auto c : text) append_literal(out, c);
  return out;
}

/// Behind the last slash of what is fixed.
auto behind_fixed(std::string_view text, std::string_view special) -> std::string_view {
  return text.substr(text.substr(0, text.find_first_of(special)).rfind('/') + 1);
}

constexpr auto in_templates = std::string_view{"{%"};
constexpr auto in_patterns = std::string_view{"*?[{\\"};

} // namespace

auto pattern_of_template(std::string_view written) -> std::string {
  const auto path_template = with_short_names(written);
  return escaped_literal(fixed_directory(path_template, in_templates))
         + to_pattern(behind_fixed(path_template, in_templates)).text;
}

auto without_links(std::string_view pattern) -> std::string {
  return escaped_literal(fixed_directory(pattern, in_patterns)) + std::string{behind_fixed(pattern, in_patterns)};
}

own_output::own_output(const std::vector<std::string>& templates, const std::vector<std::string>& searched) {
  auto wanted = std::vector<std::string>{};
  for (const auto& text : searched) wanted.push_back(fixed_directory(text, in_patterns));
  auto patterns = std::vector<std::string>{};
  for (const auto& text : templates) {
    const auto base = fixed_directory(text, in_templates);
    if (text.ends_with('/')) {
      directories_.push_back(base);
      continue;
    }
    const auto rest = to_pattern(behind_fixed(text, in_templates));
    const auto is_shared =
        std::any_of(wanted.begin(), wanted.end(), [&](const auto& w) { return w.starts_with(base); });
    if (rest.is_open && is_shared) continue;
    for (auto& path : with_relatives(escaped_literal(base) + rest.text)) patterns.push_back(std::move(path));
  }
  if (auto parsed = glob_set::parse(patterns, "/", true)) files_ = std::move(*parsed);
}

auto own_output::has(std::string_view path) const -> bool {
  return files_.matches(path)
         || std::any_of(directories_.begin(), directories_.end(),
                        [&](const auto& directory) { return path.starts_with(directory); });
}

} // namespace weir
