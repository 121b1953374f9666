#include "topology/rehearsal/rehearsal.hpp"

#include "actors/collectors/chunking_intake.hpp"
#include "actors/operators/chunk_process.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/event/entry.hpp"

#include <variant>

namespace weir {
namespace {

constexpr auto rehearsed_chunk_bytes = std::size_t{1} << 20;
constexpr auto own_stream = std::string_view{"rehearsal"};

} // namespace

/// A collector without its source.
class rehearsal::entrance {
public:
  entrance(const component_plan& c, const plugin_context& context) : intake_(settings_of(c), context, builder_, counts_, letters_) {
    intake_.enter(own_stream);
  }

  template <class Put> void put(Put&& put) {
    intake_.born_at(next_);
    put(static_cast<intake&>(intake_));
    ++next_;
    intake_.covered(own_stream, next_ - 1, next_);
  }
  void flush() { intake_.flush(monotonic_time::max()); }
  auto take() -> std::vector<std::shared_ptr<chunk>> { return builder_.take(rehearsed_chunk_bytes); }
  auto take_losses() -> bounded_counts { return std::exchange(counts_.dropped, {}); }

private:
  static auto settings_of(const component_plan& c) -> intake_settings {
    const auto& details = std::get<collector_plan>(c.details);
    return {details.parse, details.operators, details.labels, {}, details.holds_events};
  }

  chunk_builder builder_;
  intake_counts counts_;
  unkept_letters letters_;
  chunking_intake intake_;
  std::uint64_t next_ = 0;
};

/// The operators of an aggregator or a sink.
class rehearsal::passage {
public:
  passage(const component_plan& c, const plugin_context& context, const process_plan& process)
      : has_operators_(!process.operators.empty()), process_({process.operators, context, c.name}) {}

  auto has_operators() const -> bool { return has_operators_; }
  auto process() -> chunk_process& { return process_; }

private:
  bool has_operators_;
  chunk_process process_;
};

rehearsal::rehearsal(const topology_plan& plan, std::string node, const clock& now, visitor visit)
    : plan_(plan), node_(std::move(node)), now_(now), visit_(std::move(visit)) {}

rehearsal::~rehearsal() = default;

auto rehearsal::entrance_of(const component_plan& collector) -> entrance& {
  auto& made = entrances_[collector.name];
  if (!made) made = std::make_unique<entrance>(collector, plugin_context{.component = collector.name, .node = node_, .clock = &now_});
  return *made;
}

auto rehearsal::passage_of(const component_plan& at) -> passage& {
  auto& made = passages_[at.name];
  const auto context = plugin_context{.component = at.name, .node = node_, .clock = &now_};
  const auto* passes = std::get_if<aggregator_plan>(&at.details);
  if (!made) made = std::make_unique<passage>(at, context, passes != nullptr ? passes->process : std::get<sink_plan>(at.details).process);
  return *made;
}

void rehearsal::put_line(const component_plan& collector, std::string_view tag, std::string_view line) {
  auto padded = std::string{line};
  padded.append(line_padding, '\0');
  entrance_of(collector).put([&](intake& to) { to.line(tag, now_.wall_ns(), std::string_view{padded}.substr(0, line.size())); });
}

void rehearsal::put_event(const component_plan& collector, const rehearsed_event& event) {
  entrance_of(collector).put([&](intake& to) { to.event({event.tag, event.time_ns, event.record}); });
}

void rehearsal::arrive(const component_plan& at, const rehearsed_event& event) {
  auto builder = chunk_builder{};
  auto& out = builder.begin(event.tag);
  write_entry_head(out.tail(entry_head_bytes), event.time_ns);
  out.advance(entry_head_bytes);
  out.append(event.record);
  builder.finish(event.time_ns);
  builder.covered(own_stream, 0, 1);
  for (const auto& c : builder.take(rehearsed_chunk_bytes)) arrive(at, c);
}

void rehearsal::pass_on() {
  for (auto& [name, from] : entrances_) {
    for (const auto& c : from->take()) leave(*plan_.find(name), c);
    if (const auto lost = from->take_losses(); !lost.empty()) losses_[name].add(lost);
  }
}

void rehearsal::finish() {
  for (auto& [name, from] : entrances_) from->flush();
  pass_on();
}

void rehearsal::leave(const component_plan& from, const chunk_ptr& c) {
  for_each_section(*c, [&](const section& s, std::string_view entries) { show(from, s.tag, entries); });
  for (const auto& name : from.to)
    if (const auto* next = plan_.find(name)) arrive(*next, c);
}

void rehearsal::arrive(const component_plan& at, const chunk_ptr& c) {
  if (at.in == tier::sink) return store(at, *c);
  auto& through = passage_of(at);
  if (!through.has_operators()) return leave(at, c);
  const auto done = through.process().run(c);
  losses_[at.name].add(done.losses.tally.dropped);
  losses_[at.name].add(done.losses.tally.letters);
  leave(at, done.content);
}

void rehearsal::store(const component_plan& sink, const chunk& c) {
  const auto& match = std::get<sink_plan>(sink.details).match;
  auto& through = passage_of(sink);
  auto lost = process_losses{};
  auto first = std::uint64_t{0};
  for_each_section(c, [&](const section& s, std::string_view entries) {
    const auto stretch = event_stretch{first, s.count, s.tag, entries, {}};
    first += s.count;
    if (!match.matches(s.tag)) return;
    if (!through.has_operators()) return show(sink, s.tag, entries);
    through.process().pass(c, stretch, lost, [&](const event_stretch& left) { show(sink, left.tag, left.entries); });
  });
  losses_[sink.name].add(lost.tally.dropped);
  losses_[sink.name].add(lost.tally.letters);
}

void rehearsal::show(const component_plan& from, std::string_view tag, std::string_view entries) {
  auto read = entry_reader{entries};
  for (auto one = entry{}; read.next(one);) visit_(from, {tag, one.time_ns, one.record});
}

} // namespace weir
