#include "actors/collectors/collector.hpp"
#include "actors/collectors/letter_source.hpp"
#include "runtime/os/random.hpp"
#include "topology/builder/building.hpp"

#include <optional>
#include <utility>

namespace weir {
namespace {

/// Whose positions a collector's are. Where all runs in one process the node's name does not count: it is the
/// host's by default, and a container has another one each time.
auto source_of(const building& b, const component_plan& c) -> std::string {
  const auto& oldest = std::get<collector_plan>(c.details).oldest_name;
  const auto name = word_of(c.in) + '/' + (oldest.empty() ? c.name : oldest);
  return b.plan.classes.empty() ? name : b.context.source_node + '/' + name;
}

} // namespace

auto build_collector(const building& b, const component_plan& c, child_spec& as) -> child_maker {
  const auto& address = as.address;
  const auto& details = std::get<collector_plan>(c.details);
  auto settings = collector_settings{};
  auto& decides = settings.decides;
  decides.address = address;
  decides.context = context_of(b, c);
  decides.make_source =
      c.letters_of.empty() ? details.make_source : make_letter_source(dead_letters_of(b, c));
  decides.reads_to_end = !c.letters_of.empty();
  if (decides.reads_to_end) decides.waits_to_the_end = std::exchange(decides.context.once, false);
  decides.intake = {details.parse, details.operators, details.labels, b.wanted_behind(c), details.holds_events};
  decides.downstream = downstream_of(b, c);
  decides.source = source_of(b, c);
  const auto* known = plugin_registry<source>::find(c.type);
  decides.resumes = !c.letters_of.empty() || (known != nullptr && known->resumes);
  decides.listens = known != nullptr && known->listens;
  settings.directory = b.context.directory;
  settings.waits = b.context.waits;
  auto& core = b.context.kept->collectors[address];
  if (!core) core = std::make_shared<collector_core>(random_id(), decides.source, outlets_of(b, c));
  as.board = core->board;
  core->ack = details.ack;
  auto letters = std::optional<letter_box>{};
  if (c.letters_of.empty()) letters = letter_box_of(b, c, address);
  return [settings, core, outlets = outlets_of(b, c), letters](caf::local_actor& by, const parent_handle& parent) -> caf::actor {
    core->wire(outlets, random_id());
    core->dead_letters = letters;
    return by.spawn<caf::detached>(collector, settings, core, parent);
  };
}

auto collector_change_of(const building& b, const component_plan& c, bool discards) -> caf::message {
  return caf::make_message(std::make_shared<collector_change>(
      collector_change{downstream_of(b, c), outlets_of(b, c), b.wanted_behind(c), random_id(), discards}));
}

} // namespace weir
