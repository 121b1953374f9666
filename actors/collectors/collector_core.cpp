#include "actors/collectors/collector_core.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace weir {
namespace {

constexpr auto chunk_body_bytes_max = std::size_t{1} << 20;
constexpr auto keep_again_after = std::chrono::seconds{1};
constexpr auto settled_told_each = std::chrono::seconds{1};
constexpr auto settled_told_max = std::size_t{1000}; // ranges in one chunk

} // namespace

/// Who is new would take what is settled without it for what it need not get.
void collector_core::ask_again() {
  is_to_ask_ = true;
  handed_on_ = {};
  settled_ = {};
}

void collector_core::resume(resume_info known) {
  is_to_ask_ = false;
  for (const auto& p : known.covered) handed_on_.add(address_, p);
  elsewhere_ = std::move(known.elsewhere);
}

void collector_core::leave_out(std::size_t outlet, const std::vector<position_range>& had) {
  if (had.empty()) return;
  auto known = position_index{SIZE_MAX};
  for (const auto& p : had) known.add(address_, p);
  flow.at(outlet).leave_out(std::move(known));
}

auto collector_core::begin_again() -> resume_info {
  builder.roll_back();
  letters.all.resize(letters.placed); // the rest is read again
  for (const auto* positions : {&builder.positions(), &builder.notices()})
    for (const auto& p : *positions) handed_on_.add(address_, p);
  ++starts;
  auto covered = handed_on_.of(address_);
  const auto shared = handed_on_.of({}); // what is no collector's
  covered.insert(covered.end(), shared.begin(), shared.end());
  return {std::move(covered), elsewhere_};
}

auto collector_core::keep_letters(const clock& now) -> bool {
  if (letters.placed == 0) return true;
  if (now.monotonic() < keep_again_at_) return false;
  const auto placed = std::span{letters.all}.first(letters.placed);
  const auto done = dead_letters ? dead_letters->keep(placed, now.monotonic()) : letter_fate::unkept;
  if (!done) {
    keep_again_at_ = now.monotonic() + keep_again_after;
    if (last_error != done.failure().what)
      spdlog::warn("{}: {}; it is tried again until it works", address_, done.failure().what);
    last_error = done.failure().what;
    last_error_ns = now.wall_ns();
    return false;
  }
  last_error.clear();
  last_error_ns = 0;
  count_letters(*done);
  letters.all.erase(letters.all.begin(), letters.all.begin() + static_cast<std::ptrdiff_t>(letters.placed));
  letters.placed = 0;
  return true;
}

/// Of those that are placed. They were dropped as unparsed already.
void collector_core::count_letters(letter_fate fate) {
  for (const auto& letter : std::span{letters.all}.first(letters.placed))
    if (fate == letter_fate::kept) counts.dead_letters.add(letter.tag, 1);
  if (fate != letter_fate::lost) return;
  counts.dropped.rename("unparsed", letter_lost, letters.placed);
}

auto collector_core::close_chunk(const clock& now) -> std::vector<position_range> {
  auto at_once = std::vector<position_range>{};
  if (builder.empty() || !keep_letters(now)) return at_once;
  for (auto& c : builder.take(chunk_body_bytes_max)) {
    c->id = {origin_, next_sequence_++};
    c->source = address_;
    c->settled_below = std::min(flow.settled_floor(origin_), c->id.sequence);
    c->closed_ns = now.wall_ns();
    for (const auto& p : c->positions) handed_on_.add(address_, p);
    if (ack == ack_level::received) at_once.insert(at_once.end(), c->positions.begin(), c->positions.end());
    unacked_.push_back({c->id.sequence, false, ack == ack_level::received ? std::vector<position_range>{} : c->positions});
    settled_.add(c->id.sequence, c->positions);
    c->settled = take_settled(now.monotonic());
    std::erase_if(c->positions, [](const position_range& p) { return is_local_stream(p.stream); });
    for (const auto& s : c->sections) {
      counts.tagged.add(s.tag, s.count);
      counts.tagged_bytes.add(s.tag, s.bytes);
    }
    events_closed += c->count;
    bytes_closed += c->body.size();
    board->taps().exit.note(c);
    flow.push(c, now.monotonic());
  }
  return at_once;
}

