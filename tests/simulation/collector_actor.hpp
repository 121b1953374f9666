/// A collector in the simulation: the real machine around a scripted source.
#pragma once

#include "actors/collectors/collector_machine.hpp"
#include "tests/simulation/script.hpp"
#include "tests/simulation/world.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir::test {

class collector_actor final : public actor {
public:
  struct plan {
    std::string component;
    std::string address;
    std::vector<downstream_component> downstream;
    std::vector<outlet_settings> outlets;
    std::size_t hold_bytes = 0;
    collector_pace pace;
    bool listens = false;
  };
  /// Makes a source; whether it is the first one of its process.
  using source_maker = std::function<std::unique_ptr<source>(bool is_first)>;
  collector_actor(world& w, process& host, const plan& how, source_maker make_source, const script& lines);

  void start() override;
  void receive(handle from, const message& m) override;
  void on_peers() override;
  void on_down(handle who) override;
  auto check() const -> std::string override;
  auto is_at_rest() const -> bool override;
  void fail() override;
  void wake() override;

protected:
  void step() override;

private:
  void begin();
  void pass_on();

  plan plan_;
  source_maker make_source_;
  const script& lines_;
  std::shared_ptr<collector_core> core_;
  std::unique_ptr<collector_machine> machine_;
};

} // namespace weir::test
