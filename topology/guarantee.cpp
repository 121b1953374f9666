#include "topology/guarantee.hpp"

#include "actors/collectors/collector_core.hpp"
#include "topology/classes.hpp"
#include "topology/draft.hpp"

#include <algorithm>
#include <unordered_map>

namespace weir {
namespace {

auto owner_of(const component_plan& c) -> std::string {
  return std::string{tier_name(c.in)} + " \"" + c.name + "\": ";
}

/// Where the setting stands, or else the component.
auto place_of(const component_plan& c, std::string_view key, std::string_view inner = {}) -> config::place {
  const auto* found = c.written.find(key);
  if (found == nullptr) return c.where;
  if (const auto* below = inner.empty() ? nullptr : found->find(inner)) return below->where;
  return found->where;
}

auto has_disk_buffer(const component_plan& c) -> bool {
  const auto* details = std::get_if<aggregator_plan>(&c.details);
  return details != nullptr && details->buffer.type == buffer_type::disk;
}

auto promise_of(const component_plan& sink) -> store_promise {
  const auto* known = plugin_registry<store>::find(sink.type);
  return known == nullptr ? store_promise{} : known->promise(sink.written);
}

/// Why a store does not know again what it has.
auto why_none(const component_plan& sink, const store_promise& promise) -> std::string {
  return promise.why_none.empty() ? sink.type + " does not know again what it has" : promise.why_none;
}

/// How many of the nodes in the file may host it.
auto hosts_of(const topology_plan& plan, const component_plan& c) -> std::size_t {
  return static_cast<std::size_t>(
      std::count_if(plan.nodes.begin(), plan.nodes.end(), [&](const node_address& n) {
        return n.classes.empty() || share_a_class(n.classes, c.classes);
      }));
}

/// How many actors of `to` may have something of a collector on another node.
auto remote_actors(const topology_plan& plan, const component_plan& from, const component_plan& to)
    -> std::size_t {
  if (have_all(to.classes, from.classes)) return 0; // each node has its own
  const auto* details = std::get_if<aggregator_plan>(&to.details);
  return hosts_of(plan, to) * (details ? details->instances : 1);
}

/// Adds what one component after the other does to the promise.
class judge {
public:
  judge(const topology_plan& plan, path_guarantee& out) : plan_(plan), out_(out) {}

  void run() {
    source_of(*out_.path.front());
    if (is_read_again_) asked_by(*out_.path.front());
    auto is_first = true;
    for (std::size_t i = 1; i + 1 < out_.path.size(); ++i) {
      buffer_of(*out_.path[i], is_first);
      is_first = is_first && !has_disk_buffer(*out_.path[i]);
    }
    sink_of(*out_.path.back());
    stores_of(*out_.path.back());
    stores_of_joining(*out_.path.back());
    for (std::size_t i = 0; i + 1 < out_.path.size(); ++i) bound_of(*out_.path[i], *out_.path[i + 1]);
  }

private:
  void source_of(const component_plan& c) {
    const auto* known = plugin_registry<source>::find(c.type);
    const auto clients = known == nullptr ? std::nullopt : known->clients(c.written);
    if (clients) return clients_of(c, *clients);
    const auto reads_letters = !c.letters_of.empty(); // from their file
    comes_again_ = reads_letters || (known != nullptr && known->resumes);
    is_read_again_ = comes_again_;
    if (!comes_again_)
      weaken(c, c.type + " cannot be read again, so what is not safe yet when its process dies is lost", place_of(c, "type"),
             true);
  }

  void clients_of(const component_plan& c, const client_promise& clients) {
    comes_again_ = clients.send_again;
    if (!clients.send_again || !clients.are_known_again)
      weaken(c, clients.why, place_of(c, "type"), !clients.send_again);
    if (std::get<collector_plan>(c.details).ack == ack_level::received)
      weaken(c, "\"ack: received\" answers before an event is safe, so what is not when its process dies is lost",
             place_of(c, "ack"), true);
    out_.notes.insert(out_.notes.end(), clients.notes.begin(), clients.notes.end());
  }

  static auto unsure_for_sink(const component_plan& sink) -> duration { return std::get<sink_plan>(sink.details).unsure_for; }

  /// Who says at a start what is stored: the first that keep positions, through the memory buffers before them.
  void asked_by(const component_plan& collector) {
    for (std::size_t i = 1; i < out_.path.size(); ++i) {
      const auto& to = *out_.path[i];
      if (remote_actors(plan_, *out_.path[i - 1], to) > 1)
        return rests_on("every \"" + to.name + "\" answers", collector);
      if (to.in == tier::sink || has_disk_buffer(to)) return;
      if (to.to.size() > 1) return rests_on("all behind \"" + to.name + "\" answer", collector);
    }
  }

