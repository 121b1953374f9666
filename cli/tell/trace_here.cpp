#include "cli/tell/trace_here.hpp"

#include "cli/figures.hpp"
#include "cli/tell/stored_when.hpp"
#include "runtime/log/recovery.hpp"
#include "runtime/os/owned_fd.hpp"
#include "topology/builder/building.hpp"

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto receivers_patience = 800ms; // with all of them
constexpr auto buffers_patience = 1s;

auto plan_of_component(const topology_plan& plan, const std::string& name) -> const component_plan* {
  const auto at = std::find_if(plan.components.begin(), plan.components.end(), [&](const auto& c) { return c.name == name; });
  return at == plan.components.end() ? nullptr : &*at;
}

/// As collectors call themselves to their receivers.
auto source_of(const trace_ground& of, const topology_plan& plan, const std::string& component) -> std::string {
  const auto* c = plan_of_component(plan, component);
  const auto* details = c == nullptr ? nullptr : std::get_if<collector_plan>(&c->details);
  const auto name = "collector/" + (details == nullptr || details->oldest_name.empty() ? component : details->oldest_name);
  return plan.classes.empty() ? name : of.source_node + '/' + name;
}

/// What is at the path now; nothing if that cannot be read.
auto identity_of(const std::string& path) -> std::optional<stream_identity> {
  const auto file = owned_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  auto found = file_stat{};
  if (!file.is_open() || stat_descriptor(file.fd(), found) != 0 || !found.is_regular()) return std::nullopt;
  auto identity = stream_identity{};
  identity.key = found.key;
  identity.head = print_of_first_line(read_head(file.fd(), head_bytes_max));
  return identity;
}

auto hop_of(const observation& o, const std::string& node) -> trace_hop {
  auto hop = trace_hop{};
  hop.node = node;
  hop.component = o.component;
  hop.tier = o.tier;
  return hop;
}

/// How far the collector has read.
auto reading_hop(const observation& o, const std::string& node, const file_figures& f, std::uint64_t offset) -> trace_hop {
  auto hop = hop_of(o, node);
  const auto read_up_to = "it has read " + count_text(f.offset) + " of " + count_text(f.size) + " bytes";
  hop.mood = "waits";
  if (offset < f.offset) {
    hop.mood = "flows";
    hop.state = "read";
    hop.text = read_up_to;
  } else if (offset >= f.size) {
    hop.state = "not written yet";
    hop.text = "the file ends before it, at " + count_text(f.size);
  } else {
    hop.state = "not read yet";
    hop.text = read_up_to + "; " + count_text(offset - f.offset) + " are before it";
  }
  if (!f.problem.empty()) hop.text += "; " + f.problem;
  return hop;
}

/// What receivers say to a question of either kind.
struct receiver_word {
  bool answers = false;
  bool has = false;
  bool holds = false; ///< and may lose it yet
  bool is_settled = false;
  bool knows_source = false; ///< anything of it
  std::uint32_t generation = 0;
};

auto word_of_positions(const known_positions& told, const trace_target& target) -> receiver_word {
  auto word = receiver_word{true};
  const auto has = target.found_in(told.positions);
  const auto holds = target.found_in(told.elsewhere);
  const auto settled = target.found_in(told.settled);
  word.has = has.has_value();
  word.holds = holds.has_value();
  word.is_settled = settled.has_value();
  word.generation = std::max({has.value_or(0), holds.value_or(0), settled.value_or(0)});
  word.knows_source = !told.positions.empty() || !told.elsewhere.empty() || !told.settled.empty();
  return word;
}

using words_by_address = std::map<std::string, receiver_word>;

auto ask_here(const trace_ground& of, const trace_target& target, duration patience) -> words_by_address {
  auto words = words_by_address{};
  if (target.chunk) {
    const auto& id = *target.chunk;
    for (const auto& [address, told] : of.here.ask_receivers(ask_had{0, {{id.origin, id.sequence, id.sequence}}}, patience))
      words[address] = {true, !told.ids.empty(), false, false, true, 0};
  } else {
    for (const auto& [address, told] : of.here.ask_receivers(ask_positions{0, target.source}, patience))
      words[address] = word_of_positions(told, target);
  }
  return words;
}

auto receiver_hop(const observation& o, const std::string& node, const receiver_word& word) -> trace_hop {
  auto hop = hop_of(o, node);
  const auto is_sink = o.tier == "sink";
  hop.generation = word.generation;
  hop.is_settled = word.is_settled;
  if (!word.answers) {
    hop.mood = "fails";
    hop.state = "no answer";
    hop.text = o.last_error.empty() ? "it does not answer" : o.last_error;
  } else if (word.has || (is_sink && word.is_settled)) {
    hop.mood = "flows";
    hop.state = is_sink ? "stored" : "passed on";
    hop.text = is_sink ? "its store has it" : "it had it";
  } else if (word.holds) {
    hop.mood = "waits";
    hop.state = "waits";
    hop.text = is_sink ? "it waits to be stored" : "it holds it in memory";
    if (!o.last_error.empty() && o.state == "retrying") hop.text += "; it tries again: " + o.last_error;
  } else {
    hop.mood = "rests";
    hop.state = "not there";
    hop.text = word.knows_source ? "it does not have it" : is_sink ? "it remembers nothing of that collector" : "nothing of that collector came here";
  }
  return hop;
}

