/// Questions of starting collectors that are answered once all that came before them is safe.
#pragma once

#include "actors/protocol.hpp"

#include <algorithm>
#include <vector>

namespace weir {

class waiting_questions {
public:
  /// `mark`: what came before it, in the owner's own count. A collector that asks again replaces its
  /// question.
  void add(const ask_positions& note, const caf::strong_actor_ptr& from, std::uint64_t mark) {
    std::erase_if(waiting_, [&](const waiting& w) { return w.note.source == note.source; });
    if (from) waiting_.push_back({note, caf::actor_cast<caf::actor>(from), mark});
  }
  /// Those whose mark `is_safe(mark)` says is reached.
  struct waiting {
    ask_positions note;
    caf::actor from;
    std::uint64_t mark = 0;
  };
  template <class IsSafe> auto take(IsSafe&& is_safe) -> std::vector<waiting> {
    auto ready = std::vector<waiting>{};
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (!is_safe(at->mark)) {
        ++at;
        continue;
      }
      ready.push_back(std::move(*at));
      at = waiting_.erase(at);
    }
    return ready;
  }
  auto empty() const -> bool { return waiting_.empty(); }

private:
  std::vector<waiting> waiting_;
};

} // namespace weir
