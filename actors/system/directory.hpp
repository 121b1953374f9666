/// Knows which actors serve which component, here and on other nodes, and tells those who watch.
#pragma once

#include "actors/protocol.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace weir {

/// The plain table behind the actor.
class peer_table {
public:
  /// `awaited`: nodes that will be heard of.
  explicit peer_table(std::vector<std::string> awaited = {}) : unheard_(std::move(awaited)) {}
  /// Returns the components whose peers changed. A peer without a handle is gone.
  auto announce(const peer& who) -> std::vector<std::string>;
  auto set_node(const std::string& node, const std::vector<peer>& peers) -> std::vector<std::string>;
  /// Whether that is the first time.
  auto hear_of(const std::string& node) -> bool;
  auto peers_of(const std::string& component) const -> std::vector<peer>;
  auto local() const -> std::vector<peer>;
  /// Instead of the last ones. Returns the components that this is news for.
  auto await(const await_nodes& wanted) -> std::vector<std::string>;
  /// Nodes that may have more of the component.
  auto unheard(const std::string& component) const -> std::vector<std::string>;

private:
  std::map<std::string, peer> local_;               // by address
  std::map<std::string, std::vector<peer>> remote_; // by node; none without peers
  std::vector<std::string> unheard_;
  std::set<std::string> heard_;
  await_nodes awaited_;
};

using directory_actor = caf::typed_actor<
    caf::reacts_to<announce_peer>,           // of this node: it is there, or gone
    caf::reacts_to<node_peers>,              // of another one: all that are there now
    caf::reacts_to<await_nodes>,
    caf::reacts_to<watch_atom, std::string>, // the sender gets peers_changed of this component, now and whenever
                                             // they change; "": of all that are local
    caf::reacts_to<step_atom>                // to itself: tell those who watch all that is local
    >;

struct directory_state {
  static inline constexpr const char* name = "directory";
  peer_table table;
  std::map<std::string, std::vector<weak_handle<watcher_actor>>> watchers; // by component; "" watches all local peers
  bool is_local_news = false;                                   // not told yet to those
};

/// Never restarted: all senders watch it, and it keeps nothing that others do not know.
/// `awaited`: the nodes that are dialled.
auto directory(directory_actor::stateful_pointer<directory_state> self, std::vector<std::string> awaited)
    -> directory_actor::behavior_type;

} // namespace weir
