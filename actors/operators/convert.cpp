#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/record_walk.hpp"
#include "runtime/parser/field_types.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::pair<std::string_view, field_type> convert_types[] = {{"int", field_type::integer},
                                                                     {"float", field_type::real},
                                                                     {"string", field_type::string},
                                                                     {"bool", field_type::boolean},
                                                                     {"time", field_type::time}};

auto find_type(std::string_view name) {
  return std::find_if(std::begin(convert_types), std::end(convert_types), [&](const auto& t) { return t.first == name; });
}

class convert_operator final : public event_operator {
public:
  struct settings {
    config::string_map types;
    std::string time_format;
    std::string time_zone;
  };

  static auto times_of(const settings& s, const clock& now) -> result<time_parser> {
    auto zone = time_zone::named(s.time_zone);
    if (!zone) return error{errc::failed, "time_zone: " + zone.failure().what};
    auto times = time_parser::compile(s.time_format, *zone, now);
    if (!times) return error{errc::failed, "time_format: " + times.failure().what};
    return times;
  }

  convert_operator(const settings& s, const plugin_context& context) {
    const auto times = times_of(s, *context.clock);
    for (const auto& [path, type] : s.types) {
      auto pattern = path_pattern::compile(path);
      const auto* const known = find_type(type);
      // Validated before; but a zone file may be gone at a restart.
      if (!pattern || known == std::end(convert_types) || (known->second == field_type::time && !times)) continue;
      auto& made = rules_.emplace_back(rule{std::move(*pattern), {}});
      made.to.type = known->second;
      if (known->second == field_type::time) made.to.times.emplace(*times);
    }
  }

  void apply(const event_view& in, event_output& out) override {
    record_.clear();
    walk_.run(in.record, record_, [this](const walked_value& of, msgpack_writer& write) { return visit(of, write); });
    out.put(in.with(record_.view()));
  }

private:
  struct rule {
    path_pattern path;
    field_rule to;
  };

  auto visit(const walked_value& of, msgpack_writer& write) -> walk_step {
    auto leads = false;
    for (auto& r : rules_) {
      if (r.path.matches(of.path)) return convert(of.value, r.to, write) ? walk_step::done : walk_step::keep;
      leads = leads || r.path.may_lead_from(of.path);
    }
    return leads && msgpack_reader{of.value}.peek() == msgpack_type::map ? walk_step::enter : walk_step::keep;
  }

  /// False: it has that type already, or stays as it is because it says nothing of that type.
  auto convert(std::string_view value, field_rule& to, msgpack_writer& write) -> bool {
    const auto type = msgpack_reader{value}.peek();
    if (type == msgpack_type::nil || is_of(type, to.type)) return false;
    if (to.type == field_type::string) return write.str(text_of_value(value, text_)), true;
    if (type == msgpack_type::map || type == msgpack_type::array || type == msgpack_type::ext) return false;
    const auto text = text_of_value(value, text_);
    auto& out = write.buffer();
    auto* const begin = out.tail(typed_bytes_max(text.size()));
    const auto* const end = write_typed(begin, text, to);
    if (end == nullptr) return false;
    out.advance(static_cast<std::size_t>(end - begin));
    return true;
  }

  static auto is_of(msgpack_type type, field_type wanted) -> bool {
    switch (wanted) {
    case field_type::integer: return type == msgpack_type::integer;
    case field_type::real: return type == msgpack_type::real;
    case field_type::boolean: return type == msgpack_type::boolean;
    case field_type::string: return type == msgpack_type::str;
    case field_type::time: return type == msgpack_type::ext;
    case field_type::list: break;
    }
    return false;
  }

  std::vector<rule> rules_;
  record_walk walk_;
  byte_buffer text_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, convert_operator::settings& s) {
  v.required("types", s.types, "Paths and patterns to int, float, string, bool or time: {status: int, \"labels.*\": string}.");
  v.field("time_format", s.time_format, "Of time: strptime with %L, %N for fractions, or iso8601, unix, unix_ms, unix_us, unix_ns.");
  v.field("time_zone", s.time_zone, "Of times that name none: UTC (default), +02:00, Europe/Berlin, local.");
}

void validate(const convert_operator::settings& s, config::settings_reader& reader) {
  const auto* const written = reader.given("types");
  auto has_times = false;
  for (const auto& [path, type] : s.types) {
    const auto& where = written->find(path)->where;
    if (const auto pattern = path_pattern::compile(path); !pattern) reader.complain_at(where, "\"types\": " + pattern.failure().what);
    if (find_type(type) == std::end(convert_types))
      reader.complain_at(where, "\"types\": \"" + type + "\" of \"" + path + "\" is no type; wanted int, float, string, bool or time");
    has_times = has_times || type == "time";
  }
  if (s.types.empty()) reader.complain("types", "\"types\" names no field");
  for (const auto* key : {"time_format", "time_zone"})
    if (!has_times) reader.refuse_useless(key, "no field becomes a time");
  const auto times = convert_operator::times_of(s, system_clock());
  if (times) return;
  const auto& what = times.failure().what;
  reader.complain(what.substr(0, what.find(':')), what);
}

const register_operator<convert_operator> registered_convert{"convert", "Gives fields other types."};

} // namespace
} // namespace weir
