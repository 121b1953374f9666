/// A sink in the simulation: the real core and links around a store.
#pragma once

#include "actors/sinks/sink_writer.hpp"
#include "tests/simulation/model_store.hpp"
#include "tests/simulation/world.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

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

  void start() override { step(); }
  void receive(handle from, const message& m) override;
  void on_peers() override {}
  void on_down(handle who) override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override { return core_.in.held_chunks() == 0; }
  void fail() override;
  auto remembered_ranges() const -> std::size_t override { return core_.in.remembered_ranges(); }

protected:
  void step() override { commit(); }

private:
  void schedule(std::chrono::nanoseconds after);
  auto open_store() -> bool;
  void commit();
  void go_idle();
  void answer();
  void send_feedback();

  plan plan_;
  store_maker make_store_;
  sink_core core_;
  std::unique_ptr<store> target_;
  std::unique_ptr<receiver_links> from_;
  waiting_questions<handle> questions_;
  bool is_open_ = false;
  bool scheduled_ = false;
};

} // namespace weir::test
