#include "actors/operators/operator_chain.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/parser/parser.hpp"

namespace weir {

class operator_chain::stage final : public event_output {
public:
  stage(std::unique_ptr<event_operator> op, event_output& next) : op_(std::move(op)), next_(next) {}
  void put(const event_view& event) override { op_->apply(event, next_); }
  void drop(std::string_view reason, std::uint64_t events) override { next_.drop(reason, events); }
  void note_unparsed() override { next_.note_unparsed(); }
  void note(std::string_view what) override { next_.note(what); }
  void note_unread_time(const unread_time& problem) override { next_.note_unread_time(problem); }
  void rest_until(monotonic_time then) override { next_.rest_until(then); }
  void dead_letter(const event_view& event, std::string_view reason) override {
    next_.dead_letter(event, reason);
  }

private:
  std::unique_ptr<event_operator> op_;
  event_output& next_;
};

operator_chain::operator_chain(const std::vector<operator_plugin::factory>& operators,
                               const plugin_context& context, event_output& end)
    : first_(&end) {
  for (auto at = operators.rbegin(); at != operators.rend(); ++at) {
    stages_.push_back(std::make_unique<stage>((*at)(context), *first_));
    first_ = stages_.back().get();
  }
}

operator_chain::~operator_chain() = default;

auto warning_of(const unread_time& problem) -> std::string {
  auto found = byte_buffer{};
  append_json_string(found, problem.text);
  const auto what = problem.text.empty() ? "an event lacks it"
                                         : std::string{found.view()} + " is no time of 1970 to 2106 as of "
                                               + problem.wanted;
  return "time_key \"" + problem.key + "\": " + what
         + "; the field stays, and the event has the time at which it came; told once, `weir status` counts them";
}

} // namespace weir
