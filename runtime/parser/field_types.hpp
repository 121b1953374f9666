/// What a parser does with a field beyond copying its text: types, and the event's time.
#pragma once

#include "runtime/event/repeated_keys.hpp"
#include "runtime/parser/pack.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "runtime/parser/time_format.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class field_type : std::uint8_t { string, integer, real, boolean, list, time };

/// One field that is more than a string. A value that does not convert stays a string.
struct field_rule {
  std::string key;
  field_type type = field_type::string;
  bool is_time_key = false;
  bool dash_is_nil = false;
  bool is_text = false;           ///< "string" was asked for: JSON numbers become text
  std::string separator = ",";    ///< of a list
  std::optional<time_memo> times; ///< of the type time

  auto is_plain() const -> bool { return type == field_type::string && !is_time_key && !dash_is_nil; }
};

/// What a format adds to the settings.
struct format_defaults {
  std::string_view time_key = {};
  std::string_view time_format = {};
  std::string_view types = {}; ///< the settings' own come first
};

/// The rules of one parser. Not thread-safe: remembers the last time it read.
class field_rules {
public:
  static auto make(const parser_settings& settings, const format_defaults& defaults, const clock& now)
      -> result<field_rules>;

  /// Nothing if the field is plain text. Valid as long as this object stays where it is.
  auto find(std::string_view key) -> field_rule*;
  auto empty() const -> bool { return rules_.empty(); }
  /// Whether some of them are for fields inside of others: `a.b`.
  auto has_paths() const -> bool { return has_paths_; }
  /// Whether some are for what is inside of the field at `path`.
  auto lead_into(std::string_view path) const -> bool;
  /// For formats whose fields are known: an error if there is a rule for none of them.
  auto check_names(const std::vector<std::string>& known) const -> result<void>;
  auto keeps_time() const -> bool { return keep_time_; }
  auto time_key() const -> std::string_view { return unread_.key; }
  /// Nothing, and noted, if `text` is no time.
  auto event_time(std::string_view text) -> std::optional<std::int64_t>;
  void begin_line() { is_unread_ = false; }
  /// Notes in `line`, which is otherwise done, that it should have had a time and has none.
  void judge_time(parsed_line& line);

private:
  explicit field_rules(time_memo event_times) : event_times_(std::move(event_times)) {}
  auto add_types(std::string_view types, const time_parser& times, const clock& now, bool is_default)
      -> result<void>;
  auto add_rule(std::string_view key) -> field_rule&;
  void note_no_time(parsed_line& line);

  std::vector<field_rule> rules_;
  time_memo event_times_;
  bool has_paths_ = false;
  bool keep_time_ = false;
  bool wants_time_ = false; ///< the settings name a field: one that is missing is told too
  bool is_unread_ = false;  ///< in this line
  unread_time unread_;
};

inline void field_rules::judge_time(parsed_line& line) {
  if (!line.has_time && (is_unread_ || wants_time_)) [[unlikely]]
    note_no_time(line);
}

/// Room that write_typed() needs for a value of `size` bytes.
constexpr auto typed_bytes_max(std::size_t size) -> std::size_t { return size * 2 + 16; }

/// Writes `text` as the rule's type; nullptr if it does not convert or the type is string.
auto write_typed(char* to, std::string_view text, field_rule& rule) -> char*;

/// A field whose name is known before the first line.
struct column {
  std::string packed_key;
  std::optional<field_rule> rule; ///< nothing: plain text
};

/// Finds the rule of `key` once and for all.
auto make_column(field_rules& rules, std::string_view key) -> column;

/// Appends the fields of one line and finds its time on the way.
class field_writer {
public:
  field_writer(field_rules& rules, msgpack_writer& out) : rules_(rules), out_(out.buffer()) {
    rules.begin_line();
    begin_ = out_.size();
  }

  /// A key of the line itself.
  void put(std::string_view key, std::string_view value);
  void put(column& to, std::string_view value);
  void put_nil(const column& to);
  /// `key` without value.
  void put_true(std::string_view key);
  auto fields() const -> std::uint32_t { return line_.fields; }
  auto done() -> parsed_line {
    rules_.judge_time(line_);
    return line_;
  }
  /// Of a line that names its fields itself: the last of equal names wins.
  auto done(repeated_keys& repeated) -> parsed_line;

private:
  void put_ruled(std::string_view packed_key, std::string_view value, field_rule& rule);
  void put_plain(std::string_view packed_key, std::string_view value);
  auto takes_time(std::string_view value) -> bool;

  field_rules& rules_;
  byte_buffer& out_;
  std::size_t begin_ = 0;
  parsed_line line_;
};

/// The fields from `begin` on without the one that is called `name`.
auto without_field(char* begin, record_fields fields, std::string_view name) -> record_fields;

[[gnu::always_inline]] inline void field_writer::put_plain(std::string_view packed_key, std::string_view value) {
  auto* const begin = out_.tail(packed_key.size() + value.size() + 16);
  const auto* end = pack::str(pack::bytes(begin, packed_key), value);
  out_.advance(static_cast<std::size_t>(end - begin));
  ++line_.fields;
}

[[gnu::always_inline]] inline void field_writer::put(column& to, std::string_view value) {
  if (!to.rule)
    put_plain(to.packed_key, value);
  else
    put_ruled(to.packed_key, value, *to.rule);
}

} // namespace weir
