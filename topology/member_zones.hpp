/// Which zone each node of the cluster is in, for whoever places copies.
#pragma once

#include "runtime/cluster/member.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace weir {

/// Where nodes are; asked by whoever places copies, in any thread.
class member_zones {
public:
  void set(const std::vector<member>& others, const std::string& self, const std::string& own_zone) {
    auto zones = std::map<std::string, std::string>{{self, own_zone}};
    for (const auto& m : others) zones[m.node] = m.zone;
    const auto lock = std::lock_guard{guard_};
    zones_ = std::move(zones);
  }
  auto zone_of(const std::string& node) const -> std::string {
    const auto lock = std::lock_guard{guard_};
    const auto at = zones_.find(node);
    return at == zones_.end() ? std::string{} : at->second;
  }

private:
  mutable std::mutex guard_;
  std::map<std::string, std::string> zones_;
};

} // namespace weir
