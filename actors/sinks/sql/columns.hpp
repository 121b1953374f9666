/// The columns of a table of events: time, tag, record, and fields of the record that are columns too.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir {

struct field_column {
  std::string name;
  std::string path; ///< in the record
};

/// `columns: [a, b.c]` or `columns: {name: field.path}`; what is wrong with it goes to the reader.
auto read_columns(const config::value& written) -> std::vector<field_column>;
void check_columns(const config::value& written, config::settings_reader& reader);

/// What a column of a table takes, whatever the database calls it.
struct column_type {
  enum class kind {
    text,
    integer,  ///< from `min` to `max`
    real,
    boolean,
    json,
    time,     ///< with microseconds or better
  };
  kind what = kind::text;
  std::size_t text_max = SIZE_MAX; ///< characters
  std::int64_t min = INT64_MIN;
  std::int64_t max = INT64_MAX;
  bool is_single = false; ///< of real: 32 bits
};

/// Nothing: NULL. Text lies in the record or in the scratch memory of whoever asked.
struct column_time {
  std::int64_t ns = 0;
};
using column_value = std::variant<std::monostate, std::string_view, std::int64_t, double, bool, column_time>;

/// What of a msgpack value fits the column. Texts that are numbers become numbers; what does not fit is NULL, and lies in the
/// record all the same. Text has no NUL and is valid UTF-8, of json it is JSON.
auto value_for(const column_type& type, std::string_view msgpack, byte_buffer& scratch) -> column_value;

/// Puts U+FFFD in place of the escape \u0000, which JSON knows and databases do not take. `from`: where the text begins.
void replace_nul_escapes(byte_buffer& json, std::size_t from);

} // namespace weir
