/// Settings are declared once, in a describe() beside their struct; everything else comes from that:
///
///   struct settings { std::string path; format as = format::json; byte_count rotate_size{0}; };
///   template <class Visitor> void describe(Visitor& v, settings& s) {
///     v.required("path", s.path, "Where to write.");
///     v.field("format", s.as, "json or raw.");
///   }
///
/// Field types: bool, integers, double, std::string, byte_count, duration, std::vector<std::string> (a
/// scalar is a list of one), string_map, secret, std::optional of these, enums with a names_of(E*) found by
/// ADL, structs with a describe() of their own, std::vector of such structs, and config::value (as written).
/// A free function validate(const settings&, settings_reader&) may add findings with complain().
#pragma once

#include "config/value.hpp"
#include "runtime/base/units.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace weir::config {

/// A map of free-form keys, such as labels.
using string_map = std::map<std::string, std::string>;

/// A string that is never printed; written in place, as ${VAR} or as {file: path}.
struct secret {
  std::string value;
};

template <class E>
concept named_enum = std::is_enum_v<E> && requires { names_of(static_cast<E*>(nullptr)); };

/// Fills a settings struct from a map and collects what is wrong with it.
class settings_reader {
public:
  /// `owner` begins every message: `sink "archive"`. `ignored` keys belong to somebody else.
  settings_reader(const value& from, std::string owner, diagnostics& problems,
                  std::vector<std::string> ignored = {});

  template <class T>
  void field(std::string_view key, T& out, std::string_view /*help*/) {
    known_.emplace_back(key);
    if (const auto* found = from_.find(key)) read(*found, key, out);
  }
  template <class T>
  void required(std::string_view key, T& out, std::string_view help) {
    field(key, out, help);
    if (from_.find(key) == nullptr) missing(key);
  }
  /// Reports keys that nobody asked for; call once after describe().
  void finish();
  /// A finding of the struct's own validation, at the place of `key` (or of the whole, if absent).
  void complain(std::string_view key, std::string what, std::string hint = {});
  /// A finding about a value that the struct kept as written.
  void complain_at(const place& where, std::string what, std::string hint = {});
  void warn(std::string_view key, std::string what, std::string hint = {});
  auto is_given(std::string_view key) const -> bool { return from_.find(key) != nullptr; }
  auto given(std::string_view key) const -> const value* { return from_.find(key); }

private:
  void read(const value& v, std::string_view key, bool& out);
  void read(const value& v, std::string_view key, std::string& out);
  void read(const value& v, std::string_view key, double& out);
  void read(const value& v, std::string_view key, byte_count& out);
  void read(const value& v, std::string_view key, duration& out);
  void read(const value& v, std::string_view key, std::vector<std::string>& out);
  void read(const value& v, std::string_view key, string_map& out);
  void read(const value& v, std::string_view key, secret& out);
  void read(const value& v, std::string_view, value& out) { out = v; }

  template <class T>
    requires(std::is_integral_v<T>)
  void read(const value& v, std::string_view key, T& out) {
    auto wide = std::int64_t{0};
    if (read_integer(v, key, static_cast<std::int64_t>(std::numeric_limits<T>::min()), integer_max<T>(), wide))
      out = static_cast<T>(wide);
  }
  template <named_enum E>
  void read(const value& v, std::string_view key, E& out) {
    auto names = std::vector<std::string>{};
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr))) {
      if (v.is_scalar() && v.scalar == name) return void(out = meant);
      names.emplace_back(name);
    }
    wrong_choice(v, key, names);
  }
  template <class T>
  void read(const value& v, std::string_view key, std::optional<T>& out) {
    auto content = T{};
    read(v, key, content);
    out = std::move(content);
  }
  template <class S>
    requires requires(settings_reader& r, S& s) { describe(r, s); }
  void read(const value& v, std::string_view key, S& out) {
    if (!wants_map(v, key)) return;
    auto inner = settings_reader{v, owner_ + ": " + std::string{key}, problems_};
    describe(inner, out);
    inner.finish();
    if constexpr (requires { validate(std::as_const(out), inner); }) validate(std::as_const(out), inner);
  }
  template <class S>
    requires requires(settings_reader& r, S& s) { describe(r, s); }
  void read(const value& v, std::string_view key, std::vector<S>& out) {
    if (!wants_list(v, key)) return;
    for (const auto& item : v.items) read(item, key, out.emplace_back());
  }

  template <class T>
  static constexpr auto integer_max() -> std::int64_t {
    return sizeof(T) == 8 ? INT64_MAX : static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
  auto read_integer(const value& v, std::string_view key, std::int64_t min, std::int64_t max, std::int64_t& out)
      -> bool;
  auto wants_scalar(const value& v, std::string_view key, std::string_view wanted) -> bool;
  auto wants_map(const value& v, std::string_view key) -> bool;
  auto wants_list(const value& v, std::string_view key) -> bool;
  void wrong(const value& v, std::string_view key, std::string_view wanted);
  void wrong_choice(const value& v, std::string_view key, const std::vector<std::string>& names);
  void missing(std::string_view key);
  void report(place where, std::string what, std::string hint, diagnostic::severity level);

  const value& from_;
  std::string owner_;
  diagnostics& problems_;
  std::vector<std::string> known_;
};

