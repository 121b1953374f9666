#include "config/value.hpp"

#include "runtime/base/utf8.hpp"

namespace weir::config {

auto value::find(std::string_view key) const -> const value* {
  for (const auto& m : members)
    if (m.key == key) return &m.content;
  return nullptr;
}

auto value::describe() const -> std::string {
  switch (type) {
  case kind::null: return "nothing";
  case kind::sequence: return "a list";
  case kind::map: return "a map";
  case kind::scalar: break;
  }
  if (hidden) return "what is written there";
  constexpr auto shown_max = std::size_t{60};
  return '"' + (scalar.size() <= shown_max ? scalar : scalar.substr(0, whole_characters(scalar, shown_max)) + "…") + '"';
}

void value::hide() {
  hidden = true;
  for (auto& item : items) item.hide();
  for (auto& m : members) m.content.hide();
}

} // namespace weir::config
