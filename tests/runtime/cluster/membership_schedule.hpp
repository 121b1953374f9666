/// One run of a cluster of memberships, decided by its seed: what happens to whom, and when; then all heals, and what all have to
/// agree on within a bound is compared.
#pragma once

#include "tests/runtime/cluster/membership_world.hpp"

#include <string>

namespace weir::test {

class membership_schedule {
public:
  /// From when all is whole again until all agree: seeds are asked in 30 s, and one that did not know of it is judged.
  static constexpr auto agreed_within = std::chrono::seconds{45};

  explicit membership_schedule(std::uint64_t seed, membership_bug mistake = membership_bug::none, bool tells = false);
  /// What is wrong; empty if nothing is.
  auto run() -> std::string;
  auto messages() const -> std::uint64_t { return world_.messages(); }
  auto faults() const -> std::uint64_t { return faults_; }
  /// Until all agreed.
  auto healing() const -> duration { return healing_; }

private:
  void happen();
  void stop_one(membership_world::place which);
  void part();
  void silence(membership_world::place which);
  void sleep_long(membership_world::place which);
  void heal();
  auto someone() -> membership_world::place { return random_.next() % world_.size(); }

  seeded random_;
  membership_world world_;
  std::uint64_t faults_ = 0;
  duration healing_{};
};

} // namespace weir::test
