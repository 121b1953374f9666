#include "cli/tell/trace_find.hpp"

#include "cli/figures.hpp"
#include "cli/tell/tap_filter.hpp"
#include "cli/tell/trace.hpp"
#include "cli/tell/trace_ask.hpp"
#include "cli/tell/trace_find_here.hpp"
#include "runtime/base/units.hpp"
#include "runtime/parser/time_format.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto find_in_all_patience = 1200ms;
constexpr auto trace_all_patience = 900ms;
constexpr auto findings_told = std::uint64_t{20};
constexpr auto text_looked_for_max = std::size_t{1000};

/// So long ago, or a time.
auto read_since(const question& what) -> result<std::int64_t> {
  const auto text = what.word("since");
  if (text.empty()) return find_wish{}.since_ns;
  if (const auto ago = parse_duration(text)) return system_clock().wall_ns() - std::chrono::nanoseconds{*ago}.count();
  WEIR_TRY(const auto reads, time_parser::compile("", time_zone{}, system_clock()));
  if (const auto at = reads.parse(text)) return *at;
  return error{errc::malformed, "\"since\" wants how long ago, as 1h, or a time as 2026-11-22T15:04:05Z, not \"" + text + '"'};
}

auto read_wish(const question& what) -> result<find_wish> {
  auto wish = find_wish{};
  WEIR_TRY(wish.tags, read_tag_patterns(what.word("tag")));
  wish.text = what.word("text");
  if (wish.text.size() > text_looked_for_max) return error{errc::malformed, "\"text\" is too long"};
  if (wish.text.find('\n') != std::string::npos) return error{errc::malformed, "\"text\" wants a part of one line"};
  WEIR_TRY(wish.since_ns, read_since(what));
  WEIR_TRY(const auto most, what.number("limit", findings_told));
  wish.most = static_cast<std::size_t>(std::clamp(most, std::uint64_t{1}, std::uint64_t{trace_targets_max}));
  return wish;
}

/// The same place of the same stream.
auto place_key(const trace_finding& f) -> std::string {
  if (f.target.source.empty()) return {};
  const auto& at = f.target.stream.key;
  return f.target.source + '|' + std::to_string(at.device) + '|' + std::to_string(at.inode) + '|' + std::to_string(at.birth_ns) + '|'
         + std::to_string(f.target.position);
}

auto is_letter(const trace_finding& f) -> bool { return !f.hops.empty() && f.hops.front().state == "dead letter"; }
auto is_row(const trace_finding& f) -> bool { return !f.is_traced() && !f.hops.empty() && f.hops.front().state == "stored"; }
auto is_line(const trace_finding& f) -> bool { return !f.hops.empty() && f.hops.front().tier == "collector" && !is_letter(f); }

/// What is known of both.
void take_over(trace_finding& to, trace_finding& from) {
  if (to.time_ns == 0) to.time_ns = from.time_ns;
  if (is_line(from)) {
    std::swap(to.place, from.place);
    std::swap(to.text, from.text);
    std::swap(to.node, from.node);
    std::swap(to.component, from.component);
  }
  for (auto& hop : from.hops) to.hops.push_back(std::move(hop));
}

/// A letter's line, among the files of the same collector.
auto find_line_of(std::vector<trace_finding>& all, const trace_finding& letter) -> trace_finding* {
  const auto at = std::find_if(all.begin(), all.end(), [&](const trace_finding& f) {
    return is_line(f) && f.node == letter.node && f.component == letter.component && f.text == letter.text && f.hops.size() == 1;
  });
  return at == all.end() ? nullptr : &*at;
}

void sort_by_time(std::vector<trace_finding>& all) {
  const auto known = [](const trace_finding& f) {
    return f.time_ns == 0 ? std::numeric_limits<std::int64_t>::max() : f.time_ns;
  };
  std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return std::pair{known(a), a.target.position} > std::pair{known(b), b.target.position};
  });
}

/// When its chunk was closed or it was stored, whichever is known.
void guess_time(trace_finding& f) {
  const auto reads = time_parser::compile("", time_zone{}, system_clock());
  for (const auto& h : f.hops)
    if (const auto at = f.time_ns == 0 && !h.at.empty() && reads ? reads->parse(h.at) : std::nullopt) f.time_ns = *at;
}

auto found_answer(const trace_findings& all, const std::vector<std::string>& partial) -> std::string {
  const auto unasked = partial.empty() ? std::string{} : "; " + many(partial.size(), "node was", "nodes were") + " not asked";
  if (all.all.empty()) return "Nothing was found" + unasked + '.';
  return (all.has_more ? "The newest " : "") + many(all.all.size(), "event", "events") + (all.all.size() == 1 ? " has it" : " have it") + unasked + '.';
}

auto found_text(const trace_findings& all, const std::vector<std::string>& partial) -> std::string {
  auto text = found_answer(all, partial) + '\n';
  for (const auto& f : all.all) {
    text += '\n' + printable(f.place) + " on " + printable(f.node) + (f.tag.empty() ? "" : ", tag " + printable(f.tag)) + '\n';
    text += "  " + printable(f.text) + "\n  " + printable(answer_of(f.hops, partial)) + '\n' + hops_text(f.hops, 4);
  }
  if (!all.limits.empty() || !partial.empty()) text += '\n';
  for (const auto& l : all.limits) text += "not looked at: " + printable(l) + '\n';
  for (const auto& p : partial) text += "not told by " + printable(p) + '\n';
  return text;
}

