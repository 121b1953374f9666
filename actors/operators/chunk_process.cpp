#include "actors/operators/chunk_process.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/event/entry.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace weir {
namespace {

auto is_same(std::string_view a, std::string_view b) -> bool {
  return a.size() == b.size() && (a.data() == b.data() || a == b);
}

} // namespace

/// The end of the chain: gathers what is left into stretches that are as long as can be.
class chunk_process::tail_end final : public event_output {
public:
  explicit tail_end(const chunk_process_settings& settings)
      : clock_(*settings.context.clock), address_(settings.address), takes_(settings.takes) {}

  void begin(const chunk& of, const event_stretch& events, process_losses& losses, const visitor& visit) {
    chunk_ = &of;
    in_ = {events.tag, 0, {}};
    index_ = events.first;
    losses_ = &losses;
    visit_ = &visit;
    copies_.clear();
    timed_at_reading_.clear();
    is_open_ = is_copied_ = false;
  }
  /// The next event, of these bytes, goes into the chain.
  auto enter(const entry& content, std::string_view bytes) -> const event_view& {
    in_.time_ns = content.time_ns;
    in_.record = content.record;
    in_.is_timed_at_reading = chunk_->is_timed_at_reading(index_);
    entry_ = bytes;
    is_done_ = false;
    return in_;
  }
  /// It came out, or did not.
  void leave() {
    WEIR_ASSERT(is_done_); // an operator drops or puts, or it may stand at collectors only
    ++index_;
  }
  void finish(const event_stretch& events, std::string_view rest) {
    const auto end = events.first + events.events;
    if (index_ < end || !rest.empty()) {
      entry_ = rest;
      if (!goes_on() || is_copied_ || !is_same(in_.tag, tag_)) open(in_.tag);
      append_part(timed_at_reading_, chunk_->timed_at_reading, {index_, end}, index_);
      extend(end - std::min(index_, end), rest);
    }
    flush();
  }
  void forget_times() { times_ = {}; }
  auto times() const -> const time_bounds& { return times_; }

  void put(const event_view& event) override {
    end_event();
    if (takes_ && !takes_(event.tag)) return drop_untaken(event.tag);
    if (event.record.size() + entry_head_bytes > event_bytes_max) return drop_one("event too large");
    const auto is_kept = event.time_ns == in_.time_ns && is_same(event.record, in_.record);
    if (!goes_on() || !is_same(event.tag, tag_)) open(event.tag);
    if (is_kept && !is_copied_) return mark(event), extend(1, entry_);
    if (!is_copied_ && open_.events > 0) open(event.tag);
    mark(event);
    is_copied_ = true;
    if (is_kept)
      copies_.append(entry_);
    else
      append_entry(event);
    ++open_.events;
  }
  void drop(std::string_view reason, std::uint64_t events) override {
    end_event();
    WEIR_ASSERT(events == 1);
    drop_one(reason);
  }
  void note_unparsed() override { ++losses_->tally.unparsed; }
  void note(std::string_view what) override { losses_->tally.noted.add(what, 1); }
  void note_unread_time(const unread_time& problem) override {
    losses_->tally.noted.add("time not read", 1);
    if (!std::exchange(is_time_told_, true)) spdlog::warn("{}: {}", address_, warning_of(problem));
  }
  /// As it came to the component, so that it can go through all of it again.
  void dead_letter(const event_view& /*event*/, std::string_view reason) override {
    end_event();
    losses_->tally.letters.add(in_.tag, 1);
    auto& letter = losses_->letters.emplace_back();
    letter.at_ns = clock_.wall_ns();
    letter.time_ns = in_.time_ns;
    letter.reason = reason;
    letter.from = address_;
    letter.tag = in_.tag;
    letter.bytes = entry_;
    letter.chunk = chunk_->id;
    letter.index = index_;
    letter.place = place();
  }

private:
  void end_event() {
    WEIR_ASSERT(!is_done_); // one that makes several events of one may stand at collectors only
    is_done_ = true;
  }
  void mark(const event_view& event) {
    if (in_.is_timed_at_reading && event.is_timed_at_reading) append_range(timed_at_reading_, index_, 1);
  }
  void drop_one(std::string_view reason) { losses_->tally.dropped.add(reason, 1); }
  void drop_untaken(std::string_view tag) {
    drop_one("no sink");
    losses_->tally.no_sink.add(tag, 1);
  }

