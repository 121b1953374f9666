/// Numbers for actor handles: what the pure link machines know of them.
#pragma once

#include <caf/all.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace weir {

class handle_numbers {
public:
  /// The number of `handle`; monitored by `self` from its first number on.
  auto number(caf::event_based_actor* self, const caf::actor& handle) -> std::uint64_t {
    for (const auto& k : known_)
      if (k.handle == handle) return k.number;
    self->monitor(handle);
    known_.push_back({++last_, handle});
    return last_;
  }
  /// Null if the actor is gone.
  auto find(std::uint64_t number) const -> caf::actor {
    for (const auto& k : known_)
      if (k.number == number) return k.handle;
    return {};
  }
  /// Forgets an actor that went; 0 if it was not known.
  auto forget(const caf::actor_addr& who) -> std::uint64_t {
    const auto at =
        std::find_if(known_.begin(), known_.end(), [&](const auto& k) { return k.handle.address() == who; });
    if (at == known_.end()) return 0;
    const auto number = at->number;
    known_.erase(at);
    return number;
  }

private:
  struct known {
    std::uint64_t number = 0;
    caf::actor handle;
  };
  std::uint64_t last_ = 0;
  std::vector<known> known_;
};

/// Sends what a link machine wants sent.
template <class Outgoing>
void send_all(caf::event_based_actor* self, const handle_numbers& handles, std::vector<Outgoing> messages) {
  for (auto& m : messages)
    if (const auto to = handles.find(m.to))
      std::visit([&](auto& note) { self->send(to, std::move(note)); }, m.what);
}

} // namespace weir
