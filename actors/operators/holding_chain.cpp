#include "actors/operators/holding_chain.hpp"

#include "runtime/base/assert.hpp"

#include <deque>
#include <utility>

namespace weir {
namespace {

/// From the first line of one to the last of the other.
auto joined(const event_span& first, const event_span& last) -> event_span {
  return {first.first, std::max(first.last, last.last)};
}

} // namespace

/// What all of them do with what is not put.
class holding_chain::stage : public event_output {
public:
  explicit stage(event_output& next) : next_(next) {}
  void drop(std::string_view reason, std::uint64_t events) override { next_.drop(reason, events); }
  void note_unparsed() override { next_.note_unparsed(); }
  void note(std::string_view what) override { next_.note(what); }
  void note_unread_time(const unread_time& problem) override { next_.note_unread_time(problem); }
  void rest_until(monotonic_time then) override { next_.rest_until(then); }
  void dead_letter(const event_view& event, std::string_view reason) override { next_.dead_letter(event, reason); }

protected:
  event_output& next_;
};

class holding_chain::passing_stage final : public stage {
public:
  passing_stage(std::unique_ptr<event_operator> op, event_output& next) : stage(next), op_(std::move(op)) {}
  void put(const event_view& event) override { op_->apply(event, next_); }

private:
  std::unique_ptr<event_operator> op_;
};

/// Remembers the lines of the events that its operator may still speak of.
class holding_chain::holding_stage final : public stage {
public:
  holding_stage(std::unique_ptr<event_operator> op, event_output& next, event_span& current)
      : stage(next), op_(std::move(op)), holds_(dynamic_cast<holding_operator&>(*op_)), current_(current), out_(*this) {}

  void put(const event_view& event) override {
    came_.push_back(current_);
    const auto before = current_;
    holds_.apply(event, first_ + came_.size() - 1, out_);
    current_ = before;
    forget();
  }
  void flush(monotonic_time now) {
    holds_.flush(now, out_);
    forget();
  }
  auto wake_at() const -> std::optional<monotonic_time> { return holds_.wake_at(); }
  auto holds() const -> bool { return holds_.held_since().has_value(); }
  /// While it puts something, what it held before counts as held.
  auto held_from() const -> std::uint64_t {
    auto least = birth::nowhere;
    const auto since = holds_.held_since();
    for (auto n = since.value_or(UINT64_MAX); n < first_ + came_.size(); ++n)
      least = std::min(least, came_[n - first_].first.position);
    return least;
  }

private:
  /// What the operator puts.
  class output final : public joining_output {
  public:
    explicit output(holding_stage& of) : of_(of) {}
    void put(const event_view& event) override {
      const auto latest = of_.first_ + of_.came_.size() - 1;
      put_joined(event, latest, latest);
    }
    void put_joined(const event_view& event, std::uint64_t first, std::uint64_t last) override {
      WEIR_ASSERT(of_.first_ <= first && first <= last && last < of_.first_ + of_.came_.size());
      of_.current_ = joined(of_.came_[first - of_.first_], of_.came_[last - of_.first_]);
      of_.next_.put(event);
    }
    void drop(std::string_view reason, std::uint64_t events) override { of_.drop(reason, events); }
    void note_unparsed() override { of_.note_unparsed(); }
    void note(std::string_view what) override { of_.note(what); }
    void note_unread_time(const unread_time& problem) override { of_.note_unread_time(problem); }
    void rest_until(monotonic_time then) override { of_.rest_until(then); }
    void dead_letter(const event_view& event, std::string_view reason) override { of_.dead_letter(event, reason); }

  private:
    holding_stage& of_;
  };

  void forget() {
    const auto since = holds_.held_since().value_or(first_ + came_.size());
    for (; first_ < since && !came_.empty(); ++first_) came_.pop_front();
  }

  std::unique_ptr<event_operator> op_;
  holding_operator& holds_;
  event_span& current_;
  output out_;
  std::deque<event_span> came_; ///< from number first_ on
  std::uint64_t first_ = 0;
};

holding_chain::holding_chain(const std::vector<operator_plugin::factory>& operators, const plugin_context& context,
                             event_output& end)
    : first_(&end) {
  for (auto at = operators.rbegin(); at != operators.rend(); ++at) {
    auto made = (*at)(context);
    if (dynamic_cast<holding_operator*>(made.get()) == nullptr) {
      stages_.push_back(std::make_unique<passing_stage>(std::move(made), *first_));
    } else {
      auto holds = std::make_unique<holding_stage>(std::move(made), *first_, current_);
      holding_.insert(holding_.begin(), holds.get());
      stages_.push_back(std::move(holds));
    }
    first_ = stages_.back().get();
  }
}

holding_chain::~holding_chain() = default;

void holding_chain::put(const event_view& event, const birth& born) {
  current_ = {born, born.position};
  first_->put(event);
}

/// In the order of the chain: what one gives up the next may hold.
void holding_chain::flush(monotonic_time now) {
  for (auto* s : holding_) s->flush(now);
}

auto holding_chain::wake_at() const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  for (const auto* s : holding_)
    if (const auto at = s->wake_at(); at && (!first || *at < *first)) first = at;
  return first;
}

auto holding_chain::holds() const -> bool {
  return std::any_of(holding_.begin(), holding_.end(), [](const auto* s) { return s->holds(); });
}

auto holding_chain::held_from() const -> std::optional<std::uint64_t> {
  auto least = birth::nowhere;
  for (const auto* s : holding_) least = std::min(least, s->held_from());
  return least == birth::nowhere ? std::nullopt : std::optional{least};
}

} // namespace weir
