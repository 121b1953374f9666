#include "cli/tell/trace.hpp"

#include "cli/figures.hpp"
#include "cli/json_document.hpp"
#include "cli/text_table.hpp"

#include <algorithm>
#include <array>
#include <future>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto find_patience = 500ms; // both together are less than two seconds
constexpr auto hops_patience = 1400ms;
constexpr auto places_max = std::size_t{4};

struct traced {
  std::vector<trace_hop> hops;
  std::vector<trace_target> targets;
  std::vector<std::string> partial;
};

auto read_hop(json_place h) -> trace_hop {
  auto hop = trace_hop{};
  hop.node = h["node"].text();
  hop.component = h["component"].text();
  hop.tier = h["tier"].text();
  hop.mood = h["mood"].text();
  hop.state = h["state"].text();
  hop.text = h["text"].text();
  hop.at = h["at"].text();
  hop.chunk = h["chunk"].text();
  hop.source = h["source"].text();
  hop.events_before = h["events_before"].count();
  hop.waits_for = h["waits_for"].texts();
  hop.taken_by = h["taken_by"].texts();
  hop.is_settled = h["settled"].is_true();
  hop.generation = static_cast<std::uint32_t>(h["generation"].count());
  return hop;
}

void write_hops(object& out, const std::vector<trace_hop>& hops) {
  auto& list = out.key("hops");
  list.array(static_cast<std::uint32_t>(hops.size()));
  for (const auto& h : hops) write_hop(list, h);
}

/// What this node tells another one: its collectors' places, or what its receivers know.
auto tell_alone(const trace_ground& of, const question& what) -> result<std::string> {
  if (what.word("file").empty()) {
    WEIR_TRY(const auto target, read_target(what));
    const auto hops = hops_here(of, target);
    return line_of([&](msgpack_writer& to) {
      auto out = object{to};
      write_hops(out, hops);
    });
  }
  WEIR_TRY(const auto offset, what.number("offset", 0));
  const auto places = places_here(of, what.word("file"), offset);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    auto& list = out.key("places");
    list.array(static_cast<std::uint32_t>(places.size()));
    for (const auto& p : places) {
      auto one = object{list};
      write_hop(one.key("hop"), p.hop);
      auto asked = question{};
      if (!p.target.source.empty()) write_target(asked, p.target);
      for (const auto& [name, value] : asked.words) one.text(name, value);
    }
  });
}

void take_places(traced& to, json_place told) {
  told["places"].for_each([&](json_place p) {
    to.hops.push_back(read_hop(p["hop"]));
    auto words = question{"trace", {}, {{"source", p["source"].text()}, {"stream", p["stream"].text()}}};
    p.for_each_member([&](const std::string& name, json_place value) {
      if (name == "position") words.words["position"] = value.text();
    });
    const auto target = read_target(words);
    if (target && to.hops.back().state == "read" && to.targets.size() < places_max) to.targets.push_back(*target);
  });
}

/// Members that nobody could ask.
void add_unasked(const trace_ground& of, const std::vector<node_answer>& came, std::vector<std::string>& to) {
  for (const auto& m : of.here.members()) {
    const auto is_asked = m.is_self || std::any_of(came.begin(), came.end(), [&](const auto& a) { return a.node == m.who.node; });
    if (is_asked || m.who.state == member_state::left) continue;
    to.push_back(m.who.node + (is_gone(m.who.state) ? ": it is down" : ": not linked to this node"));
  }
}

/// Asks all nodes, this one among them, or with alone= nobody else; `take` gets what each says.
template <class Take> void ask_everybody(const trace_ground& of, question what, duration patience, traced& to, Take&& take) {
  const auto is_alone = !what.word("alone").empty();
  what.topic = "trace";
  what.words["of"] = "node";
  to.partial.clear(); // of the last question
  const auto heed = [&](const std::string& node, const result<std::string>& came) {
    const auto document = came ? json_document::read(*came) : result<json_document>{came.failure()};
    if (document) return take(document->root());
    to.partial.push_back(node + ": " + document.failure().what);
  };
  // At the same time as the others, or both together might take too long.
  auto own = std::async(std::launch::async, [&] { return tell_alone(of, what); });
  const auto came = is_alone ? std::vector<node_answer>{} : of.here.ask_all({"tell " + to_text(what), {}, "weir trace"}, patience);
  heed(of.changes.by().node, own.get());
  if (is_alone) return;
  for (const auto& a : came) heed(a.node, a.came);
  add_unasked(of, came, to.partial);
}

auto rank_of(const trace_hop& h) -> std::size_t {
  constexpr auto order = std::array<std::string_view, 4>{"collector", "source_aggregator", "destination_aggregator", "sink"};
  return static_cast<std::size_t>(std::find(order.begin(), order.end(), h.tier) - order.begin());
}

auto trace_everywhere(const trace_ground& of, const question& what) -> result<traced> {
  auto all = traced{};
  if (what.word("chunk").empty()) {
    const auto file = what.word("file");
    if (file.empty()) return error{errc::malformed, "\"trace\" wants file= and offset=, or chunk="};
    WEIR_TRY(const auto offset, what.number("offset", 0));
    const auto asked = question{"trace", {}, {{"file", file}, {"offset", std::to_string(offset)}, {"alone", what.word("alone")}}};
    ask_everybody(of, asked, find_patience, all, [&](json_place told) { take_places(all, told); });
  } else {
    WEIR_TRY(all.targets.emplace_back().chunk, parse_chunk_id(what.word("chunk")));
  }
  for (const auto& target : all.targets) {
    auto asked = question{"trace", {}, {{"alone", what.word("alone")}}};
    write_target(asked, target);
    ask_everybody(of, asked, hops_patience, all, [&](json_place told) {
      told["hops"].for_each([&](json_place h) { all.hops.push_back(read_hop(h)); });
    });
  }
  conclude(all.hops);
  std::stable_sort(all.hops.begin(), all.hops.end(), [](const trace_hop& a, const trace_hop& b) { return rank_of(a) < rank_of(b); });
  return all;
}

