/// A sink in the simulation: the real machine and its writers, each around a store.
#pragma once

#include "actors/sinks/sink_machine.hpp"
#include "actors/sinks/store_writer.hpp"
#include "tests/simulation/world.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

class sink_actor final : public actor {
public:
  struct plan {
    std::string component;
    std::string address;
    inlet_settings window;
    tag_pattern match;
    std::size_t group_bytes_max = 0;
    std::chrono::nanoseconds commit_takes{0};
    std::chrono::nanoseconds fill_delay{0};
    std::size_t writers = 1;
    std::function<void(std::size_t writer)> on_begin = {}; ///< of a commit; absent: nobody wants to know
  };
  using store_maker = std::function<std::unique_ptr<store>(std::size_t writer)>;
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
  struct writer {
    std::unique_ptr<store_writer> does;
    std::optional<writer_job> job; ///< under way
    monotonic_time done_at{};
  };
  void begin();
  void pass_on();
  auto make_writer(std::size_t number) -> std::unique_ptr<store_writer>;
  void begin_job(std::size_t number);
  auto finish_job(std::size_t number) -> bool;
  auto is_busy() const -> bool;
  auto is_overlapping() const -> bool;

  plan plan_;
  store_maker make_store_;
  std::shared_ptr<letter_box> letters_;
  sink_core core_;
  std::unique_ptr<sink_machine> machine_;
  std::vector<writer> writers_;
  std::vector<writer> late_; ///< that the machine takes for failed, by mistake
};

/// The lines in the dead letters of a sink, and how often each is there.
auto lines_of_letters(const simulated_disk& disk, const std::string& sink)
    -> std::map<std::string, std::size_t>;

} // namespace weir::test