  auto goes_on() const -> bool { return is_open_ && open_.first + open_.events == index_; }
  void open(std::string_view tag) {
    flush();
    tag_ = tag;
    open_ = {index_, 0, tag_, {entry_.data(), 0}, {}};
    is_open_ = true;
  }
  /// By bytes of the chunk that lie behind those before.
  void extend(std::uint64_t events, std::string_view entries) {
    open_.events += events;
    open_.entries = {open_.entries.data(), open_.entries.size() + entries.size()};
  }
  void append_entry(const event_view& event) {
    write_entry_head(copies_.tail(entry_head_bytes), event.time_ns);
    copies_.advance(entry_head_bytes);
    copies_.append(event.record);
    times_.min_ns = std::min(times_.min_ns, event.time_ns);
    times_.max_ns = std::max(times_.max_ns, event.time_ns);
  }
  void flush() {
    if (!is_open_) return;
    if (is_copied_) open_.entries = copies_.view();
    open_.timed_at_reading = timed_at_reading_;
    (*visit_)(open_);
    copies_.clear();
    timed_at_reading_.clear();
    is_open_ = is_copied_ = false;
  }

  auto place() -> std::shared_ptr<const chunk_place> {
    if (placed_ != chunk_->id && !chunk_->positions.empty())
      place_ = std::make_shared<const chunk_place>(chunk_place{chunk_->source, chunk_->positions});
    placed_ = chunk_->id;
    return chunk_->positions.empty() ? nullptr : place_;
  }

  const clock& clock_;
  std::string address_;
  std::function<bool(std::string_view)> takes_;
  const chunk* chunk_ = nullptr;
  process_losses* losses_ = nullptr;
  const visitor* visit_ = nullptr;
  event_view in_;
  std::string_view entry_;     ///< of in_
  std::uint64_t index_ = 0;    ///< of in_ in the chunk
  bool is_done_ = true;        ///< with in_
  event_stretch open_;         ///< not visited yet
  bool is_open_ = false;
  bool is_copied_ = false;     ///< its entries are in copies_, else in the chunk
  byte_buffer copies_;
  std::vector<index_range> timed_at_reading_; ///< of open_
  std::string tag_;            ///< of open_
  time_bounds times_;          ///< of what is not as it came
  bool is_time_told_ = false;
  chunk_id placed_;
  std::shared_ptr<const chunk_place> place_;
};

chunk_process::chunk_process(const chunk_process_settings& settings)
    : end_(std::make_unique<tail_end>(settings)), chain_(settings.operators, settings.context, *end_) {}

chunk_process::~chunk_process() = default;

void chunk_process::pass(const chunk& of, const event_stretch& events, process_losses& losses,
                         const visitor& visit) {
  end_->begin(of, events, losses, visit);
  auto read = entry_reader{events.entries};
  auto content = entry{};
  auto rest = events.entries;
  for (; read.next(content); rest = read.rest()) {
    chain_.first().put(end_->enter(content, rest.substr(0, rest.size() - read.rest().size())));
    end_->leave();
  }
  end_->finish(events, rest);
}

auto chunk_process::run(const chunk_ptr& c) -> processed_chunk {
  auto out = processed_chunk{};
  auto maker = chunk_rewriter{c};
  const auto visit = visitor{[&](const event_stretch& part) { maker.add(part); }};
  auto first = std::uint64_t{0};
  auto cuts = std::string_view{c->cuts};
  end_->forget_times();
  for_each_section(*c, [&](const section& s, std::string_view entries) {
    maker.begin(s, entries, cuts.substr(0, s.cuts), first);
    pass(*c, {first, s.count, s.tag, entries}, out.losses, visit);
    maker.end();
    cuts.remove_prefix(std::min<std::size_t>(s.cuts, cuts.size()));
    first += s.count;
  });
  out.content = maker.take(end_->times());
  out.losses.tally.bytes_grown =
      static_cast<std::int64_t>(out.content->body.size()) - static_cast<std::int64_t>(c->body.size());
  return out;
}

} // namespace weir
