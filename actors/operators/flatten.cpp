#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/repeated_keys.hpp"

namespace weir {
namespace {

constexpr auto flatten_depth_max = 64U;
/// Each field of a map gets its prefix: a long one would make much of little.
constexpr auto flatten_prefix_bytes_max = std::size_t{256};

class flatten_operator final : public event_operator {
public:
  struct settings {
    std::vector<std::string> fields;
    std::string separator = ".";
    bool prefix = true;
  };

  flatten_operator(const settings& s, const plugin_context&) : settings_(s), fields_(s.fields) {}

  void apply(const event_view& in, event_output& out) override {
    record_.clear();
    name_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto count = put_fields(fields_of(in.record), 0);
    write.close_map(mark, count);
    repeated_.resolve(record_);
    out.put(in.with(record_.view()));
  }

private:
  /// Appends the pairs, with name_ before their names; returns how many.
  auto put_fields(record_fields fields, unsigned depth) -> std::uint32_t {
    auto write = msgpack_writer{record_};
    auto read = msgpack_reader{fields.bytes};
    const auto outer = name_.size();
    auto count = std::uint32_t{0};
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      const auto* const begin = read.at();
      auto name = std::string_view{};
      auto value = std::string_view{};
      const auto is_named = read.str_or_bin(name);
      if (!is_named && !read.skip()) break;
      const auto key = std::string_view{begin, static_cast<std::size_t>(read.at() - begin)};
      if (!read.value(value)) break;
      const auto inner = fields_of(value);
      const auto opens = is_named && inner.count > 0 && depth < flatten_depth_max && name_.size() < flatten_prefix_bytes_max
                         && (depth > 0 || fields_.empty() || fields_.matches(name));
      name_ += name;
      if (opens) {
        if (settings_.prefix)
          name_ += settings_.separator;
        else
          name_.resize(outer);
        count += put_fields(inner, depth + 1);
      } else {
        is_named ? write.str(name_) : write.raw(key);
        write.raw(value);
        ++count;
      }
      name_.resize(outer);
    }
    return count;
  }

  settings settings_;
  path_patterns fields_;
  repeated_keys repeated_;
  std::string name_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, flatten_operator::settings& s) {
  v.field("fields", s.fields, "Names and patterns of the record's maps to open; default: all.");
  v.field("separator", s.separator, "What stands between the names of the maps and of the field.");
  v.field("prefix", s.prefix, "false: fields keep their own names; of equal ones the last counts.");
}

void validate(const flatten_operator::settings& s, config::settings_reader& reader) {
  check_patterns("fields", s.fields, reader);
  if (!s.prefix) reader.refuse_useless("separator", "names have no prefix");
}

const register_operator<flatten_operator> registered_flatten{"flatten", "Puts what is in maps into the record itself."};

} // namespace
} // namespace weir
