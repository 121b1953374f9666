#include "actors/operators/parse.hpp"

#include "actors/operators/operator.hpp"
#include "runtime/event/record_path.hpp"

#include <cstring>

namespace weir {

namespace {

/// What is given and does nothing with this format and what else is given.
void check_use(const parse_settings& settings, config::settings_reader& reader) {
  using enum line_format;
  const auto& p = settings.parser;
  const auto unused = [&](const char* key, bool is_used, const char* what) {
    if (!is_used) reader.refuse_useless(key, what);
  };
  const auto is_of_container = p.format == docker || p.format == cri || p.format == container;
  const auto has_own_time =
      p.format == nginx || p.format == apache2 || p.format == syslog || p.format == klog || is_of_container;
  const auto has_time = has_own_time || !p.time_key.empty();
  const auto reads_times = has_time || p.types.find(":time") != std::string::npos;
  unused("expression", p.format == regex || p.format == grok, "it is for the formats regex and grok");
  unused("patterns", p.format == grok, "it is for the format grok");
  unused("columns", p.format == csv, "it is for the format csv");
  unused("delimiter", p.format == csv || p.format == ltsv || p.format == key_value, "it is for the formats csv, ltsv and key_value");
  for (const auto* key : {"value_separator", "quotes", "prefix"})
    unused(key, p.format == key_value, "it is for the format key_value");
  unused("time_format", reads_times, "it is of the field that \"time_key\" names, or of types that are time");
  unused("time_zone", reads_times, "it is of the field that \"time_key\" names, or of types that are time");
  const auto is_plain_number = p.time_format.starts_with("unix");
  const auto names_own_zone = p.time_format.find("%z") != std::string::npos
                              || (p.time_format.empty() && (p.format == nginx || p.format == apache2 || is_of_container));
  if (reads_times && (is_plain_number || names_own_zone))
    unused("time_zone", false, is_plain_number ? "such numbers are UTC" : "each time names its own zone");
  unused("on_error", p.format != none || !settings.field.empty(), "every line is one of the format none");
  unused("keep_time_key", has_time, "it is about the field that \"time_key\" names");
  unused("reserve_data", !settings.field.empty(), "it is about the record around \"field\"");
}

} // namespace

void validate(const parse_settings& settings, config::settings_reader& reader) {
  check_use(settings, reader);
  const auto made = make_parser(settings.parser);
  if (made) return;
  // The parser's sentences begin with the key they are about.
  const auto& what = made.failure().what;
  const auto key = what.substr(0, what.find(':'));
  reader.complain(reader.is_given(key) ? key : "format", what);
}

namespace {

/// Comparing the keys of one record with those of another is quadratic: past this many comparisons
/// duplicates are left in, the parsed field first.
constexpr auto comparisons_max = std::uint64_t{1} << 20;

auto has_key(record_fields fields, std::string_view key) -> bool {
  auto read = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto name = std::string_view{};
    const auto named = read.str_or_bin(name);
    if (!named && !read.skip()) return false;
    if (named && name == key) return true;
    if (!read.skip()) return false;
  }
  return false;
}

class parse_operator final : public event_operator {
public:
  using settings = parse_settings;
  static constexpr auto shorthand = std::string_view{"format"};

  parse_operator(const settings& s, const plugin_context&) : settings_(s) {
    if (settings_.field.empty()) settings_.field = "message";
    missing_ = "the record has no text in \"" + settings_.field + '"';
    auto made = make_parser(s.parser);
    // Validated before; but what it was made from (a zone file) may be gone at a restart.
    if (made)
      parser_ = std::move(*made);
    else
      missing_ = made.failure().what;
  }

  void apply(const event_view& in, event_output& out) override {
    auto text = std::string_view{};
    const auto is_text = msgpack_reader{find_path(in.record, settings_.field)}.str_or_bin(text);
    if (!is_text || parser_ == nullptr) return put_unparsed(in, missing_, out);
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = parser_->parse(padded(text), write);
    if (!parsed.ok()) return put_unparsed(in, parsed.problem, out);
    auto count = parsed.fields;
    if (settings_.reserve_data) count += append_reserved(in.record, {record_.view_from(mark + 1), count});
    write.close_map(mark, count);
    if (parsed.time_problem != nullptr) out.note_unread_time(*parsed.time_problem);
    auto made = in.with(record_.view());
    if (parsed.has_time) made.time_ns = parsed.time_ns, made.is_timed_at_reading = false;
    out.put(made);
  }

private:
  /// The text where line_padding bytes behind it are readable.
  auto padded(std::string_view text) -> std::string_view {
    line_.clear();
    auto* to = line_.tail(text.size() + line_padding);
    std::memcpy(to, text.data(), text.size());
    std::memset(to + text.size(), 0, line_padding);
    return {to, text.size()};
  }

  /// Appends the fields of `record` but the one that was parsed and those that `parsed` has anew.
  auto append_reserved(std::string_view record, record_fields parsed) -> std::uint32_t {
    reserved_.clear();
    reserved_.append(record);
    erase_path(reserved_, settings_.field);
    const auto fields = fields_of(reserved_.view());
    const auto compares = std::uint64_t{fields.count} * parsed.count <= comparisons_max;
    auto read = msgpack_reader{fields.bytes};
    auto kept = std::uint32_t{0};
    const auto parsed_bytes = parsed.bytes.size();
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      auto name = std::string_view{};
      auto value = std::string_view{};
      auto key = std::string_view{};
      if (!read.value(key) || !read.value(value)) break;
      // record_ grows meanwhile, so the parsed fields are looked up where they are now.
      const auto now = record_fields{record_.view_from(1).substr(0, parsed_bytes), parsed.count};
      if (compares && msgpack_reader{key}.str_or_bin(name) && has_key(now, name)) continue;
      record_.append(key);
      record_.append(value);
      ++kept;
    }
    return kept;
  }

  void put_unparsed(const event_view& in, std::string_view problem, event_output& out) {
    if (settings_.on_error == parse_failure::leave) return out.put(in);
    if (settings_.on_error == parse_failure::drop) return out.drop("unparsed");
    if (settings_.on_error == parse_failure::dead_letter) return out.dead_letter(in, problem);
    out.note_unparsed();
    reserved_.clear();
    reserved_.append(in.record);
    erase_path(reserved_, "parse_error");
    const auto fields = fields_of(reserved_.view());
    record_.clear();
    auto write = msgpack_writer{record_};
    write.map(fields.count + 1);
    write.raw(fields.bytes);
    write.str("parse_error");
    write.str(problem);
    out.put(in.with(record_.view()));
  }

  parse_settings settings_;
  std::unique_ptr<line_parser> parser_;
  std::string missing_;
  byte_buffer line_;
  byte_buffer record_;
  byte_buffer reserved_;
};

const register_operator<parse_operator> registered_parse{"parse", "Parses a field into the record."};

} // namespace
} // namespace weir
