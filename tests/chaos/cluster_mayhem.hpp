/// What happens to a cluster beside what happens to processes: to its connections, disks, members and certificates.
#pragma once

#include "tests/chaos/mayhem.hpp"
#include "tests/chaos/relay.hpp"
#include "tests/chaos/site.hpp"

#include <optional>

namespace weir::chaos {

class cluster_mayhem final : public mayhem {
public:
  /// What it is given lives longer than this; the disk is not mounted.
  cluster_mayhem(fleet& nodes, scarce_disk& disk, const site& of, const options& given, std::uint64_t seed);

  /// Before any node is started: opens the relay's doors.
  auto open() -> result<void>;
  auto look(steady_time now) -> result<void> override;
  void cease() override;

private:
  enum class kind { kill, stop, term, cut, stall, delay, destroy, guest, renew, reload };
  auto draw_kind() -> kind;
  auto draw_silence() -> milliseconds;

  auto hurt(std::size_t node, steady_time now) -> result<void> override;
  void kill(std::size_t node, steady_time now);
  void hurt_connections(std::size_t door, kind how, steady_time now);
  auto destroy(std::size_t node, steady_time now) -> result<void>;
  auto change_guest(std::size_t node, steady_time now) -> result<void>;
  auto renew(std::size_t node) -> result<void>;
  auto look_at_renewal() -> result<void>;

  void look_at_guest();
  void look_at_losses(steady_time now);
  void note_loss();
  auto do_stores_run() const -> bool;
  auto may_lose_one() const -> bool;

  const site& site_;
  const options& given_;
  relay relay_;
  std::vector<std::optional<std::size_t>> doors_; ///< of the relay, by node
  std::size_t guest_ = 0;
  bool guest_leaves_ = false;
  std::optional<test::process> renewal_;
  std::vector<std::uint64_t> at_risk_; ///< of each stream: its lines up to here may have only one copy
  std::optional<steady_time> stored_since_; ///< all of these
  bool is_whole_ = true;                    ///< for certain
};

} // namespace weir::chaos
