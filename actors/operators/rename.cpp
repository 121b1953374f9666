#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/record_walk.hpp"

#include <algorithm>

namespace weir {
namespace {

class rename_operator final : public event_operator {
public:
  struct settings {
    config::string_map fields;
  };

  rename_operator(const settings& s, const plugin_context&) {
    for (const auto& [from, to] : s.fields)
      if (auto pattern = path_pattern::compile(from)) rules_.push_back({std::move(*pattern), to});
  }

  /// All values are taken before the first is put, so that fields may change places.
  void apply(const event_view& in, event_output& out) override {
    record_.clear();
    moved_.clear();
    names_.clear();
    walk_.run(in.record, record_, [this](const walked_value& of, msgpack_writer&) { return visit(of); });
    for (const auto& m : moved_) {
      spare_.clear();
      append_with_path(spare_, record_.view(), std::string_view{names_}.substr(m.name, m.name_size), m.value);
      record_.swap(spare_);
    }
    out.put(in.with(record_.view()));
  }

private:
  struct rule {
    path_pattern from;
    std::string to;
  };
  struct moving {
    std::size_t name = 0, name_size = 0; ///< in names_
    std::string_view value;              ///< in the record as it came
  };

  auto visit(const walked_value& of) -> walk_step {
    for (const auto& r : rules_) {
      if (!(r.from.stars() == 0 ? r.from.matches(of.path) : r.from.matches(of.path, parts_))) continue;
      const auto begin = names_.size();
      append_name(r);
      const auto name = std::string_view{names_}.substr(begin);
      if (r.to == r.from.text() || !is_written_path(name)) return names_.resize(begin), walk_step::keep;
      moved_.push_back({begin, name.size(), of.value});
      return walk_step::drop;
    }
    const auto is_map = msgpack_reader{of.value}.peek() == msgpack_type::map;
    const auto leads = std::any_of(rules_.begin(), rules_.end(), [&](const auto& r) { return r.from.may_lead_from(of.path); });
    return is_map && leads ? walk_step::enter : walk_step::keep;
  }

  /// The new name, with what the stars stand for in place of its own.
  void append_name(const rule& r) {
    auto part = std::size_t{0};
    for (std::size_t i = 0; i < r.to.size(); ++i) {
      if (r.to[i] != '*') {
        names_ += r.to[i];
        continue;
      }
      names_ += parts_[part++];
      std::replace(names_.begin(), names_.end(), path_joint, '.');
      if (r.to.compare(i, 2, "**") == 0) ++i;
    }
  }

  std::vector<rule> rules_;
  record_walk walk_;
  std::vector<std::string_view> parts_;
  std::vector<moving> moved_;
  std::string names_;
  byte_buffer record_;
  byte_buffer spare_;
};

template <class Visitor> void describe(Visitor& v, rename_operator::settings& s) {
  v.required("fields", s.fields,
             "Old paths to new ones; stars of the old, in order, are those of the new: {\"k8s_*\": \"kubernetes.*\"}.");
}

void validate(const rename_operator::settings& s, config::settings_reader& reader) {
  const auto* const written = reader.given("fields");
  for (const auto& [from, to] : s.fields) {
    const auto complain = [&, old_name = from](const std::string& what) {
      reader.complain_at(written->find(old_name)->where, "\"fields\": \"" + old_name + "\": " + what);
    };
    const auto old_pattern = path_pattern::compile(from);
    const auto new_pattern = path_pattern::compile(to);
    if (!old_pattern || !new_pattern)
      complain((old_pattern ? new_pattern : old_pattern).failure().what);
    else if (new_pattern->stars() > old_pattern->stars())
      complain("\"" + to + "\" has more stars");
    else if (from == to)
      complain("is renamed to itself, which does nothing");
  }
  if (s.fields.empty()) reader.complain("fields", "\"fields\" names none");
}

const register_operator<rename_operator> registered_rename{"rename", "Gives fields other names and places."};

} // namespace
} // namespace weir
