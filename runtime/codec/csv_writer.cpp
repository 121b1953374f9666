#include "runtime/codec/csv_writer.hpp"

#include "runtime/codec/json_writer.hpp"
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

csv_writer::csv_writer(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void csv_writer::begin_section(std::string_view tag) {
  tag_.clear();
  append_valid_text(tag_, tag);
}

auto csv_writer::append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& rest) -> bool {
  auto record = std::string_view{};
  if (!take_record(rest, record)) return false;
  const auto before = out.size();
  for (const auto& column : columns_) {
    if (&column != &columns_.front()) out.push_back(',');
    const auto value = find_path(record, column);
    if (value.empty()) {
      if (column == "time")
        append_time(out, time_ns);
      else if (column == "tag")
        append_csv_field(out, tag_.view());
    } else if (msgpack_reader{value}.peek() != msgpack_type::nil) {
      scratch_.clear();
      if (!append_plain_text(scratch_, value)) return out.truncate(before), false;
      append_csv_field(out, scratch_.view());
    }
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
