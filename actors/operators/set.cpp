#include "actors/operators/operator.hpp"
#include "config/expressions.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/expression/expression.hpp"

#include <utility>
#include <vector>

namespace weir {
namespace {

/// A leading dot makes any name a path, as in templates and expressions.
auto path_of_key(std::string_view key) -> std::string_view { return key.starts_with('.') ? key.substr(1) : key; }

class set_operator final : public event_operator {
public:
  struct settings {
    config::value fields;
  };

  set_operator(const settings& s, const plugin_context& context) {
    for (const auto& m : s.fields.members) {
      auto problems = expression_problems{};
      auto made = expression::compile(m.content.scalar, {context.node, context.clock}, problems);
      WEIR_ASSERT(made); // validated with the same text
      const auto path = std::string{path_of_key(m.key)};
      fields_.push_back({path, path.find('.') == std::string::npos, std::move(*made)});
    }
  }

  /// All see the event as it came, so that two fields may change places.
  void apply(const event_view& in, event_output& out) override {
    values_.clear();
    for (auto& f : fields_) {
      const auto begin = values_.size();
      f.is_left = !f.value.append_value(in, values_);
      f.begin = begin;
      f.size = values_.size() - begin;
      if (f.is_left) out.note("not computed");
    }
    record_.clear();
    set_names(in.record);
    for (const auto& f : fields_)
      if (!f.is_left && !f.is_name) set_path(f);
    out.put(in.with(record_.view()));
  }

private:
  struct field {
    std::string path;
    bool is_name = false; ///< of one field, without a dot
    expression value;
    std::size_t begin = 0; ///< of what it is now, in values_
    std::size_t size = 0;
    bool is_left = false; ///< it could not be computed
    bool is_there = false;
  };

  auto value_of(const field& f) const -> std::string_view { return values_.view().substr(f.begin, f.size); }

  auto named(std::string_view key) -> field* {
    for (auto& f : fields_)
      if (f.is_name && !f.is_left && f.path == key) return &f;
    return nullptr;
  }

  /// One copy of the record; what stays is copied together.
  void set_names(std::string_view record) {
    for (auto& f : fields_) f.is_there = false;
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto fields = fields_of(record);
    auto read = msgpack_reader{fields.bytes};
    const auto* run = read.at();
    auto count = std::uint32_t{0};
    for (; count < fields.count; ++count) {
      auto key = std::string_view{};
      if (!read.str_or_bin(key) && !read.skip()) break;
      const auto* value = read.at();
      if (!read.skip()) break;
      auto* f = named(key);
      if (f == nullptr || std::exchange(f->is_there, true)) continue;
      write.raw({run, static_cast<std::size_t>(value - run)});
      write.raw(value_of(*f));
      run = read.at();
    }
    write.raw({run, static_cast<std::size_t>(read.at() - run)});
    write.close_map(mark, count + add_missing(write));
  }

  auto add_missing(msgpack_writer& write) -> std::uint32_t {
    auto added = std::uint32_t{0};
    for (const auto& f : fields_) {
      if (!f.is_name || f.is_left || f.is_there) continue;
      write.str(f.path);
      write.raw(value_of(f));
      ++added;
    }
    return added;
  }

  void set_path(const field& f) {
    spare_.clear();
    append_with_path(spare_, record_.view(), f.path, value_of(f));
    record_.swap(spare_);
  }

  std::vector<field> fields_;
  byte_buffer values_;
  byte_buffer record_;
  byte_buffer spare_;
};

template <class Visitor> void describe(Visitor& v, set_operator::settings& s) {
  v.others("field.path", s.fields,
           "Any field, by its path, and the expression that gives its value (docs/expressions.md). All see the event as it came; what "
           "cannot be computed leaves its field as it is, and is counted.");
}

void validate(const set_operator::settings& s, config::settings_reader& reader) {
  if (s.fields.members.empty()) reader.complain({}, "wants fields and their expressions, such as set: {level: lower(level)}");
  for (const auto& m : s.fields.members) {
    if (!is_written_path(path_of_key(m.key)))
      reader.complain_at(m.where, '"' + m.key + "\": " + std::string{not_written_path});
    if (m.key == "tag" || m.key == "time")
      reader.complain_at(m.where, "the " + m.key + " of an event is no field",
                         m.key == "tag" ? "\"retag\" gives events another tag; a field of that name is .tag"
                                        : "a field of that name is .time");
    check_expression(reader, m.key, m.content, config::expression_use::value);
  }
}

const register_operator<set_operator> registered_set{"set", "Gives fields the values of expressions."};

} // namespace
} // namespace weir
