#include "runtime/tail/glob.hpp"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto depth_max = 64;
constexpr auto expansions_max = std::size_t{1000};

auto has_wildcard(std::string_view text) -> bool {
  return text.find_first_of("*?[") != std::string_view::npos;
}

auto without_escapes(std::string_view text) -> std::string {
  auto plain = std::string{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

/// Length of the bracket expression at the front of `pattern`, 0 if it is not closed.
auto bracket_length(std::string_view pattern) -> std::size_t {
  auto at = std::size_t{1};
  if (at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^')) ++at;
  if (at < pattern.size() && pattern[at] == ']') ++at;
  const auto end = pattern.find(']', at);
  return end == std::string_view::npos ? 0 : end + 1;
}

auto bracket_matches(std::string_view bracket, char c) -> bool {
  auto set = bracket.substr(1, bracket.size() - 2);
  const auto negated = set.front() == '!' || set.front() == '^';
  if (negated) set.remove_prefix(1);
  const auto code = [](char letter) { return static_cast<unsigned char>(letter); };
  auto found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const auto is_range = i + 2 < set.size() && set[i + 1] == '-';
    found = found || (is_range ? code(set[i]) <= code(c) && code(c) <= code(set[i + 2]) : set[i] == c);
    if (is_range) i += 2;
  }
  return found != negated;
}

/// Matches one pattern element other than `*`; returns its length, 0 if it does not match.
auto element_length(std::string_view pattern, char c) -> std::size_t {
  if (pattern.front() == '?') return 1;
  if (pattern.front() == '[') {
    if (const auto length = bracket_length(pattern); length > 2)
      return bracket_matches(pattern.substr(0, length), c) ? length : 0;
  }
  if (pattern.front() == '\\' && pattern.size() > 1) return pattern[1] == c ? 2 : 0;
  return pattern.front() == c ? 1 : 0;
}

/// The end of the brace group that begins at `open`, and its top-level commas.
auto close_of(std::string_view text, std::size_t open, std::vector<std::size_t>& commas) -> std::size_t {
  auto depth = 0;
  for (auto i = open; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '{')
      ++depth;
    else if (text[i] == '}' && --depth == 0)
      return i;
    else if (text[i] == ',' && depth == 1)
      commas.push_back(i);
  }
  return std::string_view::npos;
}

auto expand_into(const std::string& text, std::vector<std::string>& out) -> result<void> {
  if (out.size() >= expansions_max) return error{errc::limit, "more than 1000 alternatives in braces"};
  auto open = std::size_t{0};
  while (open < text.size() && text[open] != '{') open += text[open] == '\\' ? 2 : 1;
  if (open >= text.size()) return out.push_back(text), result<void>{};
  auto cuts = std::vector<std::size_t>{open};
  const auto close = close_of(text, open, cuts);
  if (close == std::string::npos) return error{errc::malformed, "\"{\" without \"}\" in \"" + text + "\""};
  cuts.push_back(close);
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i)
    WEIR_CHECK(expand_into(text.substr(0, open) + text.substr(cuts[i] + 1, cuts[i + 1] - cuts[i] - 1)
                               + text.substr(close + 1),
                           out));
  return {};
}

auto is_directory(const std::string& path) -> bool {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

/// Lists a directory for a walk, and says what stands in the way.
auto list_for(glob_visitor& visitor, const std::string& directory) -> std::vector<directory_entry> {
  auto problem = 0;
  auto entries = list_directory(directory, &problem);
  if (problem != 0 && problem != ENOENT && problem != ENOTDIR) visitor.unlisted(directory, problem);
  return entries;
}

} // namespace

auto name_matches(std::string_view pattern, std::string_view name) -> bool {
  auto p = std::size_t{0}, n = std::size_t{0};
  auto star = std::string_view::npos, star_n = std::size_t{0};
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
      continue;
    }
    const auto length = p < pattern.size() ? element_length(pattern.substr(p), name[n]) : 0;
    if (length == 0 && star == std::string_view::npos) return false;
    n = length > 0 ? n + 1 : ++star_n;
    p = length > 0 ? p + length : star + 1;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

auto first_element(std::string_view pattern) -> std::string_view {
  auto length = std::size_t{1};
  if (pattern.front() == '[') length = std::max(length, bracket_length(pattern));
  if (pattern.front() == '\\' && pattern.size() > 1) length = 2;
  return pattern.substr(0, length);
}

auto expand_braces(std::string_view text) -> result<std::vector<std::string>> {
  auto out = std::vector<std::string>{};
  WEIR_CHECK(expand_into(std::string{text}, out));
  return out;
}

auto list_directory(const std::string& directory, int* problem) -> std::vector<directory_entry> {
  auto entries = std::vector<directory_entry>{};
  auto* stream = ::opendir(directory.c_str());
  if (problem != nullptr) *problem = stream == nullptr ? errno : 0;
  if (stream == nullptr) return entries;
  while (const auto* found = ::readdir(stream)) {
    const auto name = std::string_view{found->d_name};
    if (name == "." || name == "..") continue;
    auto& entry = entries.emplace_back();
    entry = {std::string{name}, found->d_ino, found->d_type == DT_DIR, found->d_type == DT_LNK};
    if (found->d_type != DT_UNKNOWN) continue;
    struct stat status {};
    if (::lstat(join_path(directory, name).c_str(), &status) != 0) continue;
    entry.is_directory = S_ISDIR(status.st_mode);
    entry.is_link = S_ISLNK(status.st_mode);
  }
  ::closedir(stream);
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return entries;
}

