#include "topology/address.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <filesystem>

namespace weir {
namespace {

auto scalar_of(const draft_component& c, std::string_view key) -> const config::value* {
  const auto* found = c.written.find(key);
  return found && found->is_scalar() && !found->scalar.empty() ? found : nullptr;
}

auto in_line(const draft_component& c) -> std::string {
  return c.owner() + " in line " + std::to_string(c.plan.where.line);
}

void find_shared_paths(draft& d) {
  auto writers = std::map<std::string, std::vector<const draft_component*>>{};
  for (const auto& c : d.components) {
    const auto* path = c.plan.in == tier::sink ? scalar_of(c, "path") : nullptr;
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
  return is_same_host(a, b) || is_wildcard(a) || is_wildcard(b);
}

struct listener {
  const draft_component* by;
  host_port address;
  config::place where;
};

/// The addresses of a component's `listen`, written or by default; what is no host:port is left out, as
/// the plug-in says what it wants.
auto listeners_of(const draft_component& c) -> std::vector<listener> {
  auto found = std::vector<listener>{};
  const auto add = [&](std::string_view text, const config::place& where) {
    if (auto address = parse_host_port(text)) found.push_back({&c, std::move(*address), where});
  };
  if (const auto* listen = c.written.find("listen")) {
    if (listen->is_scalar()) add(listen->scalar, listen->where);
    for (const auto& item : listen->items)
      if (item.is_scalar()) add(item.scalar, item.where);
    return found;
  }
  const auto* plugin = c.plan.in == tier::collector ? plugin_registry<source>::find(c.plan.type) : nullptr;
  if (plugin == nullptr) return found;
  for (const auto& field : plugin->fields) {
    auto text = std::string_view{field.default_text};
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    if (field.key == "listen") add(text, c.plan.where);
  }
  return found;
}

auto text_of(const host_port& address) -> std::string {
  return address.host + ':' + std::to_string(address.port);
}

void check_nodes(draft& d, const listener& l) {
  for (const auto& node : d.plan.nodes) {
    const auto& classes = l.by->plan.classes;
    const auto hosts = classes.empty() || node.classes.empty()
                       || std::any_of(node.classes.begin(), node.classes.end(), [&](const auto& c) {
                            return std::find(classes.begin(), classes.end(), c) != classes.end();
                          });
    if (hosts && node.port == l.address.port && overlap(node.host, l.address.host))
      d.complain(l.where, l.by->owner() + ": listens on the address of node \"" + node.name + '"');
  }
}

void find_shared_addresses(draft& d) {
  auto by_port = std::map<std::uint16_t, std::vector<listener>>{};
  for (const auto& c : d.components)
    for (auto& l : listeners_of(c)) {
      auto& others = by_port[l.address.port];
      const auto same = std::find_if(others.begin(), others.end(), [&](const listener& other) {
        return share_a_class(c.plan, other.by->plan) && overlap(l.address.host, other.address.host);
      });
      if (same != others.end())
        d.complain(l.where, c.owner() + ": listens on " + text_of(l.address) + " like " + in_line(*same->by)
                                + "; an address wants one listener");
      check_nodes(d, l);
      others.push_back(std::move(l));
    }
}

} // namespace

void find_conflicts(draft& d) {
  find_shared_paths(d);
  find_shared_addresses(d);
}

} // namespace weir
