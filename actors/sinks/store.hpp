/// The plug-in interface of sinks: a store commits chunks, all or nothing.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/trim.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// An event of a batch.
struct event_ref {
  std::size_t chunk = 0;   ///< which of the batch
  std::uint64_t index = 0; ///< which of the chunk's events, over all its sections
  auto operator<=>(const event_ref&) const = default;
};

/// Events that a store will never take; they lie behind each other in a chunk.
struct refusal {
  std::string reason; ///< for the accounts: "path leaves the directory"
  event_ref first;
  std::uint64_t events = 0;
};

/// Entries of one tag that lie behind each other in a chunk.
struct event_run {
  event_ref first;
  std::uint64_t events = 0; ///< that `entries` should have; fewer if they are damaged
  std::string_view tag;
  std::string_view entries;
  /// By number in the chunk, of these and maybe of others: events that will have another time if they are read again
  /// (chunk::timed_at_reading). A store that tells them apart by their time has to look.
  std::span<const index_range> timed_at_reading = {};
};

/// Calls back with what operators leave of a run of the chunk, in parts that are valid until that returns.
using run_process = std::function<void(const chunk& of, const event_run&, const std::function<void(const event_run&)>&)>;

/// What one commit is about: the events of `chunks` whose tag `match` accepts, in order. A store walks them once.
struct commit_batch {
  std::span<const chunk_ptr> chunks;
  const tag_pattern& match;
  /// Of the only chunk these events alone, in order; absent: all.
  std::optional<std::span<const index_range>> only = {};
  /// A store with a ledger calls it once all of the batch is in and before any of it is final, with what it
  /// refuses: that becomes dead letters, for afterwards the store does not see these events again. An error
  /// is the commit's, takes the batch back, and needs no open(): it may have been a try. From other stores
  /// the sink writer takes `committed::refused`.
  std::function<result<void>(std::span<const refusal>)> confirm = {};
  const run_process* process = nullptr; ///< what events go through before the store sees them; null: nothing
};

/// Goes through a run event by event. What is damaged is one event, up to the end of the run.
class event_walker {
public:
  explicit event_walker(const event_run& run)
      : reader_(run.entries), at_(run.first), next_(run.first.index), timed_at_reading_(run.timed_at_reading) {}

  /// False behind the last one.
  auto next() -> bool;
  auto at() const -> const event_ref& { return at_; }
  auto is_whole() const -> bool { return !reader_.failed(); }
  /// The entry, as it is in the chunk.
  auto bytes() const -> std::string_view { return bytes_; }
  auto time_ns() const -> std::int64_t { return is_whole() ? entry_.time_ns : 0; }
  auto is_timed_at_reading() const -> bool { return contains(timed_at_reading_, at_.index); }
  /// What next() has not come to.
  auto rest() const -> std::string_view { return is_whole() ? reader_.rest() : std::string_view{}; }

private:
  entry_reader reader_;
  event_ref at_;
  std::uint64_t next_;
  std::span<const index_range> timed_at_reading_;
  entry entry_;
  std::string_view bytes_;
};

/// The part of the run that is in the range. What is damaged belongs to its first event.
auto part_of(const event_run& run, const index_range& wanted) -> event_run;

/// Calls `visit(run)` for what the batch has of its chunk number `index`.
template <class Visitor> void for_each_run(const commit_batch& batch, std::size_t index, Visitor&& visit) {
  auto first = std::uint64_t{0};
  const auto& c = *batch.chunks[index];
  const auto give = [&](const event_run& run) {
    batch.process == nullptr ? visit(run) : (*batch.process)(c, run, std::ref(visit));
  };
  for_each_section(c, [&](const section& s, std::string_view entries) {
    const auto run = event_run{{index, first}, s.count, s.tag, entries, c.timed_at_reading};
    first += s.count;
    if (!batch.match.matches(s.tag)) return;
    if (!batch.only) return give(run);
    for (const auto& wanted : *batch.only)
      if (const auto part = part_of(run, wanted); part.events > 0) give(part);
  });
}