  void rests_on(const std::string& answers, const component_plan& collector) {
    if (unsure_for_sink(*out_.path.back()) > duration{0}) return; // it waits for them
    out_.notes.push_back("as long as " + answers + " within 1s when \"" + collector.name
                         + "\" starts; else files that were first read in the last moments and renamed since may come "
                           "again");
  }

  void buffer_of(const component_plan& c, bool is_first) {
    const auto& buffer = std::get<aggregator_plan>(c.details).buffer;
    if (buffer.type != buffer_type::disk) return; // who sends to it keeps all until it is stored
    if (buffer.when_full != full_policy::block)
      weaken(c,
             std::string{"\"when_full: drop_"}
                 + (buffer.when_full == full_policy::drop_oldest ? "oldest" : "newest")
                 + "\" loses events when the buffer is full",
             place_of(c, "buffer", "when_full"), true);
    if (buffer.sync == sync_policy::always) return;
    // Positions go with the events, so a file is read again from where the log then stands.
    const auto is_read_again = is_first && is_read_again_;
    out_.at_power_cut.push_back({owner_of(c)
                                     + "\"sync: " + (buffer.sync == sync_policy::os ? "os" : "interval")
                                     + "\" acknowledges what is not on the device yet"
                                     + (is_read_again ? "; it is read again, and may be stored by then" : ""),
                                 place_of(c, "buffer", "sync"), !is_read_again});
  }

  void sink_of(const component_plan& c) {
    const auto& details = std::get<sink_plan>(c.details);
    const auto promise = promise_of(c);
    if (promise.loses) weaken(c, promise.loses->what, place_of(c, promise.loses->key), true);
    if (!promise.has_memory())
      weaken(c, why_none(c, promise) + ", so what is sent again is stored again", place_of(c, "type"), false);
    else if (promise.repeats)
      weaken(c, promise.repeats->what, place_of(c, promise.repeats->key), false);
    if (promise.has_memory() && promise.at_power_cut)
      out_.at_power_cut.push_back(
          {owner_of(c) + promise.at_power_cut->what, place_of(c, promise.at_power_cut->key), true});
    if (details.retry.give_up_after)
      out_.notes.push_back("what \"" + c.name + "\" cannot store for " + to_text(*details.retry.give_up_after)
                           + " becomes dead letters");
  }

  /// Ledgers do not know what another node's store has.
  void stores_of(const component_plan& sink) {
    const auto stores = hosts_of(plan_, sink);
    if (stores < 2 || promise_of(sink).is_shared()) return;
    const auto chooses = [&](const component_plan* from, const component_plan* to) {
      return hosts_of(plan_, *to) > 1 && remote_actors(plan_, *from, *to) > 1;
    };
    for (std::size_t i = 0; i + 1 < out_.path.size(); ++i)
      if (chooses(out_.path[i], out_.path[i + 1])) return unshared_stores(sink, i, std::to_string(stores));
  }

  /// How many nodes join is not in the file.
  void stores_of_joining(const component_plan& sink) {
    if (!plan_.joining.is_open() || plan_.classes.empty() || hosts_of(plan_, sink) > 1 || !promise_of(sink).has_memory()
        || promise_of(sink).is_shared())
      return;
    if (unsure_for_sink(sink) > duration{0}) return unshared_stores(sink, out_.path.size() - 2, "several");
    for (std::size_t i = 0; i + 1 < out_.path.size(); ++i)
      if (!have_all(out_.path[i + 1]->classes, out_.path[i]->classes))
        return out_.notes.push_back("at least once if several nodes take on \"" + sink.name
                                    + "\": each has a store of its own; \"on_unknown: wait\" would make it exactly once then, "
                                      "at the price of waiting for a node that is away");
  }

  /// Where `sender` chooses one of several of the next.
  void unshared_stores(const component_plan& sink, std::size_t sender, const std::string& stores) {
    const auto from = out_.path[sender]->name;
    const auto has_stores = "has a store on each of " + stores + " nodes";
    if (unsure_for_sink(sink) == duration{0})
      return weaken(sink,
                    has_stores + ", and what \"" + from + "\" sends to another \"" + out_.path[sender + 1]->name
                        + "\" because one did not answer may end in two of them; \"on_unknown: wait\" would make it exactly "
                          "once, at the price of waiting for a node that is away; or one node for \""
                        + sink.name + "\" would store it once",
                    sink.where, false);
    if (const auto why = why_waiting_fails(); !why.empty())
      return weaken(sink, has_stores + "; \"on_unknown: wait\" does not help where " + why, place_of(sink, "on_unknown"), false);
    out_.notes.push_back("as long as no node stays away from \"" + sink.name + "\" or those before it for longer than \"wait_for: "
                         + to_text(unsure_for_sink(sink)) + "\"; what it may have is sent elsewhere then: at least once");
  }

