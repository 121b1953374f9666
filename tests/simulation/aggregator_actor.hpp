/// An aggregator in the simulation: the real core, log and links.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "actors/system/waiting_questions.hpp"
#include "runtime/flow/receiver_links.hpp"
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
    std::vector<std::string> downstream;
    std::vector<outlet_settings> outlets;
    inlet_settings window;
    std::optional<chunk_log_settings> log; ///< none: a memory buffer
    std::chrono::nanoseconds sync_takes{0};
  };
  aggregator_actor(world& w, process& host, const plan& how, std::unique_ptr<chunk_log> log);

  void start() override;
  void receive(handle from, const message& m) override;
  void on_peers() override;
  void on_down(handle who) override;
  void fail() override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override { return core_.is_empty() && !syncing_; }
  auto remembered_ranges() const -> std::size_t override { return core_.in.remembered_ranges(); }

protected:
  void step() override;

private:
  void make_links();
  void take(const transfer_chunks& note);
  void on_feedback(const link_feedback& note);
  void ask(const ask_positions& note, handle from);
  void answer();
  void start_sync();
  void pass_early(std::size_t outlet, const std::vector<outgoing>& notes);

  plan plan_;
  aggregator_core core_;
  std::unique_ptr<receiver_links> from_;
  std::vector<sender_links> links_;
  waiting_questions<handle> questions_;
  std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> asked_; ///< by source: question, first mark
  monotonic_time probe_at_{};
  bool syncing_ = false;
  std::uint64_t biggest_ = 0;
  std::size_t links_max_ = 0;
};

} // namespace weir::test
