/// A store that rejects batches without saying why, and a process that dies at a chosen step of its commits.
#pragma once

#include "actors/sinks/store.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/flow/id_ranges.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace weir::test {

/// What outlives the store, and what it does.
struct picky_shelf {
  std::map<std::int64_t, int> rows; ///< number -> how often it is there
  id_ranges ids;
  std::set<std::int64_t> rejected;
  bool wants_unique = false; ///< rejects what it has already
  bool keeps_ledger = true;
  bool is_away = false;
  std::uint64_t opened = 0;
  std::uint64_t attempts = 0;
  std::uint64_t commits = 0;
  std::uint64_t steps = 0;
  std::uint64_t dies_at = UINT64_MAX;

  struct death {};
  void step() {
    if (++steps == dies_at) throw death{};
  }
};

class picky_store final : public store {
public:
  explicit picky_store(picky_shelf& shelf) : shelf_(shelf) {}

  auto open() -> result<void> override {
    ++shelf_.opened;
    return shelf_.is_away ? result<void>{error{errc::unavailable, "the shelf is away"}} : result<void>{};
  }

  auto commit(const commit_batch& batch) -> result<committed> override {
    ++shelf_.attempts;
    shelf_.step();
    if (shelf_.is_away) return error{errc::unavailable, "the shelf is away"};
    auto done = committed{};
    auto numbers = std::vector<std::int64_t>{};
    for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
      if (shelf_.keeps_ledger && shelf_.ids.contains(batch.chunks[i]->id))
        ++done.repeated_chunks;
      else
        for_each_run(batch, i, [&](const event_run& run) { add(run, numbers); });
    }
    if (is_rejected(numbers)) return error{errc::rejected, "it is not nice"};
    shelf_.step();
    if (shelf_.keeps_ledger && batch.confirm) WEIR_CHECK(batch.confirm({}));
    shelf_.step();
    for (const auto& c : batch.chunks) shelf_.ids.insert(c->id);
    for (const auto n : numbers) ++shelf_.rows[n];
    ++shelf_.commits;
    shelf_.step();
    done.events = numbers.size();
    done.bytes = numbers.size();
    return done;
  }

private:
  static void add(const event_run& run, std::vector<std::int64_t>& numbers) {
    auto reader = entry_reader{run.entries};
    for (auto e = entry{}; reader.next(e);) {
      auto n = std::int64_t{0};
      (void)msgpack_reader{find_field(e.record, "n")}.integer(n);
      numbers.push_back(n);
    }
  }

  auto is_rejected(const std::vector<std::int64_t>& numbers) const -> bool {
    auto seen = std::set<std::int64_t>{};
    for (const auto n : numbers)
      if (shelf_.rejected.contains(n)
          || (shelf_.wants_unique && (shelf_.rows.contains(n) || !seen.insert(n).second)))
        return true;
    return false;
  }

  picky_shelf& shelf_;
};

} // namespace weir::test
