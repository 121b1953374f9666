#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/repeated_keys.hpp"

namespace weir {
namespace {

/// One event must not become more than a collector's memory is meant for.
constexpr auto split_bytes_max = std::uint64_t{64} << 20;

class split_operator final : public event_operator {
public:
  static constexpr bool makes_several = true;

  struct settings {
    std::string field;
    std::string to;
    bool merge = false;
    item_count items_max{10'000};
  };

  split_operator(const settings& s, const plugin_context&) : settings_(s) {
    if (settings_.to.empty()) settings_.to = settings_.field;
  }

  void apply(const event_view& in, event_output& out) override {
    const auto list = find_path(in.record, settings_.field);
    auto read = msgpack_reader{list};
    auto items = std::uint32_t{0};
    if (!read.array(items) || items == 0) return out.put(in);
    rest_.clear();
    rest_.append(in.record);
    erase_path(rest_, settings_.field);
    if (items > settings_.items_max.value || items * std::uint64_t{rest_.size()} > split_bytes_max) return out.put(in);
    for (; items > 0; --items) {
      auto item = std::string_view{};
      read.value(item);
      put_item(item);
      out.put(in.with(record_.view()));
    }
  }

private:
  /// The record with one item, in record_.
  void put_item(std::string_view item) {
    record_.clear();
    if (!settings_.merge || msgpack_reader{item}.peek() != msgpack_type::map)
      return append_with_path(record_, rest_.view(), settings_.to, item);
    const auto fields = fields_of(item);
    append_map_with(record_, rest_.view(), fields.bytes, fields.count);
    repeated_.resolve(record_);
  }

  settings settings_;
  repeated_keys repeated_;
  byte_buffer rest_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, split_operator::settings& s) {
  v.required("field", s.field, "The list, by path. An event without one, or with an empty one, stays as it is.");
  v.field("to", s.to, "Where each event has its item; default: in place of the list.");
  v.field("merge", s.merge, "Items that are maps become fields of the record; of equal names the item's count.");
  v.field("items_max", s.items_max, "An event with more items stays as it is, and so does one that would make 64 MiB of events.");
}

void validate(const split_operator::settings& s, config::settings_reader& reader) {
  check_written_path("field", s.field, reader);
  check_written_path("to", s.to, reader);
  if (s.to == s.field) reader.refuse_useless("to", "an item takes the list's place without it");
}

const register_operator<split_operator> registered_split{"split", "Makes an event of each item of a list."};

} // namespace
} // namespace weir