auto is_of_target(const chunk& head, const trace_target& target) -> bool {
  return target.chunk ? head.id == *target.chunk : head.source == target.source && target.found_in(head.positions).has_value();
}

/// One target in one disk buffer: who of the readers has not taken it yet, behind how many events.
class buffered_target {
public:
  buffered_target(const trace_target& of, trace_hop& hop) : of_(of), hop_(hop) {}

  void take(const recovered_record& found) {
    const auto is_it = !is_found_ && is_of_target(found.head, of_);
    for (const auto& reader : found.readers) {
      const auto has = reader.has_settled(found.at.header.number);
      if (is_it) (has ? hop_.taken_by : hop_.waits_for).push_back(reader.name());
      if (is_it && !has) hop_.events_before = std::max(hop_.events_before, before_[reader.name()]);
      if (!has) before_[reader.name()] += found.head.count;
    }
    if (!is_it) return;
    is_found_ = true;
    hop_.chunk = chunk_id_text(found.head.id);
    hop_.at = time_text(found.head.closed_ns);
    hop_.source = found.head.source;
    hop_.text = "its chunk has " + many(found.head.count, "event", "events");
  }
  void end(const result<recovered_log>& log) {
    if (!log && log.failure().code == errc::limit && !is_found_) hop_.text += "; its buffer is too large to be looked through in time";
    if (!is_found_) return;
    hop_.mood = hop_.waits_for.empty() ? "flows" : "waits";
    hop_.state = hop_.waits_for.empty() ? "passed on" : "waits";
    for (const auto& name : hop_.waits_for) hop_.text += "; not taken by " + name + " yet";
    if (!hop_.waits_for.empty()) hop_.text += ", behind " + many(hop_.events_before, "other", "others");
  }

private:
  const trace_target& of_;
  trace_hop& hop_;
  std::map<std::string, std::uint64_t> before_; ///< by reader
  bool is_found_ = false;
};

void look_into_buffer(const std::string& path, std::vector<buffered_target> targets) {
  const auto until = system_clock().monotonic() + buffers_patience;
  auto how = recovery_options{path};
  how.is_over = [&] { return system_clock().monotonic() >= until; };
  how.on_chunk = [&](const recovered_record& found) {
    for (auto& t : targets) t.take(found);
  };
  const auto log = recover_log(real_file_system(), how);
  for (auto& t : targets) t.end(log);
}

/// The directory of an aggregator's disk buffer, by its address; empty: it has none.
auto buffer_of(const trace_ground& of, const topology_plan& plan, const observation& o) -> std::string {
  const auto* c = plan_of_component(plan, o.component);
  const auto* details = c == nullptr ? nullptr : std::get_if<aggregator_plan>(&c->details);
  if (details == nullptr || details->buffer.type != buffer_type::disk) return {};
  const auto& node = of.changes.by().node;
  for (std::uint32_t i = 0; i < instances_of(*c); ++i)
    if (address_on(node, *c, i) == o.address) return buffer_directory(*c, node, i);
  return {};
}

constexpr auto letters_max = std::size_t{10};

auto is_near(const dead_letter& letter, const trace_target& target) -> bool {
  if (target.chunk) return letter.chunk.sequence != 0 && letter.chunk == *target.chunk;
  return letter.place && letter.place->source == target.source && target.found_in(letter.place->positions);
}

/// Of a sink only the chunk is known, and which of its events it is.
void add_letters_of_sinks(const trace_ground& of, const topology_plan& plan, const std::vector<trace_target>& targets,
                          std::vector<std::vector<trace_hop>>& to) {
  auto left = std::vector<std::size_t>(targets.size(), letters_max);
  for_each_letter(of.changes, [&](const found_letter& l) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (left[i] == 0 || !is_near(l.content, targets[i])) continue;
      --left[i];
      auto hop = letter_hop(of, plan, l);
      hop.state = "dead letter beside it";
      hop.text = "event " + std::to_string(l.content.index) + " of its chunk: " + hop.text;
      to[i].push_back(std::move(hop));
    }
  });
}

/// Since when sinks have what they have.
void add_times(const trace_target& target, stored_when& when, trace_hop& hop) {
  const auto known = when.of(target);
  if (known.at_s != 0) hop.at = second_text(known.at_s);
  if (known.before_s != 0) hop.text += ", since before " + second_text(known.before_s) + ", which is as far back as it remembers when";
}

