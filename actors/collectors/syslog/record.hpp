/// A syslog message as an event: its fields, its time and its tag.
#pragma once

#include "actors/collectors/network/message.hpp"
#include "actors/collectors/syslog/settings.hpp"
#include "actors/collectors/syslog/tag.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/event.hpp"
#include "runtime/parser/syslog_line.hpp"
#include "runtime/parser/time_format.hpp"

#include <string>

namespace weir {

class syslog_record {
public:
  /// The settings were validated.
  syslog_record(const syslog_source_settings& s, const clock& time);

  /// The view is valid until the next call. Total: what is no message of syslog is an event with all its text as `message`.
  auto make(const received_message& from) -> event_view;
  /// Whether the last one was no message of syslog at all.
  auto is_foreign() const -> bool { return is_foreign_; }
  /// Whether the last one has a time that could not be read.
  auto has_lost_time() const -> bool { return has_lost_time_; }

private:
  void write_origin(const syslog_line& line, const received_message& from, msgpack_writer& out);
  void write_text(const syslog_line& line, msgpack_writer& out);
  void write_arrival(const received_message& from, msgpack_writer& out);
  void put(std::string_view key, std::string_view value, msgpack_writer& out);
  auto time_of(const syslog_line& line) -> std::int64_t;

  const syslog_source_settings& settings_;
  const clock& clock_;
  time_memo times_;
  syslog_tag tag_;
  std::string own_host_;
  byte_buffer record_;
  std::uint32_t fields_ = 0;
  syslog_tag_input named_;
  bool is_timed_at_arrival_ = false;
  bool is_foreign_ = false;
  bool has_lost_time_ = false;
};

} // namespace weir
