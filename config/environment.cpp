#include "config/environment.hpp"

#include <cstdlib>
#include <optional>

namespace weir::config {
namespace {

constexpr auto default_nesting_max = 8;

/// A `${NAME}` or `${NAME:-default}` found in a text.
struct reference {
  std::string_view name;
  std::optional<std::string_view> otherwise;
  std::size_t length = 0; ///< of the whole, from `$` to `}`
};

auto is_name_character(char c, bool first) -> bool {
  return (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/// The brace that closes the one before `from`; npos if there is none.
auto closing_brace(std::string_view text, std::size_t from) -> std::size_t {
  auto depth = 1;
  for (auto i = from; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

/// `text` begins with "${".
auto read_reference(std::string_view text) -> std::optional<reference> {
  auto end = std::size_t{2};
  while (end < text.size() && is_name_character(text[end], end == 2)) ++end;
  const auto name = text.substr(2, end - 2);
  if (name.empty()) return std::nullopt;
  if (text.substr(end).starts_with('}')) return reference{name, std::nullopt, end + 1};
  if (!text.substr(end).starts_with(":-")) return std::nullopt;
  const auto close = closing_brace(text, end + 2);
  if (close == std::string_view::npos) return std::nullopt;
  return reference{name, text.substr(end + 2, close - end - 2), close + 1};
}

/// One pass over a text; defaults are passes of their own.
class filler {
public:
  filler(const place& where, diagnostics& problems) : where_(where), problems_(problems) {}

  auto fill(std::string_view text, int depth) -> std::string {
    auto out = std::string{};
    for (std::size_t i = 0; i < text.size();) {
      const auto rest = text.substr(i);
      if (rest.starts_with("$${")) {
        out += "${";
        i += 3;
      } else if (const auto found = rest.starts_with("${") ? read_reference(rest) : std::nullopt) {
        out += value_of(*found, depth);
        i += found->length;
      } else {
        out += text[i++];
      }
    }
    return out;
  }

private:
  auto value_of(const reference& r, int depth) -> std::string {
    const auto name = std::string{r.name};
    if (const auto* content = std::getenv(name.c_str()); content && (*content != 0 || !r.otherwise))
      return content;
    if (!r.otherwise) {
      report("the environment variable " + name + " is not set", "${" + name + ":-value} gives it a default");
      return {};
    }
    if (depth < default_nesting_max) return fill(*r.otherwise, depth + 1);
    report("defaults of variables are nested more than " + std::to_string(default_nesting_max) + " deep", {});
    return {};
  }

  void report(std::string what, std::string hint) {
    problems_.push_back({diagnostic::severity::error, where_, std::move(what), std::move(hint)});
  }

  const place& where_;
  diagnostics& problems_;
};

} // namespace

void fill_variables(value& tree, diagnostics& problems) {
  if (tree.is_scalar() && tree.scalar.find("${") != std::string::npos) {
    auto filled = filler{tree.where, problems}.fill(tree.scalar, 0);
    // Flow maps force quotes around ${…}; what comes from outside may still be a number or a boolean.
    if (filled != tree.scalar) tree.quoted = false;
    tree.scalar = std::move(filled);
  }
  for (auto& item : tree.items) fill_variables(item, problems);
  for (auto& m : tree.members) fill_variables(m.content, problems);
}

} // namespace weir::config