auto has_name(const std::vector<std::string>& names, const std::string& name) -> bool {
  return std::find(names.begin(), names.end(), name) != names.end();
}

auto where_of(const trace_hop& h) -> std::string { return h.component + (h.node.empty() ? "" : " on " + h.node); }

/// Who waits with it, in words; empty: nobody.
auto waiting_text(const std::vector<trace_hop>& hops) -> std::string {
  // The last one in the direction of the data has come furthest.
  const auto at = std::find_if(hops.rbegin(), hops.rend(), [](const trace_hop& h) { return h.mood == "waits" && h.tier != "collector"; });
  if (at == hops.rend()) return {};
  if (at->waits_for.empty()) return at->tier == "sink" ? "waits to be stored by " + where_of(*at) : "is held by " + where_of(*at);
  return "is in the buffer of " + where_of(*at) + " for " + joined(at->waits_for) + ", behind " + many(at->events_before, "other", "others");
}

auto names_where(const std::vector<trace_hop>& hops, std::string_view tier, std::string_view state) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& h : hops)
    if (h.tier == tier && h.state == state && !has_name(names, h.component)) names.push_back(h.component);
  return names;
}

auto trace_text(const std::string& answer, const traced& all) -> std::string {
  auto text = printable(answer) + '\n';
  auto table = text_table{{"", "", ""}};
  for (const auto& h : all.hops) {
    table.add_line("  " + printable(h.tier + ' ' + where_of(h)) + ": " + h.state);
    if (!h.text.empty()) table.add_line("    " + printable(h.text));
    if (!h.chunk.empty()) table.add_line("    chunk " + h.chunk + (h.at.empty() ? "" : ", closed at " + h.at));
    else if (!h.at.empty()) table.add_line("    at " + h.at);
  }
  auto lines = table.text();
  lines.erase(0, lines.find('\n') + 1); // without titles
  text += lines;
  for (const auto& p : all.partial) text += "  not told by " + printable(p) + '\n';
  return text;
}

} // namespace

void conclude(std::vector<trace_hop>& hops) {
  auto newest = std::uint32_t{0};
  for (const auto& h : hops) newest = std::max(newest, h.generation);
  auto is_settled = false;
  auto taken_by = std::vector<std::string>{};
  auto remains = std::vector<std::string>{};
  for (auto& h : hops) {
    const auto is_old = h.generation < newest && (h.mood == "flows" || h.mood == "waits") && h.tier != "collector" && h.chunk.empty();
    if (is_old) h.mood = "rests", h.state = "not there", h.text = "it has that place of what the file was before", h.is_settled = false;
    is_settled |= h.is_settled;
    taken_by.insert(taken_by.end(), h.taken_by.begin(), h.taken_by.end());
    remains.insert(remains.end(), h.waits_for.begin(), h.waits_for.end());
  }
  for (auto& h : hops) {
    if (h.tier != "sink" || (h.state != "not there" && h.state != "no answer")) continue;
    const auto is_taken = has_name(taken_by, h.component) && !has_name(remains, h.component);
    if (!is_settled && !is_taken) continue;
    h.mood = "flows";
    h.state = "stored";
    h.text = is_settled ? "every sink has it, as others say" : "it has taken it, as the buffer before it says";
  }
}

auto answer_of(const std::vector<trace_hop>& hops, const std::vector<std::string>& partial) -> std::string {
  const auto unasked = partial.empty() ? std::string{} : "; " + many(partial.size(), "node was", "nodes were") + " not asked";
  if (hops.empty()) return "No collector that is seen from here reads that file" + unasked + '.';
  for (const auto& h : hops)
    if (h.state == "dead letter") return "It is a dead letter of " + where_of(h) + ": " + h.text + '.';
  const auto stored = names_where(hops, "sink", "stored");
  const auto waiting = waiting_text(hops);
  if (!stored.empty()) return "It is stored in " + joined(stored) + (waiting.empty() ? "." : ", and " + waiting + '.');
  if (!waiting.empty()) return "It " + waiting + '.';
  const auto collector = std::find_if(hops.begin(), hops.end(), [](const trace_hop& h) { return h.tier == "collector"; });
  if (collector != hops.end() && collector->state != "read") return "It is " + collector->state + " by " + where_of(*collector) + ": " + collector->text + '.';
  const auto passed = std::find_if(hops.rbegin(), hops.rend(), [](const trace_hop& h) { return h.state == "passed on"; });
  if (passed != hops.rend()) return "It was passed on by " + where_of(*passed) + ", and no sink says that it has it" + unasked + '.';
  if (collector == hops.end()) return "Nobody knows of it" + unasked + '.';
  if (!partial.empty()) return "It was read by " + where_of(*collector) + unasked + '.';
  return "It was read by " + where_of(*collector) + ", and nobody behind it says that it has it: it is on its way, was dropped, or is in a "
                                                    "store that keeps no ledger.";
}

auto tell_trace(const trace_ground& of, const question& what) -> result<std::string> {
  if (what.word("of") == "node") return tell_alone(of, what);
  WEIR_TRY(const auto all, trace_everywhere(of, what));
  const auto answer = answer_of(all.hops, all.partial);
  if (what.word("as") == "text") return trace_text(answer, all);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    out.text("answer", answer);
    write_hops(out, all.hops);
    write_texts(out, "partial", all.partial);
  });
}

} // namespace weir::cli
