/// Settings structs from configuration values; see config/settings.hpp.
#pragma once

#include "config/settings_types.hpp"
#include "config/value.hpp"
#include "runtime/base/units.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace weir::config {

/// Fills a settings struct from a map and collects what is wrong with it.
class settings_reader {
public:
  /// `owner` begins every message: `sink "archive"`. `ignored` keys belong to somebody else.
  settings_reader(const value& from, std::string owner, diagnostics& problems,
                  std::vector<std::string> ignored = {});

  template <class T> void field(std::string_view key, T& out, std::string_view /*help*/) {
    known_.emplace_back(key);
    if (const auto* found = from_.find(key)) read(*found, key, out);
  }
  template <class T> void required(std::string_view key, T& out, std::string_view help) {
    field(key, out, help);
    if (from_.find(key) == nullptr) missing(key);
  }
  /// All other keys, as they are written; after the fields. `name` is what they are called in help.
  void others(std::string_view name, value& out, std::string_view help);
  /// Reports keys that nobody asked for; call once after describe().
  void finish();
  /// A finding of the struct's own validation, at the place of `key` (or of the whole, if absent). Nothing if
  /// its value could not even be read.
  void complain(std::string_view key, std::string what, std::string hint = {});
  /// A finding about a value that the struct kept as written.
  void complain_at(const place& where, std::string what, std::string hint = {});
  void warn(std::string_view key, std::string what, std::string hint = {});
  /// A finding if `key` is given, which does nothing beside the other keys; `why` goes on with what it is for.
  void refuse_useless(std::string_view key, std::string_view why, std::string hint = {});
  auto is_given(std::string_view key) const -> bool { return from_.find(key) != nullptr; }
  auto given(std::string_view key) const -> const value* { return from_.find(key); }

private:
  void read(const value& v, std::string_view key, bool& out);
  void read(const value& v, std::string_view key, std::string& out);
  void read(const value& v, std::string_view key, double& out);
  void read(const value& v, std::string_view key, byte_count& out);
  void read(const value& v, std::string_view key, item_count& out);
  void read(const value& v, std::string_view key, duration& out);
  void read(const value& v, std::string_view key, std::vector<std::string>& out);
  void read(const value& v, std::string_view key, string_map& out);
  void read(const value& v, std::string_view key, secret& out);
  void read(const value& v, std::string_view, value& out) { out = v; }

  template <class T>
  requires(std::is_integral_v<T>) void read(const value& v, std::string_view key, T& out) {
    auto wide = std::int64_t{0};
    if (read_integer(v, key, static_cast<std::int64_t>(std::numeric_limits<T>::min()), integer_max<T>(),
                     wide))
      out = static_cast<T>(wide);
  }
  template <named_enum E> void read(const value& v, std::string_view key, E& out) {
    auto names = std::vector<std::string>{};
    for (const auto& [name, meant] : names_of(static_cast<E*>(nullptr))) {
      if (v.is_scalar() && v.scalar == name) return void(out = meant);
      names.emplace_back(name);
    }
    wrong_choice(v, key, names);
  }
  template <class T> void read(const value& v, std::string_view key, std::optional<T>& out) {
    const auto before = unread_.size();
    auto content = T{};
    read(v, key, content);
    if (unread_.size() == before) out = std::move(content);
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

  template <class T> static constexpr auto integer_max() -> std::int64_t {
    return sizeof(T) == 8 ? INT64_MAX : static_cast<std::int64_t>(std::numeric_limits<T>::max());
  }
  auto read_integer(const value& v, std::string_view key, std::int64_t min, std::int64_t max,
                    std::int64_t& out) -> bool;
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
  std::vector<const value*> unread_; ///< reported already: their settings still have the defaults
};

/// Reads a whole settings struct: describe, unknown keys, validate.
template <class S>
auto read_settings(const value& from, std::string owner, diagnostics& problems,
                   std::vector<std::string> ignored = {}) -> S {
  auto settings = S{};
  auto reader = settings_reader{from, std::move(owner), problems, std::move(ignored)};
  describe(reader, settings);
  reader.finish();
  if constexpr (requires { validate(std::as_const(settings), reader); })
    validate(std::as_const(settings), reader);
  return settings;
}

} // namespace weir::config
