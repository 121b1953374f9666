#include "actors/operators/operator.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/parser/parser.hpp"
#include "runtime/parser/time_format.hpp"

namespace weir {
namespace {

constexpr auto shown_time_bytes_max = std::size_t{64};

class timestamp_operator final : public event_operator {
public:
  struct settings {
    std::string field;
    std::string time_format;
    std::string time_zone;
    bool keep_field = false;
  };

  static auto times_of(const settings& s, const clock& now) -> result<time_parser> {
    auto zone = time_zone::named(s.time_zone);
    if (!zone) return error{errc::failed, "time_zone: " + zone.failure().what};
    auto times = time_parser::compile(s.time_format, *zone, now);
    if (!times) return error{errc::failed, "time_format: " + times.failure().what};
    return times;
  }

  timestamp_operator(const settings& s, const plugin_context& context) : settings_(s) {
    unread_ = {{}, s.field, s.time_format.empty() ? "iso8601 or a number of seconds" : s.time_format};
    // Validated before; but a zone file may be gone at a restart.
    if (auto times = times_of(s, *context.clock)) times_.emplace(std::move(*times));
  }

  void apply(const event_view& in, event_output& out) override {
    const auto value = find_path(in.record, settings_.field);
    const auto time = time_of(value);
    if (!time) {
      const auto text = text_of_value(value, text_);
      unread_.text = text.substr(0, whole_characters(text, shown_time_bytes_max));
      out.note_unread_time(unread_);
      return out.put(in);
    }
    auto made = in;
    made.time_ns = *time;
    made.is_timed_at_reading = false;
    if (!settings_.keep_field) {
      record_.clear();
      record_.append(in.record);
      erase_path(record_, settings_.field);
      made.record = record_.view();
    }
    out.put(made);
  }

private:
  auto time_of(std::string_view value) -> std::optional<std::int64_t> {
    if (value.empty() || !times_) return std::nullopt;
    auto type = std::int8_t{0};
    auto bytes = std::string_view{};
    if (!msgpack_reader{value}.ext(type, bytes)) return times_->parse(text_of_value(value, text_));
    // An EventTime is one already: as in an entry, which begins with a list of two.
    entry_.assign(1, '\x92').append(value);
    auto time = std::int64_t{0};
    return msgpack_reader{entry_}.entry_head(time) ? std::optional{time} : std::nullopt;
  }

  settings settings_;
  std::optional<time_memo> times_;
  unread_time unread_;
  std::string entry_;
  byte_buffer text_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, timestamp_operator::settings& s) {
  v.required("field", s.field, "The field that holds the event's time, by path.");
  v.field("time_format", s.time_format,
          "strptime with %L, %N for fractions, or iso8601, unix, unix_ms, unix_us, unix_ns; default: iso8601 or a number "
          "of seconds.");
  v.field("time_zone", s.time_zone, "Zone of times that name none: UTC (default), +02:00, Europe/Berlin, local.");
  v.field("keep_field", s.keep_field, "Leave the field in the record.");
}

void validate(const timestamp_operator::settings& s, config::settings_reader& reader) {
  const auto is_plain_number = s.time_format.starts_with("unix");
  if (is_plain_number || s.time_format.find("%z") != std::string::npos)
    reader.refuse_useless("time_zone", is_plain_number ? "such numbers are UTC" : "each time names its own zone");
  const auto times = timestamp_operator::times_of(s, system_clock());
  if (times) return;
  const auto& what = times.failure().what;
  reader.complain(what.substr(0, what.find(':')), what);
}

const register_operator<timestamp_operator> registered_timestamp{"timestamp", "Takes the event's time from a field."};

} // namespace
} // namespace weir
