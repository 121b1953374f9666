/// An aggregator in the simulation: the real machine and log.
#pragma once

#include "actors/aggregators/aggregator_machine.hpp"
#include "tests/simulation/world.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

class aggregator_actor final : public actor {
public:
  struct plan {
    std::string component;
    std::string address;
    std::vector<downstream_component> downstream;
    std::vector<outlet_settings> outlets;
    inlet_settings window;
    std::optional<chunk_log_settings> log; ///< none: a memory buffer
    std::chrono::nanoseconds sync_takes{0};
    bool keeps_copies = false; ///< of what others of its component are to pass on
  };
  aggregator_actor(world& w, process& host, const plan& how, std::unique_ptr<chunk_log> log);

  void start() override { step(); }
  void receive(handle from, const message& m) override;
  void on_peers() override;
  void on_down(handle who) override;
  void fail() override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override { return core_->is_empty() && core_->copies().size() == 0 && !is_syncing_; }
  auto lacks_copies() const -> bool override { return core_->copies_lacking > 0; }
  auto remembered_ranges() const -> std::size_t override { return core_->in.remembered_ranges(); }
  auto found() const -> std::uint64_t override { return found_; }

protected:
  void step() override;

private:
  void begin();
  void take(const transfer_chunks& note);
  void start_sync();
  void pass_early(const std::vector<outgoing>& notes);
  void send();
  void leave_open(std::vector<outgoing>& notes);
  void mistake_copies();

  plan plan_;
  const std::uint64_t found_;
  std::shared_ptr<aggregator_core> core_;
  std::unique_ptr<aggregator_machine> machine_;
  position_index taken_; ///< of all chunks that came
  std::map<std::uint64_t, std::string> source_of_; ///< by question
  bool is_syncing_ = false;
  std::uint64_t biggest_ = 0;
  std::size_t links_max_ = 0;
};

} // namespace weir::test
