/// Who asks another node for something, with a connection of its own where there is none.
#pragma once

#include "actors/system/dialer.hpp"
#include "actors/system/peer_questions.hpp"
#include "runtime/net/address.hpp"

#include <string>

namespace weir {

/// Blocks; of one thread. A connection that it made ends with it.
class node_inquirer {
public:
  explicit node_inquirer(caf::actor_system& system) : self_(system) {}
  ~node_inquirer();
  node_inquirer(const node_inquirer&) = delete;
  auto operator=(const node_inquirer&) -> node_inquirer& = delete;

  /// A connection on which `hello` was welcome; unavailable: why there is none. At most once.
  auto dial(const dialling& with, const host_port& to, const node_hello& hello) -> result<caf::actor>;
  /// `at`: a connection or a node link. The other node's answer, or why it did not do it.
  auto ask(const caf::actor& at, const node_command& what) -> result<std::string>;

private:
  caf::scoped_actor self_;
  caf::actor own_;
};

} // namespace weir
