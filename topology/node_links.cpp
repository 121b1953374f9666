#include "topology/node_links.hpp"

#include "actors/system/failure.hpp"

#include <algorithm>

namespace weir {
namespace {

auto is_same_place(const node_address& a, const node_address& b) -> bool {
  return a.name == b.name && a.host == b.host && a.port == b.port;
}

} // namespace

node_links::node_links(caf::actor_system& system, node_link_settings common, dialling with,
                       std::function<void(const std::string& why)> on_failed)
    : system_(system), common_(std::move(common)), with_(std::move(with)), on_failed_(std::move(on_failed)) {}

node_links::~node_links() {
  for (const auto& l : links_) hang_up(l);
}

void node_links::dial(const std::vector<node_address>& wanted, bool keeps_others) {
  const auto lock = std::lock_guard{guard_};
  std::erase_if(links_, [&](const link& l) {
    const auto at = std::find_if(wanted.begin(), wanted.end(), [&](const auto& w) { return w.name == l.to.name; });
    const auto stays = at == wanted.end() ? keeps_others : is_same_place(*at, l.to);
    if (!stays) hang_up(l);
    return !stays;
  });
  for (const auto& to : wanted)
    if (std::none_of(links_.begin(), links_.end(), [&](const link& l) { return l.to.name == to.name; }))
      links_.push_back({to, make(to)});
}

auto node_links::make(const node_address& to) -> caf::actor {
  auto settings = common_;
  settings.name = to.name;
  settings.host = to.host;
  settings.port = to.port;
  settings.make_dialer = [with = with_](caf::event_based_actor* self) { return self->spawn<caf::detached>(dialer, with); };
  auto made = system_.spawn(node_link, std::move(settings));
  end_node_with(*caf::actor_cast<caf::abstract_actor*>(made), "link to node " + to.name, on_failed_);
  return made;
}

auto node_links::all() const -> std::vector<std::pair<std::string, caf::actor>> {
  const auto lock = std::lock_guard{guard_};
  auto found = std::vector<std::pair<std::string, caf::actor>>{};
  for (const auto& l : links_) found.emplace_back(l.to.name, l.who);
  return found;
}

} // namespace weir
