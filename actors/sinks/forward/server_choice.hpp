/// Which of several receivers gets the next messages: by weight, with standbys for those that are left out.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/os/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir {

struct server_rank {
  std::uint32_t weight = 1; ///< 0: never chosen
  bool is_standby = false;
};

/// Pure. Each store object has its own.
class server_choice {
public:
  /// At least one has a weight.
  explicit server_choice(const std::vector<server_rank>& ranks, backoff_settings pace = {std::chrono::seconds{1}, std::chrono::seconds{60}});

  /// In turns, each as often as its weight says. If all are left out, the one whose time is up first: whoever asks paces
  /// himself. None of `but`, which have a weight and are not all that have.
  auto next(monotonic_time now, std::span<const std::size_t> but = {}) -> std::size_t;
  void failed(std::size_t number, monotonic_time now, std::uint64_t random);
  void worked(std::size_t number) { all_[number].failures = 0; }
  /// It failed when it was used last, so it may do so again.
  auto is_doubtful(std::size_t number) const -> bool { return all_[number].failures > 0; }
  /// How many have a weight.
  auto usable() const -> std::size_t;

private:
  struct server {
    server_rank rank;
    std::int64_t turn = 0; ///< grows by its weight at each choice, and falls by all weights when it is chosen
    std::uint32_t failures = 0;
    monotonic_time until{}; ///< left out, if it failed
    bool is_barred = false; ///< by next()
    auto may_be_tried() const -> bool { return rank.weight > 0 && !is_barred; }
    auto is_well(monotonic_time now) const -> bool { return may_be_tried() && (failures == 0 || now >= until); }
  };
  auto candidates(monotonic_time now) -> std::vector<server*>;
  auto soonest() const -> std::size_t;

  std::vector<server> all_;
  backoff_settings pace_;
};

} // namespace weir
