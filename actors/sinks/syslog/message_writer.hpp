/// Events as messages of syslog (RFC 5424 section 6). Pure.
//
//  message := "<" priority ">1 " time " " host " " app " " procid " " msgid " " data " " text
#pragma once

#include "actors/sinks/messages/tag_text.hpp"
#include "actors/sinks/syslog/settings.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

class syslog_message_writer {
public:
  syslog_message_writer(const syslog_settings& s, std::string_view node, std::string_view component);

  /// What follows has this tag.
  void begin_tag(std::string_view tag);
  /// Appends the message of one event; `record` is one whole map of msgpack. False, and nothing appended: it is longer than
  /// allowed, or is no such map.
  auto append(byte_buffer& out, std::int64_t time_ns, std::string_view record) -> bool;
  /// How long the latest one would have been.
  auto bytes() const -> std::size_t { return bytes_; }

private:
  void append_name(byte_buffer& out, std::string_view record, const std::string& path, const std::string& otherwise, std::size_t bytes_max);
  void append_data(byte_buffer& out, std::string_view record);
  auto append_message(byte_buffer& out, std::string_view record) -> bool;
  auto severity_of(std::string_view record) -> unsigned;

  syslog_settings settings_;
  tag_text host_text_, app_text_;
  unsigned facility_, severity_;
  std::string host_, app_; ///< of this tag
  byte_buffer scratch_, text_;
  std::size_t bytes_ = 0;
};

} // namespace weir
