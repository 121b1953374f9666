#include "runtime/net/address.hpp"
#include "topology/classes.hpp"
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

/// What the plug-in of a component says that it holds; the names of nodes are not known here.
auto claims_of(const draft_component& c) -> std::vector<claim> {
  const auto where = plugin_context{c.plan.name, "{node}"};
  if (c.plan.in == tier::collector)
    if (const auto* known = plugin_registry<source>::find(c.plan.type)) return known->claims(c.written, where).held;
  if (c.plan.in == tier::sink)
    if (const auto* known = plugin_registry<store>::find(c.plan.type)) return known->claims(c.written, where).held;
  return {};
}

/// Where the setting stands that a claim comes from, in a list its item; the component if it is not written.
auto place_of(const draft_component& c, const claim& made) -> config::place {
  const auto* written = c.written.find(made.key);
  if (written == nullptr) return c.plan.where;
  for (const auto& item : written->items)
    if (item.is_scalar() && item.scalar == made.what) return item.where;
  return written->where;
}

/// Somebody who has a path, most often to himself.
struct path_owner {
  const draft_component* by;
  std::string path; ///< as written
  config::place where;
  bool is_directory; ///< with all that is below it
  bool is_shared;
};

auto owned_paths(const draft_component& c) -> std::vector<path_owner> {
  auto owned = std::vector<path_owner>{};
  for (const auto& made : claims_of(c))
    if (made.of != claim::kind::address)
      owned.push_back({&c, made.what, place_of(c, made), made.of == claim::kind::directory, made.is_shared});
  const auto* buffer = std::get_if<aggregator_plan>(&c.plan.details);
  if (buffer != nullptr && !buffer->buffer.path.empty())
    owned.push_back({&c, buffer->buffer.path, c.written.find("buffer")->find("path")->where, true, false});
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
    return !(late.is_shared && early.is_shared) && may_meet(late.by->plan.classes, early.by->plan.classes);
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

auto is_buffer(const path_owner& o) -> bool { return o.by->plan.in != tier::sink && o.by->plan.in != tier::collector; }

auto noun_of(const path_owner& o) -> std::string {
  return is_buffer(o) ? "buffer" : o.is_directory ? "directory" : "file";
}

void report_path(draft& d, const path_owner& late, const std::string& relation, const path_owner& early) {
  const auto* verb = is_buffer(late)     ? ": keeps its buffer in \""
                     : late.is_directory ? ": keeps its files in \""
                                         : ": writes to \"";
  const auto* wanted = is_buffer(early)     ? "; a buffer wants a directory of its own"
                       : early.is_directory ? "; a directory wants one owner"
                                            : "; a path wants one writer";
  d.complain(late.where, late.by->owner() + verb + late.path + '"' + relation + in_line(*early.by) + wanted);
}

void add_owner(draft& d, const path_owner& late, owners_by_path& all) {
  const auto path = normal_path(late.path);
  auto& others = all[path];
  if (const auto* same = find_rival(others, late))
    report_path(d, late, " like ", *same);
  else if (const auto* above = find_above(all, path, late))
    report_path(d, late, ", inside the " + noun_of(*above) + " of ", *above);
  else if (const auto* below = find_below(all, path, late))
    report_path(d, late, ", around the " + noun_of(*below) + " of ", *below);
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

/// Those with a port of their own. What is no address is left out, as the plug-in says what it wants.
auto listeners_of(const draft_component& c) -> std::vector<listener> {
  auto found = std::vector<listener>{};
  for (const auto& made : claims_of(c))
    if (made.of == claim::kind::address)
      if (auto at = parse_endpoint(made.what); at && at->at.port != 0)
        found.push_back({&c, std::move(at->at), place_of(c, made)});
  return found;
}

void check_nodes(draft& d, const listener& l) {
  for (const auto& node : d.plan.nodes) {
    if (may_meet(l.by->plan.classes, node.classes) && node.port == l.address.port
        && overlap(node.host, l.address.host))
      d.complain(l.where, l.by->owner() + ": listens on the address of node \"" + node.name + '"');
  }
}

void find_shared_addresses(draft& d) {
  auto by_port = std::map<std::uint16_t, std::vector<listener>>{};
  for (const auto& c : d.components)
    for (auto& l : listeners_of(c)) {
      auto& others = by_port[l.address.port];
      const auto same = std::find_if(others.begin(), others.end(), [&](const listener& other) {
        return may_meet(c.plan.classes, other.by->plan.classes) && overlap(l.address.host, other.address.host);
      });
      if (same != others.end())
        d.complain(l.where, c.owner() + ": listens on " + to_text(l.address) + " like " + in_line(*same->by)
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
      if (!may_meet(c.plan.classes, other->plan.classes)) continue;
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
