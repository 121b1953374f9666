/// A collector in the simulation: the real core, inquiry and links around a scripted source.
#pragma once

#include "actors/collectors/collector_core.hpp"
#include "actors/system/resume_inquiry.hpp"
#include "tests/simulation/script.hpp"
#include "tests/simulation/world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

struct collector_pace {
  std::size_t chunk_bytes_max = 0;
  std::size_t read_bytes_max = 0;
  std::size_t hold_bytes = 0;
  std::chrono::nanoseconds chunk_age_max{0};
  std::chrono::nanoseconds ask_interval{0};
  std::chrono::nanoseconds patience{0};           ///< for receivers that are away
  std::chrono::nanoseconds undecided_patience{0}; ///< for components of which nobody answers
};

class collector_actor final : public actor {
public:
  struct plan {
    std::string component;
    std::string address;
    std::vector<downstream_component> downstream;
    std::vector<outlet_settings> outlets;
    collector_pace pace;
  };
  collector_actor(world& w, process& host, const plan& how, script& lines);

  void start() override;
  void receive(handle from, const message& m) override;
  void on_peers() override;
  void on_down(handle who) override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override;
  void fail() override;

protected:
  void step() override;

private:
  void make_links();
  void inquire();
  void ask();
  void begin();
  void decide_late();
  auto is_waiting() const -> bool { return inquiry_ && core_.starts == 0; }
  auto known() const -> std::vector<std::vector<position_range>>;
  void link(std::size_t outlet);
  void open_source();
  void read();
  void close_chunk();
  auto should_close() const -> bool;
  void send(std::vector<outgoing> notes);
  void on_feedback(const link_feedback& note);

  plan plan_;
  collector_core core_;
  script& lines_;
  std::unique_ptr<chunking_intake> takes_;
  std::unique_ptr<scripted_source> reads_;
  std::optional<resume_inquiry> inquiry_;
  std::vector<std::vector<position_range>> has_; ///< by outlet, as it was answered
  std::vector<sender_links> links_;
  std::uint64_t question_ = 0;
  bool is_answered_ = false;
  bool is_ready_ = false;
  monotonic_time undecided_at_{};
  monotonic_time ask_at_{};
  monotonic_time probe_at_{};
  monotonic_time collecting_since_{};
};

} // namespace weir::test