/// The line of the file that has the byte.
auto line_around(const std::string& path, std::uint64_t offset) -> std::string {
  constexpr auto reach = std::uint64_t{64} << 10;
  auto in = std::ifstream{path, std::ios::binary};
  const auto from = offset - std::min(offset, reach);
  auto bytes = std::string(static_cast<std::size_t>(2 * reach), '\0');
  in.seekg(static_cast<std::streamoff>(from));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  const auto at = static_cast<std::size_t>(offset - from);
  if (at >= bytes.size()) return {};
  const auto before = at == 0 ? std::string::npos : bytes.rfind('\n', at - 1);
  const auto begin = before == std::string::npos ? 0 : before + 1;
  auto line = bytes.substr(begin, std::min(bytes.find('\n', at), bytes.size()) - begin);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// A letter of a collector has the range up to where it could go on: which line of that it was says the line.
void add_letters_of_collector(const trace_ground& of, const topology_plan& plan, const trace_place& place, const std::string& path,
                              std::vector<trace_place>& to) {
  const auto line = line_around(path, place.target.position);
  auto left = letters_max;
  for_each_letter(of.changes, [&](const found_letter& l) {
    const auto& letter = l.content;
    if (left == 0 || l.component != place.hop.component || letter.stream.empty()) return;
    if (!place.target.found_in({{letter.stream, letter.begin, letter.end}}) || (letter.is_line && letter.bytes != line)) return;
    --left;
    auto hop = letter_hop(of, plan, l);
    if (!letter.is_line) {
      hop.state = "dead letter beside it";
      hop.text = "an event of bytes " + count_text(letter.begin) + " to " + count_text(letter.end) + ": " + hop.text;
    }
    to.push_back({std::move(hop), {}});
  });
}

} // namespace

auto letter_hop(const trace_ground& of, const topology_plan& plan, const found_letter& l) -> trace_hop {
  auto hop = trace_hop{};
  const auto* c = plan_of_component(plan, l.component);
  hop.node = of.changes.by().node;
  hop.component = l.component;
  hop.tier = c == nullptr ? "" : word_of(c->in);
  hop.mood = "fails";
  hop.state = "dead letter";
  hop.text = l.content.reason;
  hop.at = time_text(l.content.at_ns);
  if (l.content.chunk.sequence != 0) hop.chunk = chunk_id_text(l.content.chunk);
  return hop;
}

auto place_in_file(const trace_ground& of, const topology_plan& plan, const observation& o, const file_figures& f, std::uint64_t offset)
    -> trace_place {
  auto place = trace_place{reading_hop(o, of.changes.by().node, f, offset), {}};
  if (const auto identity = identity_of(f.path)) {
    place.target.source = source_of(of, plan, o.component);
    place.target.stream = *identity;
    place.target.position = offset;
  }
  return place;
}

auto buffers_here(const trace_ground& of, const topology_plan& plan) -> std::vector<node_buffer> {
  auto all = std::vector<node_buffer>{};
  for (const auto* c : components_of(plan, of.changes.by().classes)) {
    const auto* details = std::get_if<aggregator_plan>(&c->details);
    if (details == nullptr || details->buffer.type != buffer_type::disk) continue;
    for (std::uint32_t i = 0; i < instances_of(*c); ++i) all.push_back({*c, buffer_directory(*c, of.changes.by().node, i)});
  }
  return all;
}

auto places_here(const trace_ground& of, const std::string& file, std::uint64_t offset) -> std::vector<trace_place> {
  auto places = std::vector<trace_place>{};
  const auto plan = of.changes.plan();
  const auto wanted = std::filesystem::path{file}.lexically_normal().string();
  const auto seen = of.here.observe();
  for (const auto& o : seen.actors)
    for (const auto& f : o.files) {
      if (std::filesystem::path{f.path}.lexically_normal() != wanted) continue;
      places.push_back(place_in_file(of, *plan, o, f, offset));
      if (!places.back().target.source.empty()) add_letters_of_collector(of, *plan, trace_place{places.back()}, f.path, places);
    }
  return places;
}

auto hops_here(const trace_ground& of, const std::vector<trace_target>& targets) -> std::vector<std::vector<trace_hop>> {
  auto all = std::vector<std::vector<trace_hop>>(targets.size());
  const auto plan = of.changes.plan();
  const auto until = system_clock().monotonic() + receivers_patience;
  auto words = std::vector<words_by_address>{};
  for (const auto& target : targets) words.push_back(ask_here(of, target, std::max(duration{0}, duration{until - system_clock().monotonic()})));
  const auto seen = of.here.observe();
  for (const auto& o : seen.actors) {
    if (o.tier == "collector") continue;
    const auto buffer = buffer_of(of, *plan, o);
    auto when = stored_when{*plan, o.component, of.changes.by().node};
    auto buffered = std::vector<std::size_t>{};
    for (std::size_t i = 0; i < targets.size(); ++i) {
      const auto told = words[i].find(o.address);
      all[i].push_back(receiver_hop(o, seen.name, told == words[i].end() ? receiver_word{} : told->second));
      if (all[i].back().state == "stored") add_times(targets[i], when, all[i].back());
      if (!buffer.empty() && all[i].back().mood != "rests") buffered.push_back(i);
    }
    auto looks = std::vector<buffered_target>{};
    for (const auto i : buffered) looks.emplace_back(targets[i], all[i].back());
    if (!looks.empty()) look_into_buffer(buffer, std::move(looks));
  }
  add_letters_of_sinks(of, *plan, targets, all);
  return all;
}

} // namespace weir::cli
