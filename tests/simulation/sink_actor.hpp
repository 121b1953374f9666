/// A sink in the simulation: the real machine and its writer around a store.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/sinks/store_writer.hpp"
#include "tests/simulation/world.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace weir::test {

class sink_actor final : public actor {
public:
  struct plan {
    std::string component;
    std::string address;
    inlet_settings window;
    std::size_t group_bytes_max = 0;
    std::chrono::nanoseconds commit_takes{0};
  };
  using store_maker = std::function<std::unique_ptr<store>()>;
  sink_actor(world& w, process& host, const plan& how, store_maker make_store);

  void start() override { pass_on(); }
  void receive(handle from, const message& m) override;
  void on_peers() override {}
  void on_down(handle who) override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override { return core_.in.held_chunks() == 0; }
  void fail() override;
  auto remembered_ranges() const -> std::size_t override { return core_.in.remembered_ranges(); }

protected:
  void step() override;

private:
  void begin();
  void pass_on();

  plan plan_;
  store_maker make_store_;
  std::shared_ptr<letter_box> letters_;
  sink_core core_;
  std::unique_ptr<sink_machine> machine_;
  std::unique_ptr<store_writer> writer_;
  std::optional<writer_job> job_; ///< under way
};

/// The lines in the dead letters of a sink, and how often each is there.
auto lines_of_letters(const simulated_disk& disk, const std::string& sink)
    -> std::map<std::string, std::size_t>;

} // namespace weir::test
