#include "actors/operators/event_key.hpp"

#include <optional>
#include <vector>

namespace weir {
namespace {

/// The last so many hashes, oldest out first: a ring, and a table of places in it.
class recent_hashes {
public:
  using hash = std::array<std::uint64_t, 2>;

  explicit recent_hashes(std::size_t capacity) : ring_(capacity) {
    auto slots = std::size_t{16};
    while (slots < capacity * 2) slots *= 2;
    slots_.assign(slots, free_slot);
  }

  auto has(const hash& wanted) const -> bool { return slots_[slot_of(wanted)] != free_slot; }

  /// Of one that is not there; the oldest one goes if it is full.
  void add(const hash& made, monotonic_time now) {
    if (size_ == ring_.size()) drop_oldest();
    const auto at = (first_ + size_) % ring_.size();
    ring_[at] = {made, now};
    slots_[slot_of(made)] = static_cast<std::uint32_t>(at);
    ++size_;
  }
  void forget_before(monotonic_time time) {
    while (size_ > 0 && ring_[first_].at < time) drop_oldest();
  }

private:
  static constexpr auto free_slot = std::uint32_t{0xffffffff};
  struct remembered {
    hash of{};
    monotonic_time at;
  };

  auto home_of(const hash& wanted) const -> std::size_t { return wanted[0] & (slots_.size() - 1); }
  auto slot_of(const hash& wanted) const -> std::size_t {
    auto slot = home_of(wanted);
    while (slots_[slot] != free_slot && ring_[slots_[slot]].of != wanted) slot = (slot + 1) & (slots_.size() - 1);
    return slot;
  }
  /// Those behind it move up, so that no search ends at the gap.
  void drop_oldest() {
    const auto mask = slots_.size() - 1;
    auto gap = slot_of(ring_[first_].of);
    for (auto next = (gap + 1) & mask; slots_[next] != free_slot; next = (next + 1) & mask) {
      const auto home = home_of(ring_[slots_[next]].of);
      if (((next - home) & mask) < ((next - gap) & mask)) continue;
      slots_[gap] = slots_[next];
      gap = next;
    }
    slots_[gap] = free_slot;
    first_ = (first_ + 1) % ring_.size();
    --size_;
  }

  std::vector<remembered> ring_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::vector<std::uint32_t> slots_; ///< places in ring_; never more than half of them taken
};

class dedupe_operator final : public event_operator {
public:
  static constexpr bool remembers = true;

  struct settings {
    std::vector<std::string> fields;
    duration window = std::chrono::minutes{1};
    item_count events{100'000};
  };
  static constexpr auto events_most = std::uint64_t{16'000'000};

  dedupe_operator(const settings& s, const plugin_context& context)
      : window_(s.window), clock_(*context.clock), key_(s.fields, random_siphash_key()), seen_(s.events.value) {}

  void apply(const event_view& in, event_output& out) override {
    const auto now = clock_.monotonic();
    if (window_ > duration{0}) seen_.forget_before(now - window_);
    const auto hash = key_.wide(in);
    if (seen_.has(hash)) return out.drop("repeated");
    seen_.add(hash, now);
    out.put(in);
  }

private:
  duration window_;
  const clock& clock_;
  event_key key_;
  recent_hashes seen_;
};

template <class Visitor> void describe(Visitor& v, dedupe_operator::settings& s) {
  v.field("fields", s.fields, "Paths of what has to be the same, with the tag; default: the whole record.");
  v.field("window", s.window, "For how long an event is remembered after it came; 0: as long as \"events\" says.");
  v.field("events", s.events, "How many different events are remembered at most, 32 to 40 bytes each.");
}

void validate(const dedupe_operator::settings& s, config::settings_reader& reader) {
  if (s.events.value == 0 || s.events.value > dedupe_operator::events_most)
    reader.complain("events", "\"events\" wants 1 to 16M, not " + to_text(s.events));
  if (s.window < duration{0}) reader.complain("window", "\"window\" wants a time that is not negative");
}

const register_operator<dedupe_operator> registered_dedupe{"dedupe", "Drops events that came a short while ago already."};

} // namespace
} // namespace weir