auto join_path(std::string_view directory, std::string_view name) -> std::string {
  auto path = std::string{};
  path.reserve(directory.size() + name.size() + 1);
  path += directory;
  if (!path.ends_with('/')) path += '/';
  return path += name;
}

auto glob_set::split(std::string_view text) -> std::vector<part> {
  auto parts = std::vector<part>{};
  while (!text.empty()) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto name = text.substr(0, slash);
    text.remove_prefix(std::min(slash + 1, text.size()));
    if (name.empty() || name == ".") continue;
    if (name == "**") {
      if (parts.empty() || parts.back().is != kind::any_depth) parts.push_back({kind::any_depth, "**"});
    } else if (has_wildcard(name)) {
      parts.push_back({kind::wild, std::string{name}});
    } else {
      parts.push_back({kind::literal, without_escapes(name)});
    }
  }
  if (!parts.empty() && parts.back().is == kind::any_depth) parts.push_back({kind::wild, "*"});
  return parts;
}

auto glob_set::parse(const std::vector<std::string>& patterns, std::string_view base, bool names_alone)
    -> result<glob_set> {
  auto set = glob_set{};
  set.dots_are_special_ = !names_alone;
  for (std::size_t number = 0; number < patterns.size(); ++number) {
    const auto& text = patterns[number];
    if (text.empty()) return error{errc::malformed, "an empty path pattern matches nothing"};
    WEIR_TRY(auto alternatives, expand_braces(text));
    for (const auto& alternative : alternatives) {
      const auto is_name = names_alone && alternative.find('/') == std::string::npos;
      const auto rooted = is_name                        ? "/**/" + alternative
                          : alternative.starts_with('/') ? alternative
                                                         : join_path(base, alternative);
      set.patterns_.push_back({number, split(rooted)});
      if (set.patterns_.back().parts.empty())
        return error{errc::malformed, "the path pattern \"" + text + "\" names no file"};
    }
  }
  return set;
}

auto glob_set::find(std::string_view path) const -> std::optional<std::size_t> {
  for (const auto& p : patterns_)
    if (matches_parts(p.parts, path)) return p.number;
  return std::nullopt;
}

auto glob_set::matches_parts(std::span<const part> parts, std::string_view path) const -> bool {
  while (path.starts_with('/')) path.remove_prefix(1);
  if (parts.empty() || path.empty()) return parts.empty() && path.empty();
  const auto slash = std::min(path.find('/'), path.size());
  const auto name = path.substr(0, slash);
  const auto rest = path.substr(slash);
  const auto hidden = dots_are_special_ && name.starts_with('.');
  const auto& first = parts.front();
  switch (first.is) {
  case kind::literal: return name == first.text && matches_parts(parts.subspan(1), rest);
  case kind::wild:
    return !(hidden && first.text.front() != '.') && name_matches(first.text, name)
           && matches_parts(parts.subspan(1), rest);
  case kind::any_depth: break;
  }
  return matches_parts(parts.subspan(1), path) || (!hidden && !rest.empty() && matches_parts(parts, rest));
}

void glob_set::walk(glob_visitor& visitor) const {
  for (const auto& p : patterns_) {
    visitor.at_pattern(p.number);
    walk_part("/", p.parts, visitor, 0);
  }
}

void glob_set::walk_last(const std::string& directory, const part& last, glob_visitor& visitor) const {
  visitor.enter(directory, true);
  if (last.is == kind::literal) return visitor.found(join_path(directory, last.text));
  for (const auto& entry : list_for(visitor, directory)) {
    if (entry.name.front() == '.' && last.text.front() != '.') continue;
    if (name_matches(last.text, entry.name)) visitor.found(join_path(directory, entry.name));
  }
}

void glob_set::walk_part(const std::string& directory, std::span<const part> rest, glob_visitor& visitor,
                         int depth) const {
  const auto& first = rest.front();
  if (rest.size() == 1) return walk_last(directory, first, visitor);
  if (first.is == kind::literal) {
    const auto next = join_path(directory, first.text);
    if (is_directory(next)) return walk_part(next, rest.subspan(1), visitor, depth);
    return visitor.enter(directory, false); // to be told when it is made
  }
  if (first.is == kind::any_depth) walk_part(directory, rest.subspan(1), visitor, depth);
  if (first.is == kind::any_depth && depth == depth_max) return;
  visitor.enter(directory, false);
  for (const auto& entry : list_for(visitor, directory)) {
    if (entry.name.front() == '.' && first.text.front() != '.') continue;
    const auto path = join_path(directory, entry.name);
    if (first.is == kind::any_depth && entry.is_directory) walk_part(path, rest, visitor, depth + 1);
    if (first.is != kind::wild || !name_matches(first.text, entry.name)) continue;
    if (entry.is_directory || (entry.is_link && is_directory(path)))
      walk_part(path, rest.subspan(1), visitor, depth);
  }
}

} // namespace weir
