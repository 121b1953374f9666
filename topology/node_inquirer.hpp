/// Who asks another node for something, with a connection of its own where there is none.
#pragma once

#include "actors/system/dialer.hpp"
#include "actors/system/peer_questions.hpp"
#include "runtime/base/units.hpp"
#include "runtime/net/address.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weir {

/// Blocks; of one thread. A connection that it made ends with it.
class node_inquirer {
public:
  /// `patience`: with each of what it does; a node may have to read a file, and try it.
  node_inquirer(caf::actor_system& system, duration patience) : self_(system), patience_(patience) {}
  ~node_inquirer();
  node_inquirer(const node_inquirer&) = delete;
  auto operator=(const node_inquirer&) -> node_inquirer& = delete;

  /// A connection on which `hello` was welcome; unavailable: why there is none. At most once.
  auto dial(const dialling& with, const host_port& to, const node_hello& hello) -> result<caf::actor>;
  /// `at`: a connection or a node link. The other node's answer, or why it did not do it.
  auto ask(const caf::actor& at, const node_command& what) -> result<std::string>;

private:
  caf::scoped_actor self_;
  const duration patience_;
  caf::actor own_;
};

/// Of all of these, named by their nodes, as long as the slowest takes.
auto ask_side_by_side(caf::actor_system& system, const std::vector<std::pair<std::string, caf::actor>>& nodes, const node_command& what,
                      duration patience) -> std::vector<node_answer>;

} // namespace weir
