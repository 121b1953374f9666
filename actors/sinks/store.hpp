/// The plug-in interface of sinks: a store commits chunks, all or nothing.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/tag_pattern.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct refusal {
  std::string reason; ///< for the accounts: "path leaves the directory"
  std::uint64_t events = 0;
  std::string tag = {};
  std::string entries = {}; ///< the events themselves, for the dead letters
};

/// What one commit is about: the sections of `chunks` whose tag `match` accepts, in order.
struct commit_batch {
  std::span<const chunk_ptr> chunks;
  const tag_pattern& match;
  /// Makes dead letters of what the store refuses. A store with a ledger calls it with all refusals of the
  /// batch before the commit is final, for afterwards it does not see these events again; its error is the
  /// commit's. From other stores the sink writer takes `committed::refused`.
  std::function<result<void>(std::span<const refusal>)> keep_refused = {};
};

/// Calls `visit(chunk, section, entries)` for each section that the batch is about.
template <class Visitor> void for_each_matching(const commit_batch& batch, Visitor&& visit) {
  for (const auto& c : batch.chunks)
    for_each_section(*c, [&](const section& s, std::string_view entries) {
      if (batch.match.matches(s.tag)) visit(*c, s, entries);
    });
}

struct committed {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;           ///< as written to the store
  std::uint64_t repeated_chunks = 0; ///< that the store had already; their events are not part of `events`
  std::vector<refusal> refused;      ///< events that this store will never take; not part of `events`
};

/// Lives in one sink writer actor that has a thread of its own: calls may block, and never overlap.
/// It has no retry, queue or metrics of its own; it may throw, and is then made anew.
class store {
public:
  virtual ~store() = default;
  /// Connects, opens, creates. Called before the first commit and again after a failed one.
  virtual auto open() -> result<void> = 0;
  /// All or nothing: after an error none of the batch is visible in the store, or will be after open().
  /// errc::unavailable is retried for ever by default; errc::rejected never.
  virtual auto commit(const commit_batch& batch) -> result<committed> = 0;
  /// What the store has of the streams of collectors that send to it directly, committed with the events;
  /// nothing from a store without a ledger. Called after open().
  virtual auto positions(const std::string& /*source*/) -> result<std::vector<position_range>> {
    return std::vector<position_range>{};
  }
  /// Called when nothing is in flight and nothing came for a second, and before the end: release what
  /// is cheap to get again (idle files), flush what the commit left in user space.
  virtual auto idle() -> result<void> { return {}; }
};

using store_plugin = plugin<store>;
template <class T> using register_store = register_plugin<store, T>;

} // namespace weir
