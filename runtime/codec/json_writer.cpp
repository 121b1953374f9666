#include "runtime/codec/json_writer.hpp"

#include "runtime/codec/json_value.hpp"
#include "runtime/codec/time_text.hpp"

namespace weir {
namespace {

using json::has_tag;
using json::has_time;

/// Where the time stands in a prefix.
constexpr auto time_offset = std::string_view{"{\"time\":\""}.size();

} // namespace

void json_writer::begin_section(std::string_view tag) {
  build_prefixes(tag);
  second_ = std::numeric_limits<std::int64_t>::min();
}

void json_writer::build_prefixes(std::string_view tag) {
  for (auto own = 0U; own < prefixes_.size(); ++own) {
    auto& prefix = prefixes_[own];
    prefix.clear();
    prefix.push_back('{');
    if (include_.time && (own & has_time) == 0) {
      prefix.append("\"time\":\"");
      prefix.append("0000-00-00T00:00:00.000000000Z");
      prefix.append("\",");
    }
    if (include_.tag && (own & has_tag) == 0) {
      prefix.append("\"tag\":");
      append_json_string(prefix, tag);
      prefix.push_back(',');
    }
  }
}

void json_writer::set_time(std::int64_t time_ns) {
  auto* text = prefixes_[0].data() + time_offset;
  const auto second = second_of(time_ns);
  if (second != second_) write_second_text(text, second_ = second);
  write_fraction_text(text + second_text_bytes, static_cast<std::uint32_t>(time_ns - second * 1'000'000'000));
}

void json_writer::drop_prefix_fields(char* line, std::size_t size, unsigned own) {
  auto& prefix = prefixes_[own];
  if (include_.time && (own & has_time) == 0)
    std::memcpy(prefix.data() + time_offset, prefixes_[0].data() + time_offset, time_text_bytes);
  std::memcpy(line, prefix.data(), prefix.size());
  std::memmove(line + prefix.size(), line + prefixes_[0].size(), size - prefixes_[0].size());
}

auto json_writer::append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& record) -> bool {
  if (include_.time) set_time(time_ns);
  const auto before = out.size();
  out.append(prefixes_[0].view());
  auto own = 0U;
  if (!json::take_members(out, record, own)) {
    out.truncate(before);
    return false;
  }
  out.push_back('\n');
  if (own != 0) [[unlikely]] {
    drop_prefix_fields(out.data() + before, out.size() - before, own);
    out.truncate(out.size() - (prefixes_[0].size() - prefixes_[own].size()));
  }
  return true;
}

auto json_writer::write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
    -> written_run {
  return write_run(out, entries, bounds, [&](std::int64_t time_ns, std::string_view& record) {
    return append_line(out, time_ns, record);
  });
}

} // namespace weir
