/// Patterns of paths into records: `kubernetes.labels.*`, `debug_*`, `**.password`.
#pragma once

#include "runtime/base/result.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Between the names of a path that record_walk gives, so that a name with dots in it (`app.kubernetes.io/name`) is one.
inline constexpr char path_joint = '\x1f';

/// `*` stands for any characters within a name, `**` for any at all; a dot for one, or for what is between two names; the
/// rest stands for itself.
class path_pattern {
public:
  /// Errors say what is wrong with `text`.
  static auto compile(std::string_view text) -> result<path_pattern>;

  auto matches(std::string_view path) const -> bool {
    return stars_ == 0 ? path.size() == text_.size() && is_text(path) : matches_stars(path, nullptr);
  }
  /// The same, and what each star stands for, in `parts`.
  auto matches(std::string_view path, std::vector<std::string_view>& parts) const -> bool;
  /// False: certainly nothing inside of the map at `path` matches.
  auto may_lead_from(std::string_view path) const -> bool;
  auto text() const -> const std::string& { return text_; }
  /// How many stars, of either kind, there are.
  auto stars() const -> std::size_t { return stars_; }

private:
  static auto is_same(char written, char there) -> bool { return written == there || (written == '.' && there == path_joint); }
  /// Of a path of the same size.
  auto is_text(std::string_view path) const -> bool { return std::equal(text_.begin(), text_.end(), path.begin(), is_same); }
  auto matches_stars(std::string_view path, std::vector<std::string_view>* parts) const -> bool;

  std::string text_;
  std::size_t plain_ = 0; ///< bytes before the first star
  std::size_t stars_ = 0;
};

/// Whether any of several matches.
class path_patterns {
public:
  path_patterns() = default;
  /// Those of `texts` that compile.
  explicit path_patterns(const std::vector<std::string>& texts);

  auto empty() const -> bool { return all_.empty(); }
  auto matches(std::string_view path) const -> bool {
    for (const auto& p : all_)
      if (p.matches(path)) return true;
    return false;
  }
  auto may_lead_from(std::string_view path) const -> bool {
    for (const auto& p : all_)
      if (p.may_lead_from(path)) return true;
    return false;
  }

private:
  std::vector<path_pattern> all_;
};

} // namespace weir