/// It bounds what is read again after an end, which need not be exact.
auto collector_core::take_settled(monotonic_time now) -> std::vector<position_range> {
  if (now < tell_settled_at_) return {};
  settled_.settle_below(settled_floor());
  while (!past_origins_.empty() && flow.settled_floor(past_origins_.front().id) >= past_origins_.front().end)
    past_origins_.pop_front();
  auto news = settled_.take_news(settled_told_max);
  if (!news.empty()) tell_settled_at_ = now + settled_told_each;
  return news;
}

auto collector_core::settled_floor() const -> std::uint64_t {
  for (const auto& past : past_origins_)
    if (const auto floor = flow.settled_floor(past.id); floor < past.end) return floor;
  return flow.settled_floor(origin_);
}

void collector_core::wire(const std::vector<outlet_settings>& outlets, std::uint64_t fresh_origin) {
  const auto before = flow.size();
  for (const auto& settings : outlets)
    if (const auto at = flow.find_any(settings.component); at < flow.size())
      flow.at(at).set(settings), flow.go_on(at);
    else
      add_outlet(settings);
  for (std::size_t i = 0; i < before; ++i)
    if (std::none_of(outlets.begin(), outlets.end(),
                     [&](const auto& o) { return o.component == flow.at(i).component(); }))
      flow.retire(i);
  if (flow.size() == before) return;
  past_origins_.push_back({std::exchange(origin_, fresh_origin), next_sequence_});
  flow.fold(origin_, next_sequence_);
}

/// Of what was closed before it has nothing to come.
void collector_core::add_outlet(const outlet_settings& settings) {
  auto passed = id_ranges{};
  for (const auto& past : past_origins_) passed.insert({past.id, 1, past.end - 1});
  passed.insert({origin_, 1, next_sequence_ - 1});
  flow.add(settings, passed);
}

auto collector_core::remove(std::size_t outlet) -> std::vector<position_range> { return take_safe(flow.remove(outlet)); }

auto collector_core::on_news(link_news news) -> std::vector<position_range> {
  (void)flow.settle(news.outlet, news.settled);
  return take_safe(flow.release(news.acked));
}

auto collector_core::take_safe(const std::vector<fan_out::released>& acked) -> std::vector<position_range> {
  for (const auto& c : acked) {
    events_acked += c.events;
    bytes_acked += c.bytes;
    const auto at = std::lower_bound(unacked_.begin(), unacked_.end(), c.id.sequence,
                                     [](const unacked& u, std::uint64_t s) { return u.sequence < s; });
    WEIR_ASSERT(at != unacked_.end() && at->sequence == c.id.sequence);
    at->is_acked = true;
  }
  auto safe = std::vector<position_range>{};
  const auto stored_below = ack == ack_level::stored ? settled_floor() : UINT64_MAX;
  for (; !unacked_.empty() && unacked_.front().is_acked && unacked_.front().sequence < stored_below; unacked_.pop_front())
    std::move(unacked_.front().positions.begin(), unacked_.front().positions.end(), std::back_inserter(safe));
  return safe;
}

void collector_core::tell_untaken(monotonic_time now, bool is_last) {
  if (const auto text = untaken_.text(counts.no_sink, now, is_last); !text.empty())
    spdlog::warn("{}: {}", address_, text);
}

auto collector_core::figures() const -> actor_figures {
  auto now = actor_figures{};
  now.events_out = events_acked;
  now.bytes_out = bytes_acked;
  now.events_held = flow.unacked_events() + builder.events();
  now.bytes_held = flow.unacked_bytes() + builder.body_bytes();
  now.events_in = events_closed + builder.events() + counts.dropped.total();
  now.bytes_in = bytes_closed + builder.body_bytes();
  now.unparsed = counts.unparsed;
  now.delay_ns = static_cast<std::uint64_t>(flow.oldest_closed_ns());
  now.mailbox = mailbox;
  for (const auto& out : flow.outlets()) now.demand_held += out.credit_bytes();
  now.sent_unsure = flow.sent_unsure();
  return now;
}

void collector_core::show(const char* state) {
  board->publish(state, figures(), {&counts.dropped, &counts.dead_letters, &counts.no_sink, &counts.noted, &counts.tagged, &counts.tagged_bytes});
}

auto collector_core::budget_bytes() const -> std::size_t {
  const auto room = flow.room_bytes(hold_bytes);
  return room > builder.bytes() ? static_cast<std::size_t>(room - builder.bytes()) : 0;
}

} // namespace weir
