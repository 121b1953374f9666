/// Path patterns: `*`, `?`, `[a-z]`, `{a,b}` within a name, `**` for any number of directories.
//
// As in the shell, a leading dot must be matched explicitly, and `**` does not follow symbolic links.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Told what a walk meets.
class glob_visitor {
public:
  virtual ~glob_visitor() = default;
  /// What follows comes from the pattern of this number, as given to parse().
  virtual void at_pattern(std::size_t /*which*/) {}
  /// Before `directory` is listed or a name is looked up in it; `holds_files`: a match may be directly in it.
  virtual void enter(const std::string& directory, bool holds_files) = 0;
  /// `directory` is there and cannot be listed; `problem`: errno.
  virtual void unlisted(const std::string& /*directory*/, int /*problem*/) {}
  /// A name that matches; a literal one need not exist.
  virtual void found(const std::string& path) = 0;
};

class glob_set {
public:
  glob_set() = default;
  /// Relative patterns begin at `base`. A pattern without a slash matches the last name alone if
  /// `names_alone` (for exclusions, where a leading dot is nothing special either).
  static auto parse(const std::vector<std::string>& patterns, std::string_view base, bool names_alone = false)
      -> result<glob_set>;

  auto matches(std::string_view path) const -> bool { return find(path).has_value(); }
  /// The number of a pattern that matches, as given to parse().
  auto find(std::string_view path) const -> std::optional<std::size_t>;
  void walk(glob_visitor& visitor) const;
  /// Whether there can be a path that this one and `other` match and `excluded` does not.
  auto overlaps(const glob_set& other, const glob_set& excluded) const -> bool;

private:
  class automaton;
  enum class kind { literal, wild, any_depth };
  struct part {
    kind is = kind::literal;
    std::string text; ///< without escapes if literal
  };
  struct pattern {
    std::size_t number = 0; ///< as given to parse(); alternatives in braces share one
    std::vector<part> parts;
  };

  static auto differ_at_front(const pattern& a, const pattern& b) -> bool;
  static auto split(std::string_view text) -> std::vector<part>;
  void walk_part(const std::string& directory, std::span<const part> rest, glob_visitor& visitor,
                 int depth) const;
  void walk_last(const std::string& directory, const part& last, glob_visitor& visitor) const;
  auto matches_parts(std::span<const part> parts, std::string_view path) const -> bool;

  std::vector<pattern> patterns_;
  bool dots_are_special_ = true;
};

/// One name against one pattern without slashes or braces. Total, in time O(name × pattern).
auto name_matches(std::string_view pattern, std::string_view name) -> bool;

/// What stands at the front of such a pattern for one byte, or for any number of them if it is `*`.
auto first_element(std::string_view pattern) -> std::string_view;

/// `a{b,c}` -> `ab`, `ac`; nested, at most 1000.
auto expand_braces(std::string_view text) -> result<std::vector<std::string>>;

struct directory_entry {
  std::string name;
  std::uint64_t inode = 0;
  bool is_directory = false; ///< a real one, not a link to one
  bool is_link = false;
};

/// What is in `directory`, without "." and ".."; empty if it cannot be read: `problem` says why then, as errno.
auto list_directory(const std::string& directory, int* problem = nullptr) -> std::vector<directory_entry>;

auto join_path(std::string_view directory, std::string_view name) -> std::string;

} // namespace weir
