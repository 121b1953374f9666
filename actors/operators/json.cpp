#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {
namespace {

class json_operator final : public event_operator {
public:
  struct settings {
    std::string field;
    std::string to;
    bool remove = false;
  };

  json_operator(const settings& s, const plugin_context&) : settings_(s) {
    if (settings_.to.empty()) settings_.to = settings_.field;
  }

  void apply(const event_view& in, event_output& out) override {
    const auto is_whole = settings_.field.empty();
    const auto value = is_whole ? in.record : find_path(in.record, settings_.field);
    if (value.empty()) return out.put(in);
    text_.clear();
    if (!append_json(text_, value)) return out.put(in);
    packed_.clear();
    msgpack_writer{packed_}.str(text_.view());
    rest_.clear();
    if (is_whole)
      msgpack_writer{rest_}.map(0);
    else
      rest_.append(in.record);
    if (settings_.remove) erase_path(rest_, settings_.field);
    record_.clear();
    append_with_path(record_, rest_.view(), settings_.to, packed_.view());
    out.put(in.with(record_.view()));
  }

private:
  settings settings_;
  byte_buffer text_;
  byte_buffer packed_;
  byte_buffer rest_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, json_operator::settings& s) {
  v.field("field", s.field, "What is written as JSON text; without it the whole record, of which nothing else stays.");
  v.field("to", s.to, "Where the text goes; default: in place of the field.");
  v.field("remove", s.remove, "With field and to: the field goes.");
}

void validate(const json_operator::settings& s, config::settings_reader& reader) {
  check_written_path("to", s.to, reader);
  if (s.field.empty() && s.to.empty()) reader.complain({}, "wants \"field\" or \"to\"");
  if (s.field.empty())
    reader.refuse_useless("remove", "nothing else stays of a whole record");
  else if (s.to.empty() || s.to == s.field)
    reader.refuse_useless("remove", "the text takes the field's place");
}

const register_operator<json_operator> registered_json{"json", "Writes a field, or the record, as JSON text."};

} // namespace
} // namespace weir
