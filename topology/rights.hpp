/// What a node may do at others, by what the topology places on it.
#pragma once

#include "actors/system/right.hpp"
#include "topology/plan.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The components that those of the node send to. `classes`: what it says it runs as, which counts only if the file
/// does not say it.
auto components_fed_by(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes)
    -> std::set<std::string, std::less<>>;

/// Why a node of this name may not run as what the file says of it, or else as it says; empty if it may.
auto why_not_as(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes) -> std::string;

/// What it may ask for: what the file allows to one of its classes, or if the file is silent all, of a node that hosts a
/// destination aggregator or a sink.
auto may(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes, right what) -> bool;

/// Whether a node hosts more than collectors.
auto may_serve_as(const topology_plan& plan, std::string_view node, const std::vector<std::string>& classes) -> bool;

/// The plan of a node that runs, for other threads. Thread-safe.
class current_plan {
public:
  explicit current_plan(std::shared_ptr<const topology_plan> plan) : plan_(std::move(plan)) {}
  void set(std::shared_ptr<const topology_plan> plan) {
    const auto lock = std::lock_guard{guard_};
    plan_ = std::move(plan);
    ++edition_;
  }
  auto get() const -> std::shared_ptr<const topology_plan> {
    const auto lock = std::lock_guard{guard_};
    return plan_;
  }
  /// Rises whenever the plan changes.
  auto edition() const -> std::uint64_t { return edition_; }

private:
  mutable std::mutex guard_;
  std::shared_ptr<const topology_plan> plan_;
  std::atomic<std::uint64_t> edition_{1};
};

/// Whether the node may send to a component of this one, as the plan of that moment says. Of one thread.
auto rights_now(std::shared_ptr<const current_plan> plan, std::string node, std::vector<std::string> classes)
    -> std::function<bool(const std::string& component)>;
/// Whether it may ask for it, the same.
auto may_now(std::shared_ptr<const current_plan> plan, std::string node, std::vector<std::string> classes)
    -> std::function<bool(right)>;

} // namespace weir
