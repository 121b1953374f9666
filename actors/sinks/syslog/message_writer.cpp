#include "actors/sinks/syslog/message_writer.hpp"

#include "actors/sinks/syslog/words.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>

namespace weir {
namespace {

/// RFC 5424 section 6.
constexpr auto host_bytes_max = std::size_t{255};
constexpr auto app_bytes_max = std::size_t{48};
constexpr auto procid_bytes_max = std::size_t{128};
constexpr auto msgid_bytes_max = std::size_t{32};
constexpr auto fraction_digits_max = std::size_t{6};

/// Of ASCII without spaces, or "-" for nothing.
void append_header_word(byte_buffer& out, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return out.append("-");
  for (const auto c : text.substr(0, bytes_max)) out.push_back(c > ' ' && c < '\x7f' ? c : '_');
}

void append_syslog_time(byte_buffer& out, std::int64_t time_ns) {
  const auto begin = out.size();
  append_time(out, time_ns);
  const auto point = out.view_from(begin).find('.');
  if (point == std::string_view::npos) return;
  const auto longest = begin + point + 1 + fraction_digits_max;
  if (out.size() <= longest + 1) return;
  out.truncate(longest);
  out.push_back('Z');
}

/// Cut so that no character of UTF-8 is.
void cut_text(byte_buffer& out, std::size_t size) {
  while (size > 0 && (static_cast<unsigned char>(out.data()[size]) & 0xc0U) == 0x80U) --size;
  out.truncate(size);
}

} // namespace

syslog_message_writer::syslog_message_writer(const syslog_settings& s, std::string_view node, std::string_view component)
    : settings_(s), host_text_(s.host, node, component), app_text_(s.app, node, component), facility_(syslog_facility_of(s.facility).value_or(1)),
      severity_(syslog_severity_of(s.severity).value_or(6)) {
  begin_tag({});
}

void syslog_message_writer::begin_tag(std::string_view tag) {
  host_ = host_text_.render(tag);
  app_ = app_text_.render(tag);
}

auto syslog_message_writer::severity_of(std::string_view record) -> unsigned {
  if (settings_.severity_field.empty()) return severity_;
  const auto value = find_path(record, settings_.severity_field);
  if (value.empty()) return severity_;
  scratch_.clear();
  return syslog_severity_of(text_of_value(value, scratch_)).value_or(severity_);
}

void syslog_message_writer::append_name(byte_buffer& out, std::string_view record, const std::string& path, const std::string& otherwise,
                                        std::size_t bytes_max) {
  const auto value = path.empty() ? std::string_view{} : find_path(record, path);
  scratch_.clear();
  const auto text = value.empty() ? std::string_view{} : text_of_value(value, scratch_);
  append_header_word(out, text.empty() ? std::string_view{otherwise} : text, bytes_max);
  out.push_back(' ');
}

void syslog_message_writer::append_data(byte_buffer& out, std::string_view record) {
  const auto begin = out.size();
  for (const auto& [name, path] : settings_.structured_data) {
    const auto value = find_path(record, path);
    if (value.empty() || msgpack_reader{value}.peek() == msgpack_type::nil) continue;
    text_.clear();
    if (!append_plain_text(text_, value)) continue;
    out.append(out.size() == begin ? '[' + settings_.structured_data_id + ' ' : " ");
    out.append(name + "=\"");
    for (const auto c : text_.view()) {
      if (c == '"' || c == '\\' || c == ']') out.push_back('\\');
      out.push_back(c);
    }
    out.push_back('"');
  }
  out.append(out.size() == begin ? "- " : "] ");
}

auto syslog_message_writer::append_message(byte_buffer& out, std::string_view record) -> bool {
  const auto value = settings_.message_field.empty() ? std::string_view{} : find_path(record, settings_.message_field);
  const auto begin = out.size();
  const auto is_written = value.empty() ? append_json(out, record) : append_plain_text(out, value);
  if (settings_.protocol != syslog_protocol::tcp || settings_.framing != syslog_framing::line_feed) return is_written;
  for (auto* c = out.data() + begin; c < out.data() + out.size(); ++c)
    if (*c == '\n') *c = ' ';
  return is_written;
}

auto syslog_message_writer::append(byte_buffer& out, std::int64_t time_ns, std::string_view record) -> bool {
  const auto begin = out.size();
  out.append('<' + std::to_string(facility_ * 8 + severity_of(record)) + ">1 ");
  append_syslog_time(out, time_ns);
  out.push_back(' ');
  append_name(out, record, settings_.host_field, host_, host_bytes_max);
  append_name(out, {}, {}, app_, app_bytes_max);
  append_name(out, record, settings_.procid_field, {}, procid_bytes_max);
  append_name(out, record, settings_.msgid_field, {}, msgid_bytes_max);
  append_data(out, record);
  const auto head = out.size();
  const auto is_written = append_message(out, record);
  bytes_ = out.size() - begin;
  if (is_written && bytes_ <= settings_.max_message.value) return true;
  if (!is_written || settings_.too_long == syslog_too_long::refuse || head - begin > settings_.max_message.value) {
    out.truncate(begin);
    return false;
  }
  cut_text(out, begin + settings_.max_message.value);
  return true;
}

} // namespace weir
