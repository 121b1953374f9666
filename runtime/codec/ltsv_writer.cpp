#include "runtime/codec/ltsv_writer.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"

namespace weir {
namespace {

void append_escaped(byte_buffer& out, std::string_view text, bool is_label) {
  const auto odd = is_label ? std::string_view{"\t\n\r\0\\:", 6} : std::string_view{"\t\n\r\0\\", 5};
  for (;;) {
    const auto at = text.find_first_of(odd);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return;
    switch (text[at]) {
    case '\t': out.append("\\t"); break;
    case '\n': out.append("\\n"); break;
    case '\r': out.append("\\r"); break;
    case '\0': out.append("\\0"); break;
    case '\\': out.append("\\\\"); break;
    default: out.append("\\x3a");
    }
    text.remove_prefix(at + 1);
  }
}

} // namespace

void ltsv_writer::begin_section(std::string_view tag) {
  tag_field_.clear();
  tag_field_.append("tag:");
  append_clean(tag_field_, tag, false);
  tag_field_.push_back('\t');
}

void ltsv_writer::append_clean(byte_buffer& out, std::string_view text, bool is_label) {
  scratch_.clear();
  append_escaped(scratch_, text, is_label);
  append_valid_text(out, scratch_.view());
}

/// A label or a value.
auto ltsv_writer::append_value(byte_buffer& out, msgpack_reader& read, bool is_label) -> bool {
  auto bytes = std::string_view{};
  if (read.str_or_bin(bytes)) return append_clean(out, bytes, is_label), true;
  other_.clear();
  if (!read.value(bytes) || !append_plain_text(other_, bytes)) return false;
  append_escaped(out, other_.view(), is_label);
  return true;
}

auto ltsv_writer::append_field(byte_buffer& out, msgpack_reader& read) -> bool {
  auto label = std::string_view{};
  if (msgpack_reader{read}.str_or_bin(label) && is_taken(include_, label)) out.append(record_mark);
  if (!append_value(out, read, true)) return false;
  out.push_back(':');
  if (!append_value(out, read, false)) return false;
  out.push_back('\t');
  return true;
}

auto ltsv_writer::append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& rest) -> bool {
  auto record = std::string_view{};
  if (!take_record(rest, record)) return false;
  const auto before = out.size();
  if (include_.time) {
    out.append("time:");
    append_time(out, time_ns);
    out.push_back('\t');
  }
  if (include_.tag) out.append(tag_field_.view());
  auto read = msgpack_reader{record};
  auto count = std::uint32_t{0};
  auto ok = read.map(count);
  for (; ok && count > 0; --count) ok = append_field(out, read);
  if (!ok) {
    out.truncate(before);
    return false;
  }
  if (out.size() > before) out.truncate(out.size() - 1);
  out.push_back('\n');
  return true;
}

auto ltsv_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t time_ns, std::string_view& rest) {
    return append_line(out, time_ns, rest);
  });
}

} // namespace weir
