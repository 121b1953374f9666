#include "actors/operators/event_key.hpp"

namespace weir {
namespace {

class sample_operator final : public event_operator {
public:
  struct settings {
    item_count rate;
    std::vector<std::string> by;
  };

  sample_operator(const settings& s, const plugin_context&)
      : rate_(std::max(s.rate.value, std::uint64_t{1})), has_key_(!s.by.empty()), key_(s.by, everywhere_the_same) {}

  void apply(const event_view& in, event_output& out) override {
    const auto hash = has_key_ ? key_.narrow(in) : key_.narrow_with_time(in);
    if (hash % rate_ != 0) return out.drop("sampled");
    out.put(in);
  }

private:
  /// So that all nodes, and a second reading of the same events, choose the same ones.
  static constexpr auto everywhere_the_same = siphash_key{0x7765697273616d70, 0x6c6573616d706c65};

  std::uint64_t rate_;
  bool has_key_;
  event_key key_;
};

template <class Visitor> void describe(Visitor& v, sample_operator::settings& s) {
  v.required("rate", s.rate, "One event of so many stays.");
  v.field("by", s.by,
          "Paths: events of one tag that have the same there stay or go together. Default: each by itself, equal ones alike.");
}

void validate(const sample_operator::settings& s, config::settings_reader& reader) {
  if (reader.is_given("rate") && s.rate.value < 2) reader.complain("rate", "\"rate\" wants 2 or more: one of so many stays");
}

const register_operator<sample_operator> registered_sample{"sample", "Keeps one event of so many, always the same ones."};

} // namespace
} // namespace weir
