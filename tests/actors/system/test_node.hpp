/// A whole node's actors in a test, with quick restarts and the handles of all.
#pragma once

#include "actors/system/guardian.hpp"
#include "runtime/measure/board_registry.hpp"
#include "runtime/os/poller.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

class test_node {
public:
  struct options {
    bool once = false;
    std::size_t restarts_max = 1000;
  };
  test_node(std::string_view yaml, options how);
  ~test_node();
  /// Why a node of this topology is not built; empty if it can be.
  static auto problem_of(std::string_view yaml) -> std::string;

  auto observe() const -> std::vector<observation> { return boards_->observe(system_clock()); }
  /// Observes again and again until `wanted` holds; false after a minute.
  auto observe_until(const std::function<bool(const std::vector<observation>&)>& wanted) -> bool;
  /// A running actor of the component; waits for one.
  auto actor_of(const std::string& component) -> caf::actor;
  auto system() -> caf::actor_system& { return *system_; }
  auto directory() -> directory_actor { return directory_; }
  /// Waits for the end of all input; false after a minute.
  auto finished() -> bool;
  /// Waits until a tier gave up; its reason, empty after a minute.
  auto failed() -> std::string;

private:
  poller waits_;
  std::shared_ptr<board_registry> boards_ = std::make_shared<board_registry>();
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  directory_actor directory_;
  guardian_actor guardian_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool finished_ = false;
  std::string failed_;
};

/// The one observation of this component.
auto of(const std::vector<observation>& all, std::string_view component) -> observation;

} // namespace weir::test
