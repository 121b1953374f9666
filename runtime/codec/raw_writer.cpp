#include "runtime/codec/raw_writer.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"

namespace weir {
namespace {

auto append_message(byte_buffer& out, std::string_view record) -> bool {
  const auto message = find_field(record, "message");
  auto text = std::string_view{};
  if (message.empty()) return append_json(out, record);
  if (!msgpack_reader{message}.str_or_bin(text)) return append_plain_text(out, message);
  out.append(text);
  return true;
}

} // namespace

auto raw_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t, std::string_view& rest) {
    auto record = std::string_view{};
    if (!take_record(rest, record) || !append_message(out, record)) return false;
    out.push_back('\n');
    return true;
  });
}

void msgpack_entry_writer::begin_section(std::string_view tag) {
  head_.clear();
  auto write = msgpack_writer{head_};
  if (time_ || tag_) write.array(1U + (time_ ? 1 : 0) + (tag_ ? 1 : 0));
  if (tag_) write.str(tag);
}

auto msgpack_entry_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t time_ns, std::string_view& rest) {
    auto record = std::string_view{};
    if (!take_record(rest, record)) return false;
    out.append(head_.view());
    if (time_) msgpack_writer{out}.event_time(time_ns);
    out.append(record);
    return true;
  });
}

} // namespace weir
