#include "runtime/net/address.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <vector>

namespace weir {
namespace {

auto in_line(const draft_component& c) -> std::string {
  return c.owner() + " in line " + std::to_string(c.plan.where.line);
}

/// Somebody who has a path to himself.
struct path_owner {
  const draft_component* by;
  const config::value* written;
  bool is_directory; ///< with all that is below it
};

auto owned_paths(const draft_component& c) -> std::vector<path_owner> {
  auto owned = std::vector<path_owner>{};
  const auto add = [&](const config::value* path, bool is_directory) {
    if (path != nullptr && path->is_scalar() && !path->scalar.empty())
      owned.push_back({&c, path, is_directory});
  };
  if (c.plan.in == tier::sink) {
    for (const auto* key : {"path", "ledger"}) add(c.written.find(key), false);
    return owned;
  }
  const auto* buffer = c.written.find("buffer");
  if (buffer != nullptr) add(buffer->find("path"), true);
  return owned;
}

/// As text, so that templates compare too; without a slash at the end.
auto normal_path(std::string_view text) -> std::string {
  auto path = std::filesystem::path{text}.lexically_normal().string();
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

using owners_by_path = std::map<std::string, std::vector<path_owner>, std::less<>>;

auto find_rival(const std::vector<path_owner>& owners, const path_owner& late) -> const path_owner* {
  const auto same = std::find_if(owners.begin(), owners.end(), [&](const path_owner& early) {
    return share_a_class(late.by->plan, early.by->plan);
  });
  return same == owners.end() ? nullptr : &*same;
}

/// Who has a directory above `path`.
auto find_above(const owners_by_path& all, std::string_view path, const path_owner& late)
    -> const path_owner* {
  for (auto end = path.rfind('/'); end != std::string_view::npos && end > 0; end = path.rfind('/', end - 1)) {
    const auto at = all.find(path.substr(0, end));
    const auto* rival = at == all.end() ? nullptr : find_rival(at->second, late);
    if (rival != nullptr && rival->is_directory) return rival;
  }
  return nullptr;
}

/// Who has something below the directory `path`.
auto find_below(const owners_by_path& all, const std::string& path, const path_owner& late)
    -> const path_owner* {
  if (!late.is_directory) return nullptr;
  const auto begin = path + '/';
  for (auto at = all.lower_bound(begin); at != all.end() && at->first.starts_with(begin); ++at)
    if (const auto* rival = find_rival(at->second, late)) return rival;
  return nullptr;
}

void report_path(draft& d, const path_owner& late, const std::string& relation, const path_owner& early) {
  const auto* verb = late.is_directory ? ": keeps its buffer in \"" : ": writes to \"";
  const auto* wanted =
      early.is_directory ? "; a buffer wants a directory of its own" : "; a path wants one writer";
  d.complain(late.written->where,
             late.by->owner() + verb + late.written->scalar + '"' + relation + in_line(*early.by) + wanted);
}

void add_owner(draft& d, const path_owner& late, owners_by_path& all) {
  const auto path = normal_path(late.written->scalar);
  auto& others = all[path];
  if (const auto* same = find_rival(others, late))
    report_path(d, late, " like ", *same);
  else if (const auto* above = find_above(all, path, late))
    report_path(d, late, ", inside the buffer of ", *above);
  else if (const auto* below = find_below(all, path, late))
    report_path(d, late, ", around the buffer of ", *below);
  others.push_back(late);
}

void find_shared_paths(draft& d) {
  auto all = owners_by_path{};
  for (const auto& c : d.components) // sinks come last
    for (const auto& owner : owned_paths(c)) add_owner(d, owner, all);
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

auto oldest_name_of(const draft_component& c) -> std::string {
  const auto* details = std::get_if<collector_plan>(&c.plan.details);
  return details == nullptr || details->oldest_name.empty() ? c.plan.name : details->oldest_name;
}

/// Two collectors of one node cannot go on with the positions of one name.
void find_shared_names(draft& d) {
  auto by_name = std::map<std::string, std::vector<const draft_component*>>{};
  for (const auto& c : d.components) {
    if (c.plan.in != tier::collector) continue;
    auto& others = by_name[oldest_name_of(c)];
    for (const auto* other : others) {
      if (!share_a_class(c.plan, other->plan)) continue;
      const auto* was = c.written.find("was");
      const auto& late = was != nullptr ? c : *other;
      const auto& early = was != nullptr ? *other : c;
      d.complain(late.written.find("was")->where,
                 late.owner() + ": goes on as \"" + oldest_name_of(late) + "\" like " + in_line(early)
                     + "; what one has stored would pass for the other's");
    }
    others.push_back(&c);
  }
}

} // namespace

void find_conflicts(draft& d) {
  find_shared_names(d);
  find_shared_paths(d);
  find_shared_addresses(d);
}

} // namespace weir
