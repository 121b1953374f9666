#include "actors/collectors/forward/window.hpp"

#include "actors/collectors/network/connection.hpp"

#include <algorithm>
#include <map>

namespace weir {
namespace {

/// Equal messages under way at once; more are put as new ones.
constexpr auto sendings_max = std::size_t{64};

/// Whether its client has the ack of a message, as far as one can know from here.
auto has_read_ack(const forward_window::sending& s, std::uint64_t safe) -> bool {
  const auto* open = s.carrier->open;
  if (open == nullptr) return s.position <= s.carrier->read_to;
  return s.position <= safe && open->has_peer_all();
}

auto has_ended(const forward_carrier& carrier) -> bool {
  return carrier.open == nullptr || carrier.open->is_peer_gone();
}

/// Whether `now` is that message sent again. Never for a client that has its ack and goes on: a message that
/// is taken for a repeat and is none would be lost.
auto is_repeat_of(const forward_window::sending& s, const forward_window::arrival& now) -> bool {
  const auto is_acked = s.position <= now.safe;
  if (s.carrier == now.carrier) return false; // who sends a message again gives the old connection up
  if (has_ended(*s.carrier)) return !now.trust.may_recur || !has_read_ack(s, now.safe);
  return !now.trust.may_recur && (now.trust.is_shared || !is_acked);
}

/// Nobody waits for these any more, nor will send them again.
auto is_over(const forward_window::sending& s, const forward_window::arrival& now) -> bool {
  if (s.position > now.safe || s.carrier == nullptr) return false;
  return s.carrier == now.carrier || (s.carrier->open == nullptr && has_read_ack(s, now.safe));
}

auto part_of(const gaps& all, std::uint64_t begin, std::uint64_t end) -> gaps {
  auto out = gaps{std::clamp(all.begin, begin, end) - begin, {}};
  for (const auto& k : all.known)
    if (k.end > begin && k.begin < end)
      out.known.push_back({std::max(k.begin, begin) - begin, std::min(k.end, end) - begin});
  return out;
}

} // namespace

void forward_window::resume(const resume_info& resume, std::uint64_t position) {
  auto known = std::map<std::string, std::vector<interval>>{};
  for (const auto& r : resume.covered)
    if ((r.stream.starts_with(stream_prefix) || r.stream.starts_with(shared_prefix)) && r.end != end_of_stream)
      known[r.stream].push_back({r.begin, r.end});
  size_max_ = window_streams_max + known.size();
  resumed_position_ = position;
  for (auto& [stream, ranges] : known) {
    auto& added = add(stream);
    added.is_resumed = true;
    added.resumed = gaps_between(0, std::move(ranges));
  }
}

auto forward_window::judge(const arrival& message) -> verdict {
  const auto found = known_.find(message.stream);
  auto& known = found == known_.end() ? add(message.stream) : found->second;
  if (known.is_resumed) return judge_resumed(known, message);
  for (auto& s : known.sendings)
    if (s.carrier != nullptr && is_repeat_of(s, message)) {
      s.carrier = message.carrier;
      return {&s, true, {message.count, {}}};
    }
  std::erase_if(known.sendings, [&](const sending& s) { return is_over(s, message); });
  if (known.sendings.size() >= sendings_max) known.sendings.erase(known.sendings.begin());
  known.sendings.push_back({known.next, UINT64_MAX, message.carrier});
  known.next += message.count;
  return {&known.sendings.back(), false, {}};
}

/// The first message with this content since the start: all connections of before have ended.
auto forward_window::judge_resumed(known_stream& known, const arrival& message) -> verdict {
  const auto& was = known.resumed;
  const auto end = was.known.empty() ? was.begin : std::max(was.begin, was.known.front().end);
  const auto count = std::max(message.count, std::uint64_t{1});
  // The first that misses something; or else the last one.
  const auto is_whole = was.begin == end && end % count == 0 && end > 0;
  const auto first = is_whole ? end - count : was.begin / count * count;
  known.sendings.push_back({first, resumed_position_, message.carrier});
  auto out = verdict{&known.sendings.back(), true, part_of(was, first, first + count)};
  known.next = std::max((end + count - 1) / count * count, first + count);
  known.is_resumed = false;
  known.resumed = {};
  return out;
}

auto forward_window::add(std::string_view stream) -> known_stream& {
  auto at = known_.end();
  if (order_.size() < size_max_) {
    at = known_.try_emplace(std::string{stream}).first;
  } else {
    // The oldest one's place is used again: a message costs no allocation here.
    auto oldest = known_.extract(*order_.front());
    order_.pop_front();
    oldest.key().assign(stream);
    auto& kept = oldest.mapped().sendings;
    kept.clear();
    oldest.mapped() = {0, false, {}, std::move(kept)};
    at = known_.insert(std::move(oldest)).position;
  }
  order_.push_back(&at->first);
  return at->second;
}

} // namespace weir
