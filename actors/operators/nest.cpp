#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/repeated_keys.hpp"

namespace weir {
namespace {

class nest_operator final : public event_operator {
public:
  struct settings {
    std::vector<std::string> fields;
    std::string under;
    std::string cut;
  };

  nest_operator(const settings& s, const plugin_context&) : settings_(s), fields_(s.fields) {}

  void apply(const event_view& in, event_output& out) override {
    rest_.clear();
    inner_.clear();
    const auto moved = separate(fields_of(in.record));
    if (moved == 0) return out.put(in);
    // What is there already stays; of equal names the one that moves counts.
    const auto there = fields_of(find_path(rest_.view(), settings_.under));
    map_.clear();
    auto write = msgpack_writer{map_};
    write.map(there.count + moved);
    write.raw(there.bytes);
    write.raw(inner_.view());
    repeated_.resolve(map_);
    record_.clear();
    append_with_path(record_, rest_.view(), settings_.under, map_.view());
    out.put(in.with(record_.view()));
  }

private:
  /// What stays is a map in rest_, what moves are pairs in inner_; returns how many.
  auto separate(record_fields fields) -> std::uint32_t {
    auto rest = msgpack_writer{rest_};
    const auto mark = rest.open();
    auto stays = std::uint32_t{0};
    auto moves = std::uint32_t{0};
    auto read = msgpack_reader{fields.bytes};
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      const auto* const begin = read.at();
      auto name = std::string_view{};
      auto value = std::string_view{};
      const auto is_named = read.str_or_bin(name);
      if (!is_named && !read.skip()) break;
      const auto key = std::string_view{begin, static_cast<std::size_t>(read.at() - begin)};
      if (!read.value(value)) break;
      if (is_named && name != settings_.under && fields_.matches(name)) {
        auto inner = msgpack_writer{inner_};
        inner.str(name.starts_with(settings_.cut) ? name.substr(settings_.cut.size()) : name);
        inner.raw(value);
        ++moves;
      } else {
        rest_.append(key);
        rest_.append(value);
        ++stays;
      }
    }
    rest.close_map(mark, stays);
    return moves;
  }

  settings settings_;
  path_patterns fields_;
  repeated_keys repeated_;
  byte_buffer rest_;
  byte_buffer inner_;
  byte_buffer map_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, nest_operator::settings& s) {
  v.required("fields", s.fields, "Names and patterns of the record's own fields that move: k8s_*.");
  v.required("under", s.under, "The path of the map into which they move.");
  v.field("cut", s.cut, "What is cut off the front of their names.");
}

void validate(const nest_operator::settings& s, config::settings_reader& reader) {
  check_patterns("fields", s.fields, reader);
  check_written_path("under", s.under, reader);
  if (s.under.empty()) reader.complain("under", "\"under\" is empty");
}

const register_operator<nest_operator> registered_nest{"nest", "Moves fields into a map."};

} // namespace
} // namespace weir
