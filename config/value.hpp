/// A configuration value with its place in the file; the reader of YAML makes a tree of these.
#pragma once

#include "config/diagnostic.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::config {

struct value {
  enum class kind { null, scalar, sequence, map };
  kind type = kind::null;
  place where;
  std::string scalar;  ///< text of a scalar, after ${…} was filled in; "null" if nothing was written so
  bool quoted = false; ///< a quoted scalar is never a number, boolean or null
  bool hidden = false; ///< under "security:": no message quotes it
  std::vector<value> items;
  struct member;
  std::vector<member> members; ///< of a map, in the order of the file, keys distinct

  /// The member named `key`, or nullptr.
  auto find(std::string_view key) const -> const value*;
  auto is_map() const -> bool { return type == kind::map; }
  auto is_scalar() const -> bool { return type == kind::scalar; }
  auto is_sequence() const -> bool { return type == kind::sequence; }
  /// "a map", "a list", "nothing", or the scalar in quotes, if it may be shown: for "…, not <this>".
  auto describe() const -> std::string;
  /// This and all below it.
  void hide();
};

struct value::member {
  std::string key;
  place where; ///< of the key
  value content;
};

} // namespace weir::config
