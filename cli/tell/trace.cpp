#include "cli/tell/trace.hpp"

#include "cli/figures.hpp"
#include "cli/tell/trace_ask.hpp"
#include "cli/tell/trace_find.hpp"
#include "cli/text_table.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto find_patience = 500ms; // both together are less than two seconds
constexpr auto hops_patience = 1400ms;
constexpr auto places_max = std::size_t{4};

struct traced {
  std::vector<trace_hop> hops;
  std::vector<std::string> partial;
};

/// What this node tells another one of its collectors' places.
auto tell_places(const trace_ground& of, const question& what) -> result<std::string> {
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

void take_places(json_place told, std::vector<trace_hop>& hops, std::vector<trace_target>& targets) {
  told["places"].for_each([&](json_place p) {
    hops.push_back(read_hop(p["hop"]));
    const auto target = read_target({"trace", {}, {{"source", p["source"].text()}, {"stream", p["stream"].text()}, {"position", p["position"].text()}}});
    if (target && hops.back().state == "read" && targets.size() < places_max) targets.push_back(*target);
  });
}

auto trace_everywhere(const trace_ground& of, const question& what) -> result<traced> {
  auto all = traced{};
  auto targets = std::vector<trace_target>{};
  const auto is_alone = !what.word("alone").empty();
  if (what.word("chunk").empty()) {
    const auto file = what.word("file");
    if (file.empty()) return error{errc::malformed, "\"trace\" wants file= and offset=, or chunk=, or tag= or text="};
    WEIR_TRY(const auto offset, what.number("offset", 0));
    auto asked = question{"trace", {}, {{"of", "places"}, {"file", file}, {"offset", std::to_string(offset)}}};
    if (is_alone) asked.words["alone"] = "yes";
    all.partial = ask_everybody(of, {asked, find_patience, [&](const question& q) { return tell_places(of, q); }},
                                [&](json_place told) { take_places(told, all.hops, targets); });
  } else {
    WEIR_TRY(targets.emplace_back().chunk, parse_chunk_id(what.word("chunk")));
  }
  // Of one place: what is said of it by whichever collector's name belongs together.
  auto found = trace_targets(of, {targets, {}, hops_patience, is_alone});
  if (!targets.empty()) all.partial = std::move(found.partial);
  for (auto& hops : found.hops) std::move(hops.begin(), hops.end(), std::back_inserter(all.hops));
  conclude(all.hops);
  put_in_order(all.hops);
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

/// The sinks that have it, with when.
auto stored_where(const std::vector<trace_hop>& hops) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& h : hops) {
    if (h.tier != "sink" || h.state != "stored") continue;
    auto name = h.component + (h.at.empty() ? "" : " at " + h.at);
    if (!has_name(names, name)) names.push_back(std::move(name));
  }
  return names;
}

auto trace_text(const std::string& answer, const traced& all) -> std::string {
  auto text = printable(answer) + '\n' + hops_text(all.hops, 2);
  for (const auto& p : all.partial) text += "  not told by " + printable(p) + '\n';
  return text;
}

} // namespace

namespace {

/// The cursors of a disk buffer come to the disk a moment after the sink's word that it has stored something.
void pass_on_what_is_stored(std::vector<trace_hop>& hops) {
  const auto is_stored = [&](const std::string& sink) {
    return std::any_of(hops.begin(), hops.end(), [&](const trace_hop& h) { return h.tier == "sink" && h.state == "stored" && h.component == sink; });
  };
  for (auto& h : hops) {
    if (h.waits_for.empty() || !std::all_of(h.waits_for.begin(), h.waits_for.end(), is_stored)) continue;
    std::move(h.waits_for.begin(), h.waits_for.end(), std::back_inserter(h.taken_by));
    h.waits_for.clear();
    h.events_before = 0;
    h.mood = "flows";
    h.state = "passed on";
    h.text = h.text.substr(0, h.text.find("; not taken by "));
  }
}

} // namespace

void conclude(std::vector<trace_hop>& hops) {
  pass_on_what_is_stored(hops);
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

void put_in_order(std::vector<trace_hop>& hops) {
  constexpr auto order = std::array<std::string_view, 4>{"collector", "source_aggregator", "destination_aggregator", "sink"};
  const auto rank_of = [&](const trace_hop& h) { return std::find(order.begin(), order.end(), h.tier) - order.begin(); };
  std::stable_sort(hops.begin(), hops.end(), [&](const trace_hop& a, const trace_hop& b) { return rank_of(a) < rank_of(b); });
}

auto hops_text(const std::vector<trace_hop>& hops, std::size_t indent) -> std::string {
  const auto margin = std::string(indent, ' ');
  auto text = std::string{};
  for (const auto& h : hops) {
    text += margin + printable(h.tier + ' ' + where_of(h)) + ": " + h.state + '\n';
    if (!h.text.empty()) text += margin + "  " + printable(h.text) + '\n';
    if (!h.chunk.empty()) text += margin + "  chunk " + h.chunk + (h.at.empty() || h.tier == "sink" ? "" : ", closed at " + h.at) + '\n';
    else if (!h.at.empty()) text += margin + "  at " + h.at + '\n';
  }
  return text;
}

auto answer_of(const std::vector<trace_hop>& hops, const std::vector<std::string>& partial) -> std::string {
  const auto unasked = partial.empty() ? std::string{} : "; " + many(partial.size(), "node was", "nodes were") + " not asked";
  if (hops.empty()) return "No collector that is seen from here reads that file" + unasked + '.';
  for (const auto& h : hops)
    if (h.state == "dead letter") return "It is a dead letter of " + where_of(h) + ": " + h.text + '.';
  const auto stored = stored_where(hops);
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
  const auto part = what.word("of");
  if (part == "places") return tell_places(of, what);
  if (part == "hops") return tell_hops(of, what);
  if (part == "finds") return tell_finds(of, what);
  if (!what.word("text").empty() || !what.word("tag").empty()) return tell_found(of, what);
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