/// The same for what is also in `fresh`.
template <class Visitor>
void for_each_run(const commit_batch& batch, std::size_t index, std::span<const index_range> fresh, Visitor&& visit) {
  if (is_whole(*batch.chunks[index], fresh)) return for_each_run(batch, index, visit);
  const auto both = batch.only ? common(*batch.only, fresh) : std::vector<index_range>{fresh.begin(), fresh.end()};
  for_each_run(commit_batch{batch.chunks, batch.match, both, {}, batch.process}, index, visit);
}

/// The same for all its chunks.
template <class Visitor> void for_each_run(const commit_batch& batch, Visitor&& visit) {
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) for_each_run(batch, i, visit);
}

struct committed {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;           ///< as written to the store
  std::uint64_t repeated_chunks = 0; ///< that the store had already; neither their events nor those of others that
                                     ///< it had are part of `events`
  std::uint64_t regrouped = 0;       ///< of `events` and what is refused: some lines of these it had in others
  std::vector<refusal> refused;      ///< not part of `events`
  /// When the youngest of the clients' ids came that it had to forget for their number, second of the wall clock; 0: none.
  std::int64_t forgotten_id_s = 0;
};

/// What a store deleted because it is older, or more, than its settings let it keep.
struct expired {
  std::uint64_t items = 0;
  std::string_view name = {}; ///< of an item, in the plural, for the accounts: "expired files"
  std::string told = {};      ///< the same as a sentence; empty: nothing to tell
  bool has_more = false;      ///< it had no time for all: soon again
};

/// Notes that a store refuses `events` of the run, from its event number `at` on.
void refuse(committed& done, std::string_view reason, const event_run& run, std::uint64_t at,
            std::uint64_t events);

/// Lives in one sink writer actor that has a thread of its own: calls may block, and never overlap.
/// It has no retry, queue or metrics of its own; it may throw, and is then made anew.
class store {
public:
  virtual ~store() = default;
  /// Connects, opens, creates. Called before the first commit and again after one that failed otherwise than
  /// by errc::rejected.
  virtual auto open() -> result<void> = 0;
  /// All or nothing: after an error none of the batch is visible in the store, or will be after open().
  /// errc::unavailable is retried for ever by default. errc::rejected: some event in it, and it is not known
  /// which, will never be taken; the store goes on with another batch.
  virtual auto commit(const commit_batch& batch) -> result<committed> = 0;
  /// What the store has of the streams of collectors that send to it directly, committed with the events;
  /// nothing from a store without a ledger. Called after open().
  virtual auto knowledge(const std::string& /*source*/) -> result<stream_knowledge> { return stream_knowledge{}; }
  /// Which of these chunks its ledger has; none without one.
  virtual auto known_ids(const std::vector<id_range>& /*asked*/) -> result<std::vector<id_range>> {
    return std::vector<id_range>{};
  }
  /// Looks at what open() and commits are going to need, on every host, and changes nothing: a sentence for each thing that
  /// is wrong. Nothing: it is a store that has nothing to look at. Called in place of open().
  virtual auto examine() -> std::optional<std::vector<std::string>> { return std::nullopt; }
  /// Every store_promise::expires_every, between commits.
  virtual auto expire() -> result<expired> { return expired{}; }
  /// Called when nothing is in flight and nothing came for a second: release what
  /// is cheap to get again (idle files), flush what the commit left in user space.
  virtual auto idle() -> result<void> { return {}; }
  /// Asked after open() and idle(): when idle() is to be called again if nothing comes; nothing: it need not be.
  virtual auto idle_again() const -> std::optional<std::chrono::seconds> { return std::nullopt; }
  /// The last call of all, in place of idle().
  virtual auto finish() -> result<void> { return idle(); }
};

using store_plugin = plugin<store>;
template <class T> using register_store = register_plugin<store, T>;

} // namespace weir
