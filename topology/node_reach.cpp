// How a node finds others, and has what it is told by people done there.
#include "topology/node_running.hpp"

#include "actors/system/failure.hpp"
#include "topology/actor_orders.hpp"

#include <algorithm>
#include <thread>

namespace weir {
namespace {

using namespace std::chrono_literals;

} // namespace

auto node::running::reached() const -> std::vector<std::pair<std::string, caf::actor>> {
  auto found = linked();
  auto self = caf::scoped_actor{*system};
  self->request(gate_handle, links_timeout, guests_atom::value)
      .receive(
          [&](const std::vector<guest_node>& guests) {
            for (const auto& g : guests)
              if (std::none_of(found.begin(), found.end(), [&](const auto& f) { return f.first == g.node; }))
                found.emplace_back(g.node, g.connection);
          },
          [](const caf::error&) {});
  return found;
}

auto node::running::address_of(const std::string& other) -> std::optional<host_port> {
  const auto lock = std::lock_guard{members_guard};
  for (const auto& m : members)
    if (m.node == other)
      if (const auto at = parse_host_port(m.address)) return *at;
  const auto by = plan->get();
  if (const auto* fixed = own_address(*by, other)) return host_port{fixed->host, fixed->port};
  return std::nullopt;
}

auto node::running::connection_to(const std::string& other) const -> caf::actor {
  auto self = caf::scoped_actor{*system};
  auto found = caf::actor{};
  for (const auto& [peer, at] : linked()) {
    if (peer != other) continue;
    self->request(at, links_timeout, links_atom::value)
        .receive([&, at = at](const std::vector<linked_node>& seen) { found = seen.at(0).is_connected ? at : caf::actor{}; },
                 [](const caf::error&) {});
  }
  if (found) return found;
  self->request(gate_handle, links_timeout, guests_atom::value)
      .receive(
          [&](const std::vector<guest_node>& guests) {
            for (const auto& g : guests)
              if (g.node == other) found = g.connection;
          },
          [](const caf::error&) {});
  return found;
}

auto node::running::hello_for_talk() const -> node_hello {
  const auto& me = link.identity;
  auto hello = node_hello{protocol_version, me.cluster, me.node, me.incarnation, me.classes, protocol_oldest, me.serves};
  hello.introduces = true;
  return hello;
}

/// One that has just joined may be known by what others say, and connect in a moment.
auto node::running::reach(node_inquirer& by, const std::string& other) -> result<caf::actor> {
  constexpr auto joins_within = 5s;
  const auto until = std::chrono::steady_clock::now() + joins_within;
  while (true) {
    if (auto found = connection_to(other)) return found;
    if (const auto at = address_of(other)) return by.dial(dialling_by(), *at, hello_for_talk());
    if (!is_up(other) || std::chrono::steady_clock::now() > until) break;
    std::this_thread::sleep_for(100ms);
  }
  return error{errc::not_found, "this node has no connection to \"" + other + "\", and knows no address of it"};
}

auto node::ask_all(const node_command& what, duration patience, const std::set<std::string>* only) -> std::vector<node_answer> {
  auto asked = state_->reached();
  if (only != nullptr) std::erase_if(asked, [&](const auto& n) { return !only->contains(n.first); });
  return ask_side_by_side(*state_->system, asked, what, patience);
}

auto node::command(const std::string& other, const node_command& what, duration patience) -> result<std::string> {
  auto line = node_inquirer{*state_->system, patience};
  WEIR_TRY(const auto at, state_->reach(line, other));
  return line.ask(at, what);
}

auto node::give_up(const std::string& other, const std::string& by) -> result<std::string> {
  return state_->give_up({other, by, false});
}

auto node::forget(const std::string& other, const std::string& by) -> result<std::string> {
  auto& s = *state_;
  if (!s.cluster_handle) return error{errc::rejected, "this node runs alone: there are no others"};
  if (!s.link.identity.serves) return s.pass_on_forget(*this, other, by);
  const auto at = s.address_of(other);
  auto is_unreachable = false;
  if (at && other != s.name) {
    auto line = node_inquirer{*s.system, inquiry_patience};
    is_unreachable = !line.dial(s.dialling_by(), *at, s.hello_for_talk());
    if (!is_unreachable) return error{errc::rejected, "node \"" + other + "\" answers: weir drain ends it"};
  }
  return s.give_up({other, by, is_unreachable});
}

auto node::running::give_up(const give_up_order& order) const -> result<std::string> {
  auto done = result<std::string>{error{errc::unavailable, "it does not answer"}};
  auto self = caf::scoped_actor{*system};
  self->request(cluster_handle, links_timeout, order)
      .receive([&](give_up_atom) { done = "node \"" + order.node + "\" is given up for good\n"; },
               [&](const caf::error& e) { done = error{errc::rejected, failure_text(*system, e)}; });
  return done;
}

/// To those who serve, until one takes it.
auto node::running::pass_on_forget(node& self, const std::string& other, const std::string& by) -> result<std::string> {
  auto came = result<std::string>{error{errc::unavailable, "this node only collects, and no node that serves is there"}};
  for (const auto& m : others_up()) {
    if (!m.serves || m.node == other) continue;
    came = self.command(m.node, {"forget " + other, {}, by});
    if (came) break;
  }
  return came;
}

} // namespace weir
