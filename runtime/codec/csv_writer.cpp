#include "runtime/codec/csv_writer.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/line_keys.hpp"
#include "runtime/codec/text_value.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {

void append_csv_field(byte_buffer& out, std::string_view text) {
  // An empty text is quoted, so that it differs from a field that is missing.
  if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) return out.append(text);
  out.push_back('"');
  for (auto at = text.find('"'); at != std::string_view::npos; at = text.find('"')) {
    out.append(text.substr(0, at + 1));
    out.push_back('"');
    text.remove_prefix(at + 1);
  }
  out.append(text);
  out.push_back('"');
}

csv_writer::csv_writer(const std::vector<std::string>& columns) {
  for (const auto& name : columns) columns_.push_back(column_of(name));
}

/// Columns are named as a line's fields are.
auto csv_writer::column_of(std::string_view name) -> column {
  if (name == "time") return {column::kind::time, {}};
  if (name == "tag") return {column::kind::tag, {}};
  if (is_taken(line_keys{}, name.substr(0, name.find('.'))) && name.starts_with(record_mark))
    name.remove_prefix(record_mark.size());
  return {column::kind::field, std::string{name}};
}

void csv_writer::begin_section(std::string_view tag) {
  tag_.clear();
  append_valid_text(tag_, tag);
}

auto csv_writer::append_value(byte_buffer& out, std::string_view value) -> bool {
  if (value.empty() || msgpack_reader{value}.peek() == msgpack_type::nil) return true;
  scratch_.clear();
  if (!append_plain_text(scratch_, value)) return false;
  append_csv_field(out, scratch_.view());
  return true;
}

auto csv_writer::append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& rest) -> bool {
  auto record = std::string_view{};
  if (!take_record(rest, record)) return false;
  const auto before = out.size();
  for (const auto& c : columns_) {
    if (&c != &columns_.front()) out.push_back(',');
    if (c.what == column::kind::time)
      append_time(out, time_ns);
    else if (c.what == column::kind::tag)
      append_csv_field(out, tag_.view());
    else if (!append_value(out, find_path(record, c.path)))
      return out.truncate(before), false;
    // A line of one missing field would look like no line at all.
    if (columns_.size() == 1 && out.size() == before) out.append("\"\"");
  }
  out.push_back('\n');
  return true;
}

auto csv_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t time_ns, std::string_view& rest) {
    return append_line(out, time_ns, rest);
  });
}

} // namespace weir
