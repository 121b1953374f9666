/// What the ways of sending events by HTTP share: JSON and msgpack bodies as msgpack, fields of records.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/json_packer.hpp"
#include "runtime/event/msgpack.hpp"

#include <functional>
#include <string_view>

namespace weir {

/// Appends a field whose value is text; nothing where that is empty.
auto append_text_field(msgpack_writer& to, std::string_view name, std::string_view text) -> std::uint32_t;
/// Appends the fields of a map; how many. Total.
auto append_fields_of(msgpack_writer& to, std::string_view map) -> std::uint32_t;
/// The value of a field as text; empty if it is no text.
auto text_field(std::string_view map, std::string_view name) -> std::string_view;
auto is_msgpack_map(std::string_view value) -> bool;

/// Calls `use` for the map that `value` is, or for each map in the list that it is; false at what is none, or if `use` says so.
auto for_each_map(std::string_view value, const std::function<bool(std::string_view)>& use) -> bool;
/// Calls `use` for each line of `text` that is not blank, without its line ending.
void for_each_line(std::string_view text, const std::function<void(std::string_view)>& use);

/// JSON documents back to back, with white space or commas between, or a list of them.
class json_sequence {
public:
  explicit json_sequence(std::string_view text) : rest_(text) {}
  /// The next document, an object; nothing at the end. errc::malformed.
  auto next() -> result<std::string_view>;

private:
  std::string_view rest_;
  bool is_in_list_ = false;
};

} // namespace weir
