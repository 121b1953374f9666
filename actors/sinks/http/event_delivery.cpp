#include "actors/sinks/http/event_delivery.hpp"

#include "actors/sinks/batch_digits.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>
#include <thread>

namespace weir {
namespace {

constexpr auto smallest_request_bytes = std::uint64_t{16} << 10;

auto pace_bounds(const event_delivery_settings& s) -> overload_pace::bounds {
  return {std::min(smallest_request_bytes, s.bytes_max), s.bytes_max, std::max<std::uint64_t>(s.bytes_max / 16, 1)};
}

auto size_of_pieces(const event_pile& pile, piece_numbers pieces) -> std::uint64_t {
  auto bytes = std::uint64_t{0};
  for (const auto number : pieces) bytes += pile.pieces[number].end - pile.pieces[number].begin;
  return bytes;
}

} // namespace

auto verdict_of_failure(const http_answer& answer, std::string_view said) -> answer_verdict {
  using enum answer_verdict::meaning;
  const auto status = std::to_string(answer.status);
  const auto tail = said.empty() ? std::string{} : ": " + std::string{said};
  if (answer.status == 429 || answer.status == 503) return {later, status + tail};
  if (answer.status == 401 || answer.status == 407) return {stopped, "does not take the login (" + status + ')' + tail};
  if (answer.status == 403) return {stopped, "does not let this login write (403)" + tail};
  if (answer.status >= 300 && answer.status < 400 && !answer.location.empty())
    return {stopped, "sends elsewhere (" + status + "), to " + excerpt_of(answer.location)};
  return {stopped, "answered " + status + tail};
}

auto delivery_settings_of(const http_settings& s, compression compress, byte_count bytes_max) -> event_delivery_settings {
  auto made = event_delivery_settings{};
  made.compress = compress;
  made.patience = s.timeout.request;
  made.bytes_max = bytes_max.value;
  return made;
}

auto problems_of_empty_request(http_client& client, request_form& form) -> std::vector<std::string> {
  auto wrong = std::vector<std::string>{};
  auto request = event_request{};
  form.make({}, {}, {}, request);
  for (std::size_t i = 0; i < client.endpoint_count(); ++i) {
    const auto outcome = client.send({.method = "POST",
                                      .path = request.path,
                                      .body = request.body.view(),
                                      .content_type = request.content_type,
                                      .headers = request.headers,
                                      .endpoint = i});
    if (const auto* failure = std::get_if<http_failure>(&outcome)) {
      wrong.push_back(failure->what);
      continue;
    }
    const auto& answer = std::get<http_answer>(outcome);
    const auto verdict = form.judge(answer);
    if (verdict.is == answer_verdict::meaning::stopped) wrong.push_back(client.endpoint_name(i) + ' ' + verdict.why);
    // 422 is a Loki that misses events; 400 is who does not understand what this is.
    if (verdict.is == answer_verdict::meaning::refused && answer.status == 400) wrong.push_back(client.endpoint_name(i) + " answered " + verdict.why);
  }
  return wrong;
}

event_delivery::event_delivery(const event_delivery_settings& settings, http_client& client, request_form& form, const class clock& clock)
    : settings_(settings), client_(client), form_(form), clock_(clock), pace_(pace_bounds(settings)) {}

auto event_delivery::deliver(const commit_batch& batch, std::span<const event_pile> piles, committed& done) -> result<void> {
  batch_ = &batch;
  done_ = &done;
  problem_.clear();
  deadline_ = clock_.monotonic() + settings_.patience;
  stored_.clear();
  auto state = deliver_all(piles);
  if (!state) {
    for (const auto& at : stored_) before_.add(batch, at);
    return state.failure();
  }
  before_.forget(batch);
  std::stable_sort(done.refused.begin(), done.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return {};
}

auto event_delivery::deliver_all(std::span<const event_pile> piles) -> result<void> {
  for (const auto& pile : piles) WEIR_CHECK(deliver_pile(pile));
  return {};
}

auto event_delivery::deliver_pile(const event_pile& pile) -> result<void> {
  waiting_.clear();
  for (std::uint32_t i = 0; i < pile.pieces.size(); ++i) {
    // Of cuts that stay all events go again, for their server to know the request.
    const auto is_left_out = !settings_.keeps_cuts && before_.has(*batch_, pile.pieces[i].at);
    is_left_out ? void(++done_->events) : waiting_.push_back(i);
  }
  for (std::size_t first = 0; first < waiting_.size();) {
    const auto end = end_of_part(pile, first);
    WEIR_CHECK(send(pile, piece_numbers{waiting_}.subspan(first, end - first)));
    first = end;
  }
  return {};
}

auto event_delivery::end_of_part(const event_pile& pile, std::size_t first) const -> std::size_t {
  const auto at = [&](std::size_t i) -> const event_pile::piece& { return pile.pieces[waiting_[i]]; };
  const auto bytes_max = settings_.keeps_cuts ? settings_.bytes_max : pace_.permits();
  auto bytes = at(first).end - at(first).begin;
  auto end = first + 1;
  for (; end < waiting_.size(); ++end) {
    bytes += at(end).end - at(end).begin;
    if (bytes > bytes_max || (settings_.keeps_cuts && at(end).at.chunk != at(first).at.chunk)) break;
  }
  return end;
}

auto event_delivery::send(const event_pile& pile, piece_numbers pieces) -> result<void> {
  using enum answer_verdict::meaning;
  if (is_known(pile, pieces)) return done_->events += pieces.size(), result<void>{};
  const auto is_one = pieces.size() == 1;
  while (true) {
    if (!is_one && !settings_.keeps_cuts && size_of_pieces(pile, pieces) > 2 * pace_.permits()) return send_halves(pile, pieces);
    WEIR_CHECK(pause());
    WEIR_TRY(const auto answer, ask(pile, pieces));
    WEIR_TRY(const auto verdict, take(pile, pieces, answer));
    if (verdict.is == stored && verdict.lost < pieces.size()) return note_stored(pile, pieces, verdict), result<void>{};
    if (verdict.is == stored) return refuse_all(pile, pieces, verdict.why), result<void>{};
    if (verdict.is == later) continue;
    if (!is_one) return send_halves(pile, pieces);
    return refuse_all(pile, pieces, verdict.why), result<void>{};
  }
}

auto event_delivery::send_halves(const event_pile& pile, piece_numbers pieces) -> result<void> {
  const auto half = pieces.size() / 2;
  WEIR_CHECK(send(pile, pieces.first(half)));
  return send(pile, pieces.subspan(half));
}

auto event_delivery::ask(const event_pile& pile, piece_numbers pieces) -> result<http_answer> {
  events_.clear();
  for (const auto number : pieces) events_.push_back(pile.pieces[number].at);
  request_.headers.clear();
  request_.body.clear();
  form_.make(pile, pieces, digits_of_events(*batch_, events_, pile.place), request_);
  auto outcome = client_.send({.method = settings_.method,
                               .path = request_.path,
                               .body = request_.body.view(),
                               .content_type = request_.content_type,
                               .compress = settings_.compress,
                               .headers = request_.headers});
  if (auto* answer = std::get_if<http_answer>(&outcome)) return std::move(*answer);
  auto& failure = std::get<http_failure>(outcome);
  // A smaller one may be answered in time.
  if (failure.is_sent) pace_.overloaded(size_of_pieces(pile, pieces), clock_.monotonic(), {}, random_id());
  return error{errc::unavailable, std::move(failure.what)};
}

auto event_delivery::take(const event_pile& pile, piece_numbers pieces, const http_answer& answer) -> result<answer_verdict> {
  auto verdict = form_.judge(answer);
  const auto bytes = size_of_pieces(pile, pieces);
  switch (verdict.is) {
  case answer_verdict::meaning::stored: pace_.worked(bytes); break;
  case answer_verdict::meaning::refused: break;
  case answer_verdict::meaning::too_large:
    if (pieces.size() > 1) pace_.limit(bytes / 2);
    break;
  case answer_verdict::meaning::later:
    problem_ = verdict.why;
    pace_.overloaded(bytes, clock_.monotonic(), answer.retry_after, random_id());
    break;
  case answer_verdict::meaning::stopped: return error{errc::unavailable, client_.endpoint_name(answer.endpoint) + ' ' + verdict.why};
  }
  return verdict;
}

auto event_delivery::is_known(const event_pile& pile, piece_numbers pieces) const -> bool {
  return std::all_of(pieces.begin(), pieces.end(), [&](std::uint32_t number) { return before_.has(*batch_, pile.pieces[number].at); });
}

void event_delivery::note_stored(const event_pile& pile, piece_numbers pieces, const answer_verdict& verdict) {
  if (verdict.lost > 0) lost_ = {lost_.events + verdict.lost, verdict.why};
  done_->events += pieces.size();
  done_->bytes += request_.body.size();
  for (const auto number : pieces) stored_.push_back(pile.pieces[number].at);
}

void event_delivery::refuse_all(const event_pile& pile, piece_numbers pieces, const std::string& why) {
  for (const auto number : pieces) done_->refused.push_back({"rejected: " + why, pile.pieces[number].at, 1});
}

/// As the server asked for, or as its overload makes wise; not beyond the end of patience.
auto event_delivery::pause() -> result<void> {
  const auto now = clock_.monotonic();
  const auto wait = pace_.wait(now);
  if (now + wait > deadline_ && (wait > duration{0} || !problem_.empty()))
    return error{errc::unavailable, "the server does not keep up: " + (problem_.empty() ? "it wants to be left alone" : problem_)};
  if (wait > duration{0}) std::this_thread::sleep_for(wait);
  return {};
}

} // namespace weir
