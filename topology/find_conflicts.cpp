#include "topology/address.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <filesystem>

namespace weir {
namespace {

auto text_of(const draft_component& c, std::string_view key) -> const config::value* {
  const auto* found = c.written.find(key);
  return found && found->is_scalar() && !found->scalar.empty() ? found : nullptr;
}

auto in_line(const draft_component& c) -> std::string {
  return c.owner() + " in line " + std::to_string(c.plan.where.line);
}

void find_shared_paths(draft& d) {
  auto writers = std::map<std::string, std::vector<const draft_component*>>{};
  for (const auto& c : d.components) {
    const auto* path = c.plan.in == tier::sink ? text_of(c, "path") : nullptr;
    if (path == nullptr) continue;
    auto& others = writers[std::filesystem::path{path->scalar}.lexically_normal().string()];
    const auto same = std::find_if(others.begin(), others.end(),
                                   [&](const auto* other) { return share_a_class(c.plan, other->plan); });
    if (same != others.end())
      d.complain(path->where, c.owner() + ": writes to \"" + path->scalar + "\" like " + in_line(**same)
                                  + "; a path wants one writer");
    others.push_back(&c);
  }
}

auto overlap(const std::string& a, const std::string& b) -> bool {
  return a == b || is_wildcard(a) || is_wildcard(b) || (is_loopback(a) && is_loopback(b));
}

struct listener {
  const draft_component* by;
  host_port address;
};

void check_nodes(draft& d, const listener& l, const config::place& where) {
  for (const auto& node : d.plan.nodes) {
    const auto hosts = l.by->plan.classes.empty() || node.classes.empty()
                       || std::any_of(node.classes.begin(), node.classes.end(), [&](const auto& c) {
                            return std::find(l.by->plan.classes.begin(), l.by->plan.classes.end(), c)
                                   != l.by->plan.classes.end();
                          });
    if (hosts && node.port == l.address.port && overlap(node.host, l.address.host))
      d.complain(where, l.by->owner() + ": listens on the address of node \"" + node.name + '"');
  }
}

void find_shared_addresses(draft& d) {
  auto listeners = std::map<std::uint16_t, std::vector<listener>>{};
  for (const auto& c : d.components) {
    const auto* listen = text_of(c, "listen");
    if (listen == nullptr) continue;
    const auto address = parse_host_port(listen->scalar);
    if (!address) continue; // the plug-in says what it wants
    auto& others = listeners[address->port];
    const auto same = std::find_if(others.begin(), others.end(), [&](const listener& other) {
      return share_a_class(c.plan, other.by->plan) && overlap(address->host, other.address.host);
    });
    if (same != others.end())
      d.complain(listen->where, c.owner() + ": listens on " + listen->scalar + " like " + in_line(*same->by)
                                    + "; an address wants one listener");
    others.push_back({&c, *address});
    check_nodes(d, others.back(), listen->where);
  }
}

} // namespace

void find_conflicts(draft& d) {
  find_shared_paths(d);
  find_shared_addresses(d);
}

} // namespace weir