  /// Who forgets, or does not know, where something went.
  auto why_waiting_fails() const -> std::string {
    const auto& first = *out_.path.front();
    if (comes_again_ && !is_read_again_) return "clients send again to whoever is there (" + first.type + ")";
    for (std::size_t i = 1; i + 1 < out_.path.size(); ++i) {
      const auto& c = *out_.path[i];
      if (replicas_of(c) > 1) return "several nodes pass on what they have copies of (\"" + c.name + "\")";
      if (!has_disk_buffer(c) && remote_actors(plan_, *out_.path[i - 1], c) > 0)
        return "a buffer in memory forgets where it sent what (\"" + c.name + "\"; one with a path does not)";
    }
    return {};
  }

  /// How long the others that a component feeds go on when this way has stopped.
  void bound_of(const component_plan& from, const component_plan& to) {
    if (from.to.size() < 2 || has_disk_buffer(from) || has_disk_buffer(to)) return;
    auto bytes = collector_hold_bytes;
    if (const auto* buffers = std::get_if<aggregator_plan>(&to.details))
      bytes = std::max(bytes, buffers->buffer.max_size.value);
    if (const auto* buffers = std::get_if<aggregator_plan>(&from.details))
      bytes = buffers->buffer.max_size.value;
    out_.notes.push_back("if \"" + to.name + "\" stops, the others behind \"" + from.name
                         + "\" go on for at most " + to_text(byte_count{bytes})
                         + "; a buffer with a path between would hold more");
  }

  void weaken(const component_plan& c, const std::string& what, const config::place& where, bool loses) {
    out_.when_killed.push_back({owner_of(c) + what, where, loses});
  }

  const topology_plan& plan_;
  path_guarantee& out_;
  bool comes_again_ = false;   ///< what is not safe when a process dies is read or sent again
  bool is_read_again_ = false; ///< by the source itself, from wherever the receivers stand
};

class path_finder {
public:
  path_finder(const topology_plan& plan, std::size_t paths_max) : paths_max_(paths_max) {
    for (const auto& c : plan.components) by_name_.emplace(c.name, &c);
  }

  void walk(const component_plan& c) {
    path_.push_back(&c);
    if (c.in == tier::sink && path_.size() > 1) found.push_back({path_, {}, {}, {}});
    for (const auto& name : c.to)
      if (found.size() < paths_max_) walk(*by_name_.at(name));
    path_.pop_back();
  }

  std::vector<path_guarantee> found;

private:
  std::unordered_map<std::string_view, const component_plan*> by_name_;
  std::size_t paths_max_;
  std::vector<const component_plan*> path_;
};

void count(const std::vector<weakness>& all, bool& loses, bool& repeats) {
  for (const auto& w : all) (w.loses ? loses : repeats) = true;
}

auto level_of(bool loses, bool repeats) -> guarantee {
  if (loses) return repeats ? guarantee::none : guarantee::at_most_once;
  return repeats ? guarantee::at_least_once : guarantee::exactly_once;
}

} // namespace

auto guarantee_name(guarantee g) -> std::string_view {
  switch (g) {
  case guarantee::exactly_once: return "exactly once";
  case guarantee::at_least_once: return "at least once";
  case guarantee::at_most_once: return "at most once";
  case guarantee::none: break;
  }
  return "at most once, or again";
}

auto path_guarantee::level() const -> guarantee {
  auto loses = false;
  auto repeats = false;
  count(when_killed, loses, repeats);
  return level_of(loses, repeats);
}

auto path_guarantee::level_at_power_cut() const -> guarantee {
  auto loses = false;
  auto repeats = false;
  count(when_killed, loses, repeats);
  count(at_power_cut, loses, repeats);
  return level_of(loses, repeats);
}

auto guarantees_of(const topology_plan& plan, std::size_t paths_max) -> std::vector<path_guarantee> {
  auto finder = path_finder{plan, paths_max};
  for (const auto& c : plan.components)
    if (c.in == tier::collector) finder.walk(c);
  for (auto& found : finder.found) judge{plan, found}.run();
  return std::move(finder.found);
}

} // namespace weir
