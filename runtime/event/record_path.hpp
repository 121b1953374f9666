/// Finding values inside a record by dotted path, and values as text.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir {

/// Key-value pairs back to back: what is behind the header of a map.
struct record_fields {
  std::string_view bytes;
  std::uint32_t count = 0;
};

/// The fields of the map `record`; none if it is not a map.
auto fields_of(std::string_view record) -> record_fields;

/// Value bytes at `path` ("http.status"), empty if there is none. Where keys contain dots, the longest
/// key that fits wins: `{"a.b": 1}` and `{"a": {"b": 1}}` both have an "a.b". Total, allocates nothing.
auto find_path(std::string_view record, std::string_view path) -> std::string_view;
auto find_path(record_fields fields, std::string_view path) -> std::string_view;

/// Whether append_with_path() takes it: no name between its dots is empty.
auto is_written_path(std::string_view path) -> bool;
inline constexpr auto not_written_path = std::string_view{"a path wants names between its dots, none of them empty"};

/// Removes the field at `path` from the map that is all of `record`. False if there is none.
auto erase_path(byte_buffer& record, std::string_view path) -> bool;

/// Appends the map `record` with `value` at `path`: in place of what find_path() has there, else as a new field, with
/// the maps in between that are missing; what stands in their place and is no map gives way.
void append_with_path(byte_buffer& out, std::string_view record, std::string_view path, std::string_view value);

/// The same for a path that find_path() does not find, where nothing may give way: what stands in the way stays, and
/// the field is called like all of the path, by which find_path() finds it as well.
void append_at_free_path(byte_buffer& out, std::string_view record, std::string_view path, std::string_view value);

/// One of the paths for append_kept(), and what that notes on its way.
struct kept_path {
  std::string_view path;
  const char* key = nullptr;  ///< of the field that leads there
  std::string_view rest = {}; ///< of the path behind it
};
/// Appends the map `record` with nothing but what is at `paths`, and the maps that lead there. `paths` is scratch
/// memory too; it has the same paths afterwards.
void append_kept(byte_buffer& out, std::string_view record, std::vector<kept_path>& paths);

/// Appends the value as people write it: text and bytes as they are, numbers and booleans in JSON's
/// form, maps and lists as JSON, nothing for nil. `value` must not point into `out`.
void append_text(byte_buffer& out, std::string_view value);

/// The same text: inside of `value` itself for text and bytes, else written to `scratch`.
auto text_of_value(std::string_view value, byte_buffer& scratch) -> std::string_view;

} // namespace weir
