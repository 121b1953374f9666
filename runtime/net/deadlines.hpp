/// Who has to have done something by when: the earliest first, of one time those who came first.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace weir::net {

template <class Who> class deadlines {
public:
  void add(monotonic_time at, Who who) { waiting_.emplace(at, std::move(who)); }
  auto next() const -> std::optional<monotonic_time> {
    return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
  }
  auto take_first() -> std::optional<Who> {
    if (waiting_.empty()) return std::nullopt;
    return std::optional{std::move(waiting_.extract(waiting_.begin()).mapped())};
  }
  auto take_due(monotonic_time now) -> std::optional<Who> {
    return next() && *next() <= now ? take_first() : std::nullopt;
  }
  template <class IsDone> void forget(IsDone&& is_done) {
    std::erase_if(waiting_, [&](const auto& w) { return is_done(w.second); });
  }
  auto size() const -> std::size_t { return waiting_.size(); }

private:
  std::multimap<monotonic_time, Who> waiting_;
};

} // namespace weir::net
