/// The connections that a node keeps to others.
#pragma once

#include "actors/system/dialer.hpp"
#include "actors/system/node_link.hpp"
#include "topology/plan.hpp"

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace weir {

/// Thread-safe.
class node_links {
public:
  /// `common`: what is the same of all links.
  node_links(caf::actor_system& system, node_link_settings common, dialling with,
             std::function<void(const std::string& why)> on_failed);
  /// Hangs up.
  ~node_links();
  node_links(const node_links&) = delete;
  auto operator=(const node_links&) -> node_links& = delete;

  /// Dials those that are new, or elsewhere now; `keeps_others`: else the others are hung up.
  void dial(const std::vector<node_address>& wanted, bool keeps_others);
  auto all() const -> std::vector<std::pair<std::string, caf::actor>>;

private:
  struct link {
    node_address to;
    caf::actor who;
  };
  auto make(const node_address& to) -> caf::actor;
  static void hang_up(const link& l) { caf::anon_send_exit(l.who, caf::exit_reason::user_shutdown); }

  caf::actor_system& system_;
  const node_link_settings common_;
  const dialling with_;
  const std::function<void(const std::string& why)> on_failed_;
  mutable std::mutex guard_;
  std::vector<link> links_;
};

} // namespace weir
