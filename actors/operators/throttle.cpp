#include "actors/operators/event_key.hpp"

#include <algorithm>
#include <unordered_map>

namespace weir {
namespace {

enum class excess { slow, drop };

constexpr auto names_of(excess*) {
  return std::array<std::pair<std::string_view, excess>, 2>{{{"slow", excess::slow}, {"drop", excess::drop}}};
}

constexpr auto throttle_keys_max = std::size_t{100'000};

class throttle_operator final : public event_operator {
public:
  static constexpr bool remembers = true;

  struct settings {
    item_count events;
    duration per = std::chrono::seconds{1};
    std::optional<item_count> burst;
    std::vector<std::string> by;
    excess over = excess::slow;
  };

  throttle_operator(const settings& s, const plugin_context& context)
      : interval_(std::max(duration{s.per.count() / static_cast<std::int64_t>(std::max(s.events.value, std::uint64_t{1}))}, duration{1})),
        allowed_(interval_ * static_cast<std::int64_t>(s.burst.value_or(s.events).value)),
        over_(s.over),
        clock_(*context.clock),
        has_key_(!s.by.empty()),
        key_(s.by, random_siphash_key()) {}

  void apply(const event_view& in, event_output& out) override {
    const auto now = clock_.monotonic();
    auto& due = has_key_ ? due_of(key_.narrow(in), now) : shared_;
    const auto next = std::max(due, now) + interval_;
    const auto excess_time = next - now - allowed_;
    if (excess_time > duration{0} && over_ == excess::drop) return out.drop("throttled");
    due = next;
    if (excess_time > duration{0}) out.rest_until(now + excess_time);
    out.put(in);
  }

private:
  /// When all events of a key so far would have come at the even rate. A key whose time has passed is as good as new, so
  /// that it can be forgotten. Of more keys than can be remembered the rest shares one.
  auto due_of(std::uint64_t key, monotonic_time now) -> monotonic_time& {
    if (const auto found = due_.find(key); found != due_.end()) return found->second;
    if (due_.size() >= throttle_keys_max && now >= sweep_at_) {
      std::erase_if(due_, [&](const auto& d) { return d.second <= now; });
      sweep_at_ = now + std::chrono::seconds{1};
    }
    return due_.size() >= throttle_keys_max ? shared_ : due_[key];
  }

  duration interval_; ///< between events at an even rate
  duration allowed_;  ///< how far ahead of it a key may be
  excess over_;
  const clock& clock_;
  bool has_key_;
  event_key key_;
  monotonic_time shared_{};
  monotonic_time sweep_at_{};
  std::unordered_map<std::uint64_t, monotonic_time> due_;
};

template <class Visitor> void describe(Visitor& v, throttle_operator::settings& s) {
  v.required("events", s.events, "How many events may pass in the time under \"per\".");
  v.field("per", s.per, "The time for so many events.");
  v.field("burst", s.burst, "How many may pass at once after a pause; default: as \"events\".");
  v.field("by", s.by, "Paths: each tag and what its events have there are counted apart; at most 100k of them.");
  v.field("over", s.over,
          "slow: the collector reads no more until the events that came have had their time; drop: events above the rate "
          "are dropped and counted.");
}

void validate(const throttle_operator::settings& s, config::settings_reader& reader) {
  constexpr auto most = std::uint64_t{1'000'000'000};
  if (reader.is_given("events") && (s.events.value == 0 || s.events.value > most))
    reader.complain("events", "\"events\" wants 1 to 1G, not " + to_text(s.events));
  if (s.per <= duration{0} || s.per > std::chrono::hours{24}) reader.complain("per", "\"per\" wants a time above 0 and up to 24h");
  if (s.burst && (s.burst->value == 0 || s.burst->value > most))
    reader.complain("burst", "\"burst\" wants 1 to 1G, not " + to_text(*s.burst));
  if (s.burst && *s.burst == s.events) reader.refuse_useless("burst", "it is as many without it");
}

const register_operator<throttle_operator> registered_throttle{"throttle", "Lets pass so many events in a time."};

} // namespace
} // namespace weir