void write_event(msgpack_writer& to, const trace_finding& f, const std::vector<std::string>& partial) {
  auto out = object{to};
  out.text("place", f.place);
  out.text("node", f.node);
  out.text("component", f.component);
  if (!f.tag.empty()) out.text("tag", f.tag);
  if (f.time_ns != 0) out.text("time", time_text(f.time_ns));
  out.text("text", f.text);
  out.text("answer", answer_of(f.hops, partial));
  write_hops(out, f.hops);
}

/// Hops of what can be traced, and what all of them say put together.
auto trace_findings_all(const trace_ground& of, trace_findings& all, bool is_alone) -> std::vector<std::string> {
  auto targets = std::vector<trace_target>{};
  auto before = std::vector<std::vector<trace_hop>>{};
  auto places = std::vector<std::size_t>{};
  for (std::size_t i = 0; i < all.all.size(); ++i) {
    auto& f = all.all[i];
    if (!f.is_traced() || is_letter(f)) continue;
    targets.push_back(f.target);
    before.push_back(f.hops);
    places.push_back(i);
  }
  auto traced = trace_targets(of, {targets, std::move(before), trace_all_patience, is_alone});
  for (std::size_t i = 0; i < places.size(); ++i) all.all[places[i]].hops = std::move(traced.hops[i]);
  return std::move(traced.partial);
}

} // namespace

void join_findings(std::vector<trace_finding>& all) {
  auto joined = std::vector<trace_finding>{};
  auto known = std::map<std::string, std::size_t>{};
  for (auto& f : all) {
    const auto key = place_key(f);
    const auto at = key.empty() ? known.end() : known.find(key);
    if (at != known.end()) {
      take_over(joined[at->second], f);
      continue;
    }
    if (!key.empty()) known[key] = joined.size();
    joined.push_back(std::move(f));
  }
  auto kept = std::vector<trace_finding>{};
  auto letters = std::vector<trace_finding>{};
  for (auto& f : joined) (is_letter(f) ? letters : kept).push_back(std::move(f));
  for (auto& letter : letters) {
    if (auto* line = find_line_of(kept, letter))
      take_over(*line, letter);
    else
      kept.push_back(std::move(letter));
  }
  all = std::move(kept);
}

void leave_out_rows_of_lines(std::vector<trace_finding>& all) {
  auto spoken_for = std::set<std::string>{}; // rows, by their places
  for (const auto& line : all) {
    if (!line.is_traced()) continue;
    for (const auto& h : line.hops) {
      if (h.tier != "sink" || h.state != "stored") continue;
      const auto row = std::find_if(all.begin(), all.end(), [&](const trace_finding& f) {
        return is_row(f) && f.component == h.component && f.node == h.node && !spoken_for.contains(f.place) && may_be_of_line(f.text, line.text);
      });
      if (row != all.end()) spoken_for.insert(row->place);
    }
  }
  std::erase_if(all, [&](const trace_finding& f) { return is_row(f) && spoken_for.contains(f.place); });
}

void put_in_order(std::vector<trace_finding>& all) {
  for (auto& f : all) guess_time(f);
  sort_by_time(all);
}

auto tell_finds(const trace_ground& of, const question& what) -> result<std::string> {
  WEIR_TRY(const auto wish, read_wish(what));
  const auto found = find_here(of, wish);
  return line_of([&](msgpack_writer& to) { write_findings(to, found); });
}

auto tell_found(const trace_ground& of, const question& what) -> result<std::string> {
  WEIR_TRY(const auto wish, read_wish(what));
  const auto is_alone = !what.word("alone").empty();
  auto asked = joint_question{what, find_in_all_patience, [&](const question& q) { return tell_finds(of, q); }};
  asked.what.words["of"] = "finds";
  asked.what.words.erase("as");
  auto all = trace_findings{};
  auto partial = ask_everybody(of, asked, [&](json_place told) { read_findings(told, all); });
  join_findings(all.all);
  sort_by_time(all.all);
  // Rows of lines go yet.
  const auto looked_at = std::min(2 * wish.most, trace_targets_max);
  all.has_more = all.has_more || all.all.size() > looked_at;
  if (all.all.size() > looked_at) all.all.resize(looked_at);
  for (auto& p : trace_findings_all(of, all, is_alone))
    if (std::find(partial.begin(), partial.end(), p) == partial.end()) partial.push_back(std::move(p));
  leave_out_rows_of_lines(all.all);
  put_in_order(all.all);
  std::erase_if(all.all, [&](const trace_finding& f) { return f.time_ns != 0 && f.time_ns < wish.since_ns; });
  all.has_more = all.has_more || all.all.size() > wish.most;
  if (all.all.size() > wish.most) all.all.resize(wish.most);
  if (what.word("as") == "text") return found_text(all, partial);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    out.text("answer", found_answer(all, partial));
    auto& list = out.key("events");
    list.array(static_cast<std::uint32_t>(all.all.size()));
    for (const auto& f : all.all) write_event(list, f, partial);
    out.key("more").boolean(all.has_more);
    write_texts(out, "limits", all.limits);
    write_texts(out, "partial", partial);
  });
}

} // namespace weir::cli
