#include "actors/collectors/syslog/record.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/codec/syslog_words.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/os/host_name.hpp"
#include "runtime/parser/structured_data.hpp"

namespace weir {
namespace {

/// RFC 5424 section 6: what is not known.
auto is_nil(std::string_view value) -> bool { return value.empty() || value == "-"; }

auto zone_of(const syslog_source_settings& s) -> time_zone {
  auto zone = time_zone::named(s.time_zone);
  return zone ? std::move(*zone) : time_zone{};
}

auto times_of(const syslog_source_settings& s, const clock& time) -> time_memo {
  auto made = time_parser::compile("syslog", zone_of(s), time);
  WEIR_ASSERT(made);
  return time_memo{std::move(*made)};
}

auto tag_of(const syslog_source_settings& s) -> syslog_tag {
  auto made = syslog_tag::compile(s.tag);
  WEIR_ASSERT(made);
  return std::move(*made);
}

/// Datagrams of some senders end as lines do.
auto without_end(std::string_view text) -> std::string_view {
  while (text.ends_with('\n') || text.ends_with('\0') || text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Of what is no message, but may begin with a priority.
auto only_text(std::string_view text, const syslog_line& line) -> syslog_line {
  auto made = syslog_line{};
  made.priority = line.priority;
  made.message = line.priority.data() == nullptr ? text : text.substr(line.priority.size() + 2);
  return made;
}

} // namespace

syslog_record::syslog_record(const syslog_source_settings& s, const clock& time)
    : settings_(s), clock_(time), times_(times_of(s, time)), tag_(tag_of(s)), own_host_(own_host_name()) {}

auto syslog_record::make(const received_message& from) -> event_view {
  const auto text = without_end(from.bytes);
  auto line = split_syslog(text);
  is_foreign_ = !line.problem.empty();
  if (is_foreign_) line = only_text(text, line);
  named_ = {};
  fields_ = 0;
  record_.clear();
  auto out = msgpack_writer{record_};
  const auto mark = out.open();
  write_origin(line, from, out);
  write_text(line, out);
  write_arrival(from, out);
  out.close_map(mark, fields_);
  const auto time_ns = time_of(line);
  return {tag_.render(named_), time_ns, record_.view(), is_timed_at_arrival_};
}

void syslog_record::put(std::string_view key, std::string_view value, msgpack_writer& out) {
  if (is_nil(value)) return;
  out.str(key);
  out.str(value);
  ++fields_;
}

void syslog_record::write_origin(const syslog_line& line, const received_message& from, msgpack_writer& out) {
  const auto priority = static_cast<std::size_t>(scan::to_number(line.priority));
  if (line.priority.data() != nullptr && priority < syslog_facilities.size() * syslog_severities.size()) {
    named_.facility = syslog_facilities[priority / syslog_severities.size()];
    named_.severity = syslog_severities[priority % syslog_severities.size()];
  }
  named_.ident = is_nil(line.ident) ? std::string_view{} : line.ident;
  named_.host = is_nil(line.host) ? std::string_view{from.from.is_ip ? from.from.address : own_host_} : line.host;
  put("facility", named_.facility, out);
  put("severity", named_.severity, out);
  put("host", named_.host, out);
  put("ident", named_.ident, out);
  put("pid", line.pid, out);
  put("msgid", line.msgid, out);
}

void syslog_record::write_text(const syslog_line& line, msgpack_writer& out) {
  auto message = line.message;
  if (!is_nil(line.data)) {
    const auto before = record_.size();
    out.str("structured_data");
    if (write_structured_data(line.data, out)) {
      ++fields_;
    } else {
      record_.truncate(before);
      message = {line.data.data(), static_cast<std::size_t>(message.data() + message.size() - line.data.data())};
    }
  }
  out.str("message");
  out.str(message);
  ++fields_;
}

void syslog_record::write_arrival(const received_message& from, msgpack_writer& out) {
  if (from.is_cut) {
    out.str("truncated");
    out.boolean(true);
    ++fields_;
  }
  if (!settings_.source_address_key.empty() && from.from.is_ip) put(settings_.source_address_key, from.from.address, out);
  if (!from.sender || settings_.credentials_key.empty()) return;
  out.str(settings_.credentials_key);
  out.map(3);
  out.str("pid");
  out.integer(from.sender->pid);
  out.str("uid");
  out.integer(from.sender->uid);
  out.str("gid");
  out.integer(from.sender->gid);
  ++fields_;
}

auto syslog_record::time_of(const syslog_line& line) -> std::int64_t {
  const auto is_told = !is_nil(line.time) && !line.is_clock_unset;
  const auto told = is_told ? times_.parse(line.time) : std::nullopt;
  has_lost_time_ = is_told && !told;
  is_timed_at_arrival_ = !told;
  return told.value_or(clock_.wall_ns());
}

} // namespace weir