/// Reads a whole settings struct: describe, unknown keys, validate.
template <class S>
auto read_settings(const value& from, std::string owner, diagnostics& problems,
                   std::vector<std::string> ignored = {}) -> S {
  auto settings = S{};
  auto reader = settings_reader{from, std::move(owner), problems, std::move(ignored)};
  describe(reader, settings);
  reader.finish();
  if constexpr (requires { validate(std::as_const(settings), reader); }) validate(std::as_const(settings), reader);
  return settings;
}

/// One declared setting, for help, the reference and the schema.
struct field_info {
  std::string key;
  std::string type;          ///< "size", "duration", "string", "json|raw", …
  std::string default_text;  ///< as one would write it; empty if required
  std::string help;
  bool required = false;
  std::vector<field_info> nested;
};

/// Lists what a describe() declares.
class settings_lister {
public:
  template <class T>
  void field(std::string_view key, T& initial, std::string_view help) {
    fields_.push_back({std::string{key}, type_of(initial), text_of(initial), std::string{help}, false, inner_of(initial)});
  }
  template <class T>
  void required(std::string_view key, T& initial, std::string_view help) {
    fields_.push_back({std::string{key}, type_of(initial), {}, std::string{help}, true, inner_of(initial)});
  }
  auto take() -> std::vector<field_info> { return std::move(fields_); }

private:
  template <class T>
  static auto type_of(const T& initial) -> std::string {
    if constexpr (std::is_same_v<T, bool>) return "boolean";
    else if constexpr (std::is_integral_v<T>) return "integer";
    else if constexpr (std::is_same_v<T, double>) return "number";
    else if constexpr (std::is_same_v<T, std::string>) return "string";
    else if constexpr (std::is_same_v<T, byte_count>) return "size";
    else if constexpr (std::is_same_v<T, duration>) return "duration";
    else if constexpr (std::is_same_v<T, std::vector<std::string>>) return "string or list";
    else if constexpr (std::is_same_v<T, string_map>) return "map";
    else if constexpr (std::is_same_v<T, secret>) return "secret";
    else if constexpr (std::is_same_v<T, value>) return "any";
    else if constexpr (named_enum<T>) return choices<T>();
    else if constexpr (requires { typename T::value_type; initial.has_value(); }) return type_of(typename T::value_type{});
    else if constexpr (requires { typename T::value_type; initial.begin(); }) return "list of maps";
    else return "map";
  }
  template <class T>
  static auto text_of(const T& initial) -> std::string {
    if constexpr (std::is_same_v<T, bool>) return initial ? "true" : "false";
    else if constexpr (std::is_integral_v<T>) return std::to_string(initial);
    else if constexpr (std::is_same_v<T, double>) return number_text(initial);
    else if constexpr (std::is_same_v<T, std::string>) return initial.empty() ? "\"\"" : initial;
    else if constexpr (std::is_same_v<T, byte_count> || std::is_same_v<T, duration>) return to_text(initial);
    else if constexpr (std::is_same_v<T, std::vector<std::string>>) return list_text(initial);
    else if constexpr (named_enum<T>) return name_of(initial);
    else if constexpr (std::is_same_v<T, string_map>) return "{}";
    else return {};
  }
  template <class T>
  static auto inner_of(T& initial) -> std::vector<field_info> {
    if constexpr (requires(settings_lister& l) { describe(l, initial); }) {
      auto inner = settings_lister{};
      describe(inner, initial);
      return inner.take();
    } else {
      return {};
    }
  }
  template <class E>
  static auto choices() -> std::string {
    auto text = std::string{};
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr)))
      text += (text.empty() ? "" : "|") + std::string{name};
    return text;
  }
  template <class E>
  static auto name_of(E wanted) -> std::string {
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr)))
      if (meant == wanted) return std::string{name};
    return {};
  }
  static auto number_text(double number) -> std::string;
  static auto list_text(const std::vector<std::string>& items) -> std::string;

  std::vector<field_info> fields_;
};

template <class S>
auto list_settings() -> std::vector<field_info> {
  auto initial = S{};
  auto lister = settings_lister{};
  describe(lister, initial);
  return lister.take();
}

} // namespace weir::config
