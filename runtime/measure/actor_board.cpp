#include "runtime/measure/actor_board.hpp"

#include <algorithm>
#include <bit>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto at_one_thing_max = 2s; // after that an actor counts as not answering

/// Of the state: a pointer to a literal is a word like any other.
constexpr auto state_word = std::size_t{0};
constexpr auto first_word = std::size_t{1};

auto word_of(const char* state) -> std::uint64_t { return std::bit_cast<std::uintptr_t>(state); }

auto words_of(measure_table measures) -> std::size_t {
  auto words = first_word;
  for (const auto& m : measures) words += m.words();
  return words;
}

} // namespace

actor_board::actor_board(measure_table measures)
    : measures_(measures), block_(words_of(measures), counts_measures.size()) {
  block_.set(state_word, word_of("starting"));
}

void actor_board::publish(const char* state, const actor_figures& now, const published_counts& counts) {
  block_.publish([&] {
    block_.set(state_word, word_of(state));
    auto word = first_word;
    for (const auto& m : measures_) {
      if (m.value != nullptr) {
        block_.set(word++, now.*m.value);
        continue;
      }
      const auto all = (now.*m.spread).words();
      // One of the same count is the same.
      if (block_.get(word) != all[0])
        for (std::size_t i = 0; i < all.size(); ++i) block_.set(word + i, all[i]);
      word += all.size();
    }
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] != nullptr) counts[i]->publish(block_.list(i));
  });
  const auto since = works_since_.load(std::memory_order_relaxed);
  if (since == 0) return;
  const auto worked = worked_ns_.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(std::max(ticks(*time_) - since, std::int64_t{0}));
  works_since_.store(0, std::memory_order_relaxed);
  worked_ns_.store(worked, std::memory_order_relaxed);
}

void actor_board::tell(std::shared_ptr<const actor_texts> words) {
  const auto lock = std::lock_guard{guard_};
  words_.swap(words); // the old ones are destroyed behind the lock
}

void actor_board::note_start() {
  const auto lock = std::lock_guard{guard_};
  supervised_.is_away = false;
}

void actor_board::note_failure(const std::string& why, std::int64_t now_ns, std::int64_t told_for_ns) {
  const auto lock = std::lock_guard{guard_};
  ++supervised_.restarts;
  supervised_.is_away = true;
  supervised_.why = why;
  supervised_.failed_ns = now_ns;
  supervised_.told_until_ns = now_ns + told_for_ns;
}

void actor_board::read_figures(observation& to) const {
  block_.read([&] {
    to.state = std::bit_cast<const char*>(static_cast<std::uintptr_t>(block_.get(state_word)));
    auto word = first_word;
    for (const auto& m : measures_) {
      if (m.value != nullptr) {
        to.*m.value = block_.get(word++);
        continue;
      }
      for (auto& w : (to.*m.spread).words()) w = block_.get(word++);
    }
    for (std::size_t i = 0; i < counts_measures.size(); ++i)
      to.*counts_measures[i].counts = block_.list(i).all();
  });
  for (const auto& m : measures_) {
    if (m.kind != measure_kind::age || to.*m.value == 0) continue;
    const auto age = to.seen_ns - static_cast<std::int64_t>(to.*m.value);
    to.*m.value = static_cast<std::uint64_t>(std::max(age, std::int64_t{0}));
  }
}

auto actor_board::read(const actor_identity& who, const clock& time) const -> observation {
  auto seen = observation{};
  static_cast<actor_identity&>(seen) = who;
  auto words = std::shared_ptr<const actor_texts>{};
  auto known = supervised{};
  {
    const auto lock = std::lock_guard{guard_};
    words = words_;
    known = supervised_;
  }
  static_cast<actor_texts&>(seen) = *words;
  seen.seen_ns = time.wall_ns();
  read_figures(seen);
  read_work(seen, time);
  judge(seen, known, time);
  return seen;
}

/// What is under way counts, though it may just end meanwhile: then it is told a moment too early.
void actor_board::read_work(observation& to, const clock& time) const {
  const auto add = [&](std::int64_t since, const char* what) {
    if (since == 0 || what == nullptr) return;
    const auto lasts = static_cast<std::uint64_t>(std::max(ticks(time) - since, std::int64_t{0}));
    to.busy_ns += lasts;
    to.busy_with = what;
    to.busy_with_ns = lasts;
  };
  to.busy_ns += worked_ns_.load(std::memory_order_relaxed);
  add(works_since_.load(std::memory_order_relaxed), works_at_.load(std::memory_order_relaxed));
  add(others_work_since_.load(std::memory_order_relaxed), others_work_at_.load(std::memory_order_relaxed));
  to.cpu_ns = threads_->total_ns();
}

void actor_board::judge(observation& to, const supervised& known, const clock& time) const {
  to.restarts = known.restarts;
  const auto since = works_since_.load(std::memory_order_relaxed);
  const auto works_for = std::chrono::nanoseconds{since == 0 ? 0 : ticks(time) - since};
  to.answers = !known.is_away && works_for < at_one_thing_max;
  if (known.is_away) {
    to.state = "restarting";
    to.problems = {"it failed and starts again: " + known.why};
  } else if (!to.answers) {
    to.state = "not answering";
    to.problems.push_back("it has not answered for " + std::to_string(works_for / 1s) + "s");
  }
  if (!to.last_error.empty() || known.why.empty()) return;
  if (!known.is_away && to.seen_ns > known.told_until_ns) return;
  to.last_error = known.why;
  to.last_error_ns = known.failed_ns;
}

} // namespace weir
