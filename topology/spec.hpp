/// The topology as written: the keys of every section, declared once, with their places kept.
#pragma once

#include "topology/buffer_spec.hpp"
#include "topology/cluster_spec.hpp"
#include "topology/commit_spec.hpp"
#include "topology/plan.hpp"
#include "topology/retention_spec.hpp"
#include "topology/retry_spec.hpp"
#include "topology/route_policy.hpp"

#include <optional>

namespace weir {

template <class Visitor> void describe(Visitor& v, batch_settings& s) {
  v.field("max_size", s.max_size, "The most that goes on in one transfer, unless one chunk is larger.");
  v.field("max_delay", s.max_delay, "How long a chunk may wait for others to go along.");
}

/// What a component gets of what the disk buffers before it hold when they first know of it.
enum class start_with { all, now };

constexpr auto names_of(start_with*) {
  return std::array<std::pair<std::string_view, start_with>, 2>{
      {{"all", start_with::all}, {"now", start_with::now}}};
}

/// Under dead_letters:.
struct dead_letters_spec {
  std::string path;
  byte_count max_size{std::uint64_t{1} << 30};
  std::string give_up_after = "10s";
};

template <class Visitor> void describe(Visitor& v, dead_letters_spec& s) {
  v.field("path", s.path,
          "The directory of the files that keep them, COMPONENT.jsonl each; {node} works. Default: that of the "
          "disk buffer beside the component, or weir-data/dead-letters.");
  v.field("max_size", s.max_size,
          "The most that each file may hold; what comes then is lost, counted and told. 0: none are kept.");
  v.field("give_up_after", s.give_up_after,
          "How long a component waits for a file that cannot be written before its letters are lost, counted "
          "and told; or never.");
}
void validate(const dead_letters_spec& spec, config::settings_reader& reader);

/// What all collectors have in common; the rest of the keys belongs to the source.
struct collector_spec {
  std::string type;
  config::value parse;
  config::value multiline;
  config::value process;
  config::string_map labels;
  std::string dead_letter;
  ack_level ack = ack_level::durable;
  std::vector<std::string> was;
};

template <class Visitor> void describe(Visitor& v, collector_spec& s) {
  v.required("type", s.type, "Which source: `weir help collector` lists them.");
  v.field("parse", s.parse, "How to read a line: {format: json}; `weir help operator parse`.");
  v.field("multiline", s.multiline,
          "Which lines make one event, before they are parsed: [java, python]; `weir help operator multiline`.");
  v.field("process", s.process,
          "A list of operators, applied in order: - grep: {...}; parse and multiline are short forms.");
  v.field("labels", s.labels,
          "Fields added to every record that lacks them; a.b is b inside of a, and maps in between are made.");
  v.field("dead_letter", s.dead_letter,
          "The sink that gets what fails a parse with on_error: dead_letter; default: a file only.");
  v.field("ack", s.ack,
          "What an event has to be before whoever sent it is told that it is safe: received (in memory), durable (on the next "
          "disk), replicated (on those of all replicas), stored (by every sink that is to have it).");
  v.field("was", s.was,
          "Names that it had before, the oldest first: it goes on where it was under these.");
}

void validate(const collector_spec& spec, config::settings_reader& reader);

/// What senders do while fewer nodes are there than are to have each chunk.
enum class short_policy { block, degrade };

constexpr auto names_of(short_policy*) {
  return std::array<std::pair<std::string_view, short_policy>, 2>{
      {{"block", short_policy::block}, {"degrade", short_policy::degrade}}};
}

struct aggregator_spec {
  std::vector<std::string> from;
  batch_settings batch;
  buffer_spec buffer;
  std::string instances = "1";
  balance_policy balance = balance_policy::round_robin;
  std::uint32_t replicas = 1;
  short_policy when_short = short_policy::block;
  std::optional<start_with> start;
  config::value process;
  config::value route;
  route_policy route_to = route_policy::first;
  std::string dead_letter;
};

template <class Visitor> void describe(Visitor& v, aggregator_spec& s) {
  v.field("from", s.from, "Who sends to it; may be left out where there is only one choice.");
  v.field("start", s.start,
          "What it gets when it is new: all that is there, or what comes now. Default: all of a disk buffer; behind "
          "collectors about what comes now, and with all what their sources still have.");
  v.field("batch", s.batch, "When a chunk is closed.");
  v.field("buffer", s.buffer, "Where chunks wait.");
  v.field("instances", s.instances, "How many on each node of its class: a number, or auto for one a core.");
  v.field("balance", s.balance, "How senders choose among the instances.");
  v.field("replicas", s.replicas,
          "On so many nodes, in different zones where there are some, a chunk is on the disk before it counts as safe. One "
          "passes it on; the others hold their copies until it is stored, and pass them on if that one is gone.");
  v.field("when_short", s.when_short,
          "While fewer nodes are there than replicas: block, or degrade: those that are there are enough.");
  v.field("process", s.process,
          "A list of operators, applied in order to what it passes on: - grep: {...}; what it holds is as it came.");
  v.field("route", s.route,
          "Names of outputs and their expressions (docs/expressions.md): who reads from NAME.OUTPUT gets the events of which it is true, "
          "from NAME.rest those that no output takes, from NAME all.");
  v.field("route_to", s.route_to, "Where an event goes of which several are true: to the first of them, or to all.");
  v.field("dead_letter", s.dead_letter,
          "The sink that gets what fails a parse with on_error: dead_letter; default: a file only.");
}
void validate(const aggregator_spec& spec, config::settings_reader& reader);

/// What all sinks have in common; the rest of the keys belongs to the store.
struct sink_spec {
  std::string type;
  std::vector<std::string> from;
  std::vector<std::string> match;
  std::optional<start_with> start;
  std::string writers = "1";
  commit_spec batch;
  config::value process;
  retry_spec retry;
  unknown_policy on_unknown = unknown_policy::resend;
  duration wait_for = std::chrono::minutes{10};
  std::string dead_letter;
};

template <class Visitor> void describe(Visitor& v, sink_spec& s) {
  v.required("type", s.type, "Which store: `weir help sink` lists them.");
  v.field("from", s.from, "Who sends to it; may be left out where there is only one choice.");
  v.field("match", s.match, "Tag patterns such as web.*, web.** or {a,b}.*, less those with a ! in front; rest: what no other sink "
          "under the same parents takes; all tags if left out.");
  v.field("start", s.start,
          "What it gets when it is new: all that is there, or what comes now. Default: all of a disk buffer; behind "
          "collectors about what comes now, and with all what their sources still have.");
  v.field("writers", s.writers,
          "How many commits may be under way at once, each with a connection and a thread of its own: a number, or auto "
          "for what the store can stand, at most 8. With more than 1 events of one file may be stored out of order.");
  v.field("batch", s.batch, "What one commit takes.");
  v.field("process", s.process, "A list of operators, applied to what match takes before it is stored: - grep: {...}.");
  v.field("retry", s.retry, "What happens when the store is unavailable.");
  v.field("on_unknown", s.on_unknown,
          "Where several nodes write stores of their own, and one is away that may have stored something: resend it to another "
          "one (at least once), or wait for that node, which alone knows (exactly once).");
  v.field("wait_for", s.wait_for, "How long, before it goes elsewhere all the same; for on_unknown: wait.");
  v.field("dead_letter", s.dead_letter, "The sink that gets what this one refuses or cannot parse; default: a file only.");
}
void validate(const sink_spec& spec, config::settings_reader& reader);

struct node_spec {
  std::string listen;
  std::vector<std::string> as;
};

template <class Visitor> void describe(Visitor& v, node_spec& s) {
  v.required("listen", s.listen, "host:port at which other nodes reach it.");
  v.field("as", s.as, "The class or classes of placement that it takes on.");
}

inline constexpr std::uint32_t instances_max = 1024;
/// "auto" is one a core of this machine.
auto parse_instances(std::string_view text) -> result<std::uint32_t>;
/// Absent: never.
auto parse_give_up(std::string_view text) -> result<std::optional<duration>>;

} // namespace weir
