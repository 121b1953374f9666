#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/record_walk.hpp"

namespace weir {
namespace {

class remove_operator final : public event_operator {
public:
  struct settings {
    std::vector<std::string> fields;
  };

  remove_operator(const settings& s, const plugin_context&) : fields_(s.fields) {}

  void apply(const event_view& in, event_output& out) override {
    record_.clear();
    walk_.run(in.record, record_, [this](const walked_value& of, msgpack_writer&) {
      if (fields_.matches(of.path)) return walk_step::drop;
      const auto is_map = msgpack_reader{of.value}.peek() == msgpack_type::map;
      return is_map && fields_.may_lead_from(of.path) ? walk_step::enter : walk_step::keep;
    });
    out.put(in.with(record_.view()));
  }

private:
  path_patterns fields_;
  record_walk walk_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, remove_operator::settings& s) {
  v.required("fields", s.fields, "Paths and patterns of what goes: password, kubernetes.labels.*, **.secret.");
}

void validate(const remove_operator::settings& s, config::settings_reader& reader) {
  check_patterns("fields", s.fields, reader);
}

const register_operator<remove_operator> registered_remove{"remove", "Removes the fields that it names."};

} // namespace
} // namespace weir
