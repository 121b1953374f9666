#include "runtime/codec/json_writer.hpp"

#include "runtime/codec/json_value.hpp"
#include "runtime/codec/time_text.hpp"

namespace weir {
namespace {

/// Where the time stands in the prefix.
constexpr auto time_offset = std::string_view{"{\"time\":\""}.size();

} // namespace

void json_writer::begin_section(std::string_view tag) {
  prefix_.clear();
  prefix_.push_back('{');
  if (include_.time) prefix_.append("\"time\":\"0000-00-00T00:00:00.000000000Z\",");
  if (include_.tag) {
    prefix_.append("\"tag\":");
    append_json_string(prefix_, tag);
    prefix_.push_back(',');
  }
  second_ = std::numeric_limits<std::int64_t>::min();
}

void json_writer::set_time(std::int64_t time_ns) {
  auto* text = prefix_.data() + time_offset;
  const auto second = second_of(time_ns);
  if (second != second_) write_second_text(text, second_ = second);
  write_fraction_text(text + second_text_bytes, static_cast<std::uint32_t>(time_ns - second * 1'000'000'000));
}

auto json_writer::append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& record) -> bool {
  if (include_.time) set_time(time_ns);
  const auto before = out.size();
  out.append(prefix_.view());
  if (!json::take_members(out, record, include_)) {
    out.truncate(before);
    return false;
  }
  out.push_back('\n');
  return true;
}

auto json_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t time_ns, std::string_view& record) {
    return append_line(out, time_ns, record);
  });
}

} // namespace weir
