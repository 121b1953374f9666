#include "cli/tell/trace_ask.hpp"

#include "cli/tell/trace.hpp"

#include <algorithm>
#include <future>

namespace weir::cli {
namespace {

/// Members that nobody could ask.
void add_unasked(const trace_ground& of, const std::vector<node_answer>& came, std::vector<std::string>& to) {
  for (const auto& m : of.here.members()) {
    const auto is_asked = m.is_self || std::any_of(came.begin(), came.end(), [&](const auto& a) { return a.node == m.who.node; });
    if (is_asked || m.who.state == member_state::left) continue;
    to.push_back(m.who.node + (is_gone(m.who.state) ? ": it is down" : ": not linked to this node"));
  }
}

auto name_of_target(std::size_t i) -> std::string { return "t" + std::to_string(i); }

} // namespace

auto ask_everybody(const trace_ground& of, const joint_question& asked, const std::function<void(json_place)>& take)
    -> std::vector<std::string> {
  auto partial = std::vector<std::string>{};
  const auto heed = [&](const std::string& node, const result<std::string>& came) {
    const auto document = came ? json_document::read(*came) : result<json_document>{came.failure()};
    if (document) return take(document->root());
    partial.push_back(node + ": " + document.failure().what);
  };
  // At the same time as the others, or both together might take too long.
  auto own = std::async(std::launch::async, [&] { return asked.own(asked.what); });
  const auto is_alone = !asked.what.word("alone").empty();
  const auto came = is_alone ? std::vector<node_answer>{}
                             : of.here.ask_all({"tell " + to_text(asked.what), {}, "weir trace"}, asked.patience);
  heed(of.changes.by().node, own.get());
  if (is_alone) return partial;
  for (const auto& a : came) heed(a.node, a.came);
  add_unasked(of, came, partial);
  return partial;
}

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

auto question_of_hops(const std::vector<trace_target>& targets) -> question {
  auto asked = question{"trace", {}, {{"of", "hops"}}};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    auto one = question{"target", {}, {}};
    write_target(one, targets[i]);
    asked.words[name_of_target(i)] = to_text(one);
  }
  return asked;
}

auto tell_hops(const trace_ground& of, const question& what) -> result<std::string> {
  auto targets = std::vector<trace_target>{};
  while (targets.size() < trace_targets_max) {
    const auto text = what.word(name_of_target(targets.size()));
    if (text.empty()) break;
    WEIR_TRY(const auto one, parse_question(text));
    WEIR_TRY(auto target, read_target(one));
    targets.push_back(std::move(target));
  }
  const auto all = hops_here(of, targets);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    auto& list = out.key("traced");
    list.array(static_cast<std::uint32_t>(all.size()));
    for (const auto& hops : all) {
      auto one = object{list};
      write_hops(one, hops);
    }
  });
}

auto trace_targets(const trace_ground& of, target_question asked) -> traced_targets {
  auto all = traced_targets{std::move(asked.before), {}};
  all.hops.resize(asked.targets.size());
  if (!asked.targets.empty()) {
    auto joint = joint_question{question_of_hops(asked.targets), asked.patience, [&](const question& q) { return tell_hops(of, q); }};
    if (asked.is_alone) joint.what.words["alone"] = "yes";
    all.partial = ask_everybody(of, joint, [&](json_place told) {
      auto i = std::size_t{0};
      told["traced"].for_each([&](json_place one) {
        if (i < all.hops.size()) one["hops"].for_each([&](json_place h) { all.hops[i].push_back(read_hop(h)); });
        ++i;
      });
    });
  }
  for (auto& hops : all.hops) {
    conclude(hops);
    put_in_order(hops);
  }
  return all;
}

} // namespace weir::cli
