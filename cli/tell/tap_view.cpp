#include "cli/tell/tap_view.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"
#include "runtime/event/entry.hpp"

#include <algorithm>

namespace weir::cli {

struct tap_view::walk {
  const chunk& of;
  double events_most; ///< to be shown
  std::size_t events_bytes = 0; ///< of those shown in this read
  tap_news& to;
};

tap_view::tap_view(tap_wish wish, tap_filter filter, tag_pattern accepts, std::string node, tap_pace pace)
    : wish_(std::move(wish)),
      filter_(std::move(filter)),
      accepts_(std::move(accepts)),
      node_(std::move(node)),
      pace_(pace),
      events_left_(pace.events_each_second),
      bytes_left_(pace.looked_at_bytes_each_second) {}

tap_view::~tap_view() {
  for (const auto& actor : actors_) point_of(*actor).remove(ring_);
}

auto tap_view::point_of(const actor_board& of) const -> tap_point& { return wish_.at_exit ? of.taps().exit : of.taps().entry; }

auto tap_view::attend(const std::vector<board_registry::known>& actors) -> bool {
  auto before = std::exchange(actors_, {});
  for (const auto& a : actors) {
    if (wish_.component.empty() ? a.who.tier != "collector" : a.who.component != wish_.component) continue;
    point_of(*a.board).add(ring_);
    actors_.push_back(a.board);
  }
  for (const auto& gone : before)
    if (std::find(actors_.begin(), actors_.end(), gone) == actors_.end()) point_of(*gone).remove(ring_);
  return !actors_.empty();
}

void tap_view::refill(monotonic_time now) {
  const auto passed = refilled_at_ == monotonic_time{} ? 0.0 : std::chrono::duration<double>(now - refilled_at_).count();
  refilled_at_ = now;
  const auto add = [&](double& left, double each_second) { left = std::min(left + passed * each_second, each_second); };
  add(events_left_, pace_.events_each_second);
  add(bytes_left_, pace_.looked_at_bytes_each_second);
}

auto tap_view::read(monotonic_time now) -> tap_news {
  refill(now);
  auto taken = ring_->take();
  auto news = tap_news{};
  news.counts.passed = taken.events;
  news.counts.left_out = taken.left_out;
  // A little of each, so that one that is large does not hide the others.
  for (auto left = taken.chunks.size(); left > 0; --left) {
    const auto& one = taken.chunks[taken.chunks.size() - left];
    show(one, std::max(events_left_ / static_cast<double>(left), 1.0), news);
  }
  return news;
}

void tap_view::show(const tap_ring::passed& one, double events_most, tap_news& to) {
  auto at = walk{*one.what, std::min(events_most, events_left_), 0, to};
  for (const auto& line : to.events) at.events_bytes += line.size();
  const auto before = to.counts.shown + to.counts.unfit;
  auto goes_on = true;
  for_each_section(*one.what, [&](const section& s, std::string_view entries) {
    if (!accepts_.matches(s.tag) || !filter_.takes_tag(s.tag)) return void(to.counts.unfit += s.count);
    auto reader = entry_reader{entries};
    auto e = entry{};
    while (goes_on && (goes_on = bytes_left_ > 0 && at.events_most >= 1) && reader.next(e))
      goes_on = show(event_view{s.tag, e.time_ns, e.record, false}, at);
  });
  const auto handled = to.counts.shown + to.counts.unfit - before;
  to.counts.left_out += one.events - std::min(one.events, handled);
}

auto tap_view::show(const event_view& event, walk& at) -> bool {
  bytes_left_ -= static_cast<double>(event.record.size() + entry_head_bytes);
  if (!filter_.takes(event)) return ++at.to.counts.unfit, true;
  auto line = line_of_event(event, at.of.source);
  at.events_bytes += line.size();
  if (at.events_bytes > pace_.read_bytes_max) return false;
  at.to.events.push_back(std::move(line));
  ++at.to.counts.shown;
  --at.events_most;
  --events_left_;
  return true;
}

namespace {

/// As JSON; what is no map of msgpack is none of Weir's, and shown as nothing.
auto json_of_record(std::string_view record) -> byte_buffer {
  auto json = byte_buffer{};
  if (!append_json(json, record)) json.append("{}");
  return json;
}

} // namespace

auto tap_view::line_of_event(const event_view& event, const std::string& source) -> std::string {
  const auto json = json_of_record(event.record);
  const auto part = json.view().substr(0, whole_characters(json.view(), pace_.line_bytes_max));
  auto line = byte_buffer{};
  if (wish_.as == tap_wish::form::text) {
    append_time(line, event.time_ns);
    line.push_back(' ');
    append_json_string(line, event.tag);
    line.push_back(' ');
    line.append(part);
    if (part.size() < json.size()) line.append(" ...");
    return std::string{line.view()};
  }
  line.append("{\"time\":\"");
  append_time(line, event.time_ns);
  line.append("\",\"tag\":");
  append_json_string(line, event.tag);
  line.append(",\"node\":");
  append_json_string(line, node_);
  line.append(",\"source\":");
  append_json_string(line, source);
  if (part.size() == json.size()) {
    line.append(",\"record\":");
    line.append(part);
  } else {
    line.append(",\"bytes\":" + std::to_string(json.size()) + ",\"text\":");
    append_json_string(line, part);
  }
  line.push_back('}');
  return std::string{line.view()};
}

} // namespace weir::cli
