/// What settings structs declare, for help, the reference and the schema; see config/settings.hpp.
#pragma once

#include "config/settings_types.hpp"
#include "config/value.hpp"
#include "runtime/base/units.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::config {

/// One declared setting, for help, the reference and the schema.
struct field_info {
  std::string key;
  std::string type;         ///< "size", "duration", "string", "json|raw", …
  std::string default_text; ///< as one would write it; empty if required
  std::string help;
  bool required = false;
  std::vector<field_info> nested;
};

/// Lists what a describe() declares.
class settings_lister {
public:
  template <class T> void field(std::string_view key, T& initial, std::string_view help) {
    fields_.push_back(
        {std::string{key}, type_of(initial), text_of(initial), std::string{help}, false, inner_of(initial)});
  }
  template <class T> void required(std::string_view key, T& initial, std::string_view help) {
    fields_.push_back({std::string{key}, type_of(initial), {}, std::string{help}, true, inner_of(initial)});
  }
  void others(std::string_view name, value& /*initial*/, std::string_view help) {
    fields_.push_back({'<' + std::string{name} + '>', "expression", {}, std::string{help}, true, {}});
  }
  auto take() -> std::vector<field_info> { return std::move(fields_); }

private:
  template <class T> static auto type_of(const T& initial) -> std::string {
    if constexpr (std::is_same_v<T, bool>)
      return "boolean";
    else if constexpr (std::is_integral_v<T>)
      return "integer";
    else if constexpr (std::is_same_v<T, double>)
      return "number";
    else if constexpr (std::is_same_v<T, std::string>)
      return "string";
    else if constexpr (std::is_same_v<T, byte_count>)
      return "size";
    else if constexpr (std::is_same_v<T, item_count>)
      return "count";
    else if constexpr (std::is_same_v<T, duration>)
      return "duration";
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return "string or list";
    else if constexpr (std::is_same_v<T, string_map>)
      return "map";
    else if constexpr (std::is_same_v<T, secret>)
      return "secret";
    else if constexpr (std::is_same_v<T, value>)
      return "any";
    else if constexpr (named_enum<T>)
      return choices<T>();
    else if constexpr (requires {
                         typename T::value_type;
                         initial.has_value();
                       })
      return type_of(typename T::value_type{});
    else if constexpr (requires {
                         typename T::value_type;
                         initial.begin();
                       })
      return "list of maps";
    else
      return "map";
  }
  template <class T> static auto text_of(const T& initial) -> std::string {
    if constexpr (std::is_same_v<T, bool>)
      return initial ? "true" : "false";
    else if constexpr (std::is_integral_v<T>)
      return std::to_string(initial);
    else if constexpr (std::is_same_v<T, double>)
      return number_text(initial);
    else if constexpr (std::is_same_v<T, std::string>)
      return initial.empty() ? "\"\"" : initial;
    else if constexpr (std::is_same_v<T, byte_count> || std::is_same_v<T, item_count> || std::is_same_v<T, duration>)
      return weir::to_text(initial);
    else if constexpr (std::is_same_v<T, std::vector<std::string>>)
      return list_text(initial);
    else if constexpr (named_enum<T>)
      return name_of(initial);
    else if constexpr (std::is_same_v<T, string_map>)
      return "{}";
    else
      return {};
  }
  template <class T> static auto inner_of(T& initial) -> std::vector<field_info> {
    if constexpr (requires(settings_lister & l) { describe(l, initial); }) {
      auto inner = settings_lister{};
      describe(inner, initial);
      return inner.take();
    } else if constexpr (requires(settings_lister & l, typename T::value_type & v) { describe(l, v); }) {
      auto content = typename T::value_type{}; // of an optional or a list
      return inner_of(content);
    } else {
      return {};
    }
  }
  template <class E> static auto choices() -> std::string {
    auto text = std::string{};
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr)))
      text += (text.empty() ? "" : "|") + std::string{name};
    return text;
  }
  template <class E> static auto name_of(E wanted) -> std::string {
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr)))
      if (meant == wanted) return std::string{name};
    return {};
  }
  static auto number_text(double number) -> std::string;
  static auto list_text(const std::vector<std::string>& items) -> std::string;

  std::vector<field_info> fields_;
};

template <class S> auto list_settings() -> std::vector<field_info> {
  auto initial = S{};
  auto lister = settings_lister{};
  describe(lister, initial);
  return lister.take();
}

} // namespace weir::config
