#include "actors/sinks/elasticsearch/bulk_writer.hpp"

#include "runtime/os/random.hpp"

#include <algorithm>
#include <set>
#include <thread>

namespace weir {
namespace {

/// What these servers are said to take best, and what a request is never made smaller than for their sake.
constexpr auto request_bytes = overload_pace::bounds{.min = 64U << 10, .max = 12U << 20, .step = 512U << 10};
constexpr auto all_events = std::size_t{UINT32_MAX};

/// Errors of a request that one document of it may be to blame for.
auto is_of_a_document(std::string_view problem) -> bool {
  for (const std::string_view type :
       {"x_content_parse_exception", "json_parse_exception", "parse_exception", "parsing_exception", "mapper_parsing_exception",
        "document_parsing_exception", "stream_constraints_exception", "not_x_content_exception"})
    if (problem.starts_with(type)) return true;
  return false;
}

} // namespace

auto request_pace() -> overload_pace { return overload_pace{request_bytes}; }

bulk_writer::bulk_writer(bulk_writer_settings settings, http_client& client, overload_pace& pace, const class clock& clock)
    : settings_(std::move(settings)), client_(client), api_(client), clock_(clock), pace_(pace) {}

auto bulk_writer::write(bulk_batch& batch, std::vector<refusal>& refused) -> result<void> {
  refused_ = &refused;
  waiting_.clear();
  made_.clear();
  moved_.clear();
  problem_.clear();
  has_sent_ = false;
  events_max_ = all_events;
  const auto& documents = batch.documents();
  for (std::uint32_t i = 0; i < documents.size(); ++i)
    if (documents[i].is == bulk_document::state::waiting) waiting_.push_back(i);
  deadline_ = clock_.monotonic() + settings_.patience;
  while (!waiting_.empty()) WEIR_CHECK(send_all(batch));
  return {};
}

auto bulk_writer::send_all(bulk_batch& batch) -> result<void> {
  again_.clear();
  for (auto at = std::size_t{0}; at < waiting_.size();) {
    const auto s = next_slice(batch, at);
    WEIR_CHECK(pause());
    WEIR_CHECK(send(batch, s));
    at = s.end;
  }
  std::swap(waiting_, again_);
  return {};
}

auto bulk_writer::next_slice(const bulk_batch& batch, std::size_t first) -> slice {
  const auto at = [&](std::size_t i) -> const bulk_document& { return batch.documents()[waiting_[i]]; };
  auto bytes = at(first).end - at(first).begin;
  auto end = first + 1;
  auto is_contiguous = true;
  for (; end < waiting_.size() && end - first < events_max_; ++end) {
    const auto more = at(end).end - at(end).begin;
    if (bytes + more > pace_.permits()) break;
    bytes += more;
    is_contiguous = is_contiguous && at(end).begin == at(end - 1).end;
  }
  if (is_contiguous) return {first, end, batch.body().substr(at(first).begin, bytes)};
  lines_.clear();
  for (auto i = first; i < end; ++i) lines_.append(batch.lines_of(at(i)));
  return {first, end, lines_.view()};
}

/// As the server asked for, or as its overload makes wise; not beyond the end of patience.
auto bulk_writer::pause() -> result<void> {
  const auto now = clock_.monotonic();
  const auto wait = pace_.wait(now);
  if (now + wait > deadline_ && (wait > duration{0} || !problem_.empty()))
    return error{errc::unavailable, "the server does not keep up: " + (problem_.empty() ? "it wants to be left alone" : problem_)};
  if (wait > duration{0}) std::this_thread::sleep_for(wait);
  return {};
}

auto bulk_writer::send(bulk_batch& batch, const slice& s) -> result<void> {
  const auto outcome = client_.send({.method = "POST",
                                     .path = settings_.path,
                                     .body = s.lines,
                                     .content_type = "application/x-ndjson",
                                     .compress = settings_.compress});
  if (const auto* answer = std::get_if<http_answer>(&outcome)) {
    has_sent_ = true;
    return take_answer(batch, s, *answer);
  }
  const auto& failure = std::get<http_failure>(outcome);
  has_sent_ = has_sent_ || failure.is_sent;
  // A smaller one may be answered in time.
  if (failure.is_sent) pace_.overloaded(s.lines.size(), clock_.monotonic(), {}, random_id());
  return error{errc::unavailable, failure.what};
}

auto bulk_writer::take_answer(bulk_batch& batch, const slice& s, const http_answer& answer) -> result<void> {
  if (!answer.is_success()) return take_refusal(batch, s, answer);
  const auto items = reader_.read(answer.body);
  const auto& endpoint = client_.endpoint_name(answer.endpoint);
  if (!items) return error{errc::unavailable, endpoint + " gave no answer of _bulk: " + items.failure().what};
  if (items->size() != s.end - s.first)
    return error{errc::unavailable, endpoint + " answered for " + std::to_string(items->size()) + " of "
                                        + std::to_string(s.end - s.first) + " documents"};
  is_overloaded_ = false;
  WEIR_CHECK(take_items(batch, s, *items));
  if (is_overloaded_)
    pace_.overloaded(s.lines.size(), clock_.monotonic(), answer.retry_after, random_id());
  else
    pace_.worked(s.lines.size());
  return take_back_what_came_twice(batch);
}

/// Of the whole request: nothing of it is stored, or, of 5xx, it is not known what is.
auto bulk_writer::take_refusal(bulk_batch& batch, const slice& s, const http_answer& answer) -> result<void> {
  const auto is_one = s.end - s.first == 1;
  const auto why = error_text_of(answer.body);
  if (answer.status == 413) {
    pace_.limit(s.lines.size() / 2);
    if (!is_one) return repeat(s), result<void>{};
    return refuse_one(batch, waiting_[s.first], "rejected: larger than the server takes (413)"), result<void>{};
  }
  if (answer.status == 429) {
    problem_ = "429 " + why;
    pace_.overloaded(s.lines.size(), clock_.monotonic(), answer.retry_after, random_id());
    return repeat(s), result<void>{};
  }
  if (answer.status == 400 && is_of_a_document(why)) {
    if (!is_one) return repeat_in_halves(s), result<void>{};
    return refuse_one(batch, waiting_[s.first], "rejected: " + why), result<void>{};
  }
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), "write")};
}

void bulk_writer::repeat(const slice& s) {
  again_.insert(again_.end(), waiting_.begin() + static_cast<std::ptrdiff_t>(s.first), waiting_.begin() + static_cast<std::ptrdiff_t>(s.end));
}

void bulk_writer::repeat_in_halves(const slice& s) {
  events_max_ = std::max<std::size_t>((s.end - s.first) / 2, 1);
  repeat(s);
}

auto bulk_writer::take_items(bulk_batch& batch, const slice& s, std::span<const bulk_item_answer> items) -> result<void> {
  for (std::size_t i = 0; i < items.size(); ++i) WEIR_CHECK(take_item(batch, waiting_[s.first + i], items[i]));
  return {};
}

auto bulk_writer::take_item(bulk_batch& batch, std::uint32_t number, const bulk_item_answer& item) -> result<void> {
  auto& document = batch.documents()[number];
  switch (outcome_of(item)) {
  case bulk_outcome::stored:
    document.is = bulk_document::state::stored;
    if (!settings_.rolling.newest.empty() && item.index != settings_.rolling.newest) {
      moved_.push_back(number);
      moved_to_ = item.index;
    }
    return {};
  case bulk_outcome::known: document.is = bulk_document::state::known; return {};
  case bulk_outcome::refused: refuse_one(batch, number, "rejected: " + reason_of(item)); return {};
  case bulk_outcome::later:
    is_overloaded_ = true;
    problem_ = reason_of(item);
    again_.push_back(number);
    return {};
  case bulk_outcome::no_index: return take_missing_index(batch, number, item);
  case bulk_outcome::write_blocked:
    // Somebody has closed the books of another day: what is late for them keeps nobody else waiting.
    if (!settings_.is_one_index && is_of_another_time(batch, batch.indices()[document.index]))
      return refuse_one(batch, number, "rejected: " + reason_of(item)), result<void>{};
    return error{errc::unavailable, "the server takes nothing now: " + reason_of(item)};
  case bulk_outcome::blocked: return error{errc::unavailable, "the server takes nothing now: " + reason_of(item)};
  case bulk_outcome::stopped: return error{errc::unavailable, "the server does not let this be written: " + reason_of(item)};
  case bulk_outcome::unknown: break;
  }
  return error{errc::unavailable, "the server answered status " + std::to_string(item.status) + " for a document"};
}

auto bulk_writer::is_of_another_time(bulk_batch& batch, const bulk_index& index) const -> bool {
  batch.names().begin_tag(index.tag);
  return batch.names().of(clock_.wall_ns()) != index.name;
}

auto bulk_writer::take_missing_index(bulk_batch& batch, std::uint32_t number, const bulk_item_answer& item) -> result<void> {
  const auto& name = batch.indices()[batch.documents()[number].index].name;
  const auto is_made = std::find(made_.begin(), made_.end(), name) != made_.end();
  if (settings_.create && item.type == "index_not_found_exception") {
    // Others of this request, too; and it may take a while until all nodes know of it.
    if (is_made) is_overloaded_ = true;
    if (!is_made) WEIR_CHECK(api_.create_index(name));
    if (!is_made) made_.push_back(name);
    problem_ = reason_of(item);
    return again_.push_back(number), result<void>{};
  }
  if (settings_.is_one_index) return error{errc::unavailable, reason_of(item)};
  return refuse_one(batch, number, "rejected: " + reason_of(item)), result<void>{};
}

void bulk_writer::refuse_one(bulk_batch& batch, std::uint32_t number, std::string reason) {
  auto& document = batch.documents()[number];
  document.is = bulk_document::state::refused;
  refused_->push_back({std::move(reason), document.at, 1});
}

/// The name has got another index meanwhile, whose ids know nothing of those in the one before. What was in that one
/// already is taken out of the new one again.
auto bulk_writer::take_back_what_came_twice(bulk_batch& batch) -> result<void> {
  if (moved_.empty()) return {};
  auto ids = std::vector<std::string_view>{};
  for (const auto number : moved_) ids.push_back(batch.id_of(batch.documents()[number]));
  const auto before = settings_.rolling.newest;
  auto found = std::set<std::string, std::less<>>{};
  WEIR_CHECK(api_.refresh(before));
  WEIR_CHECK(api_.find(before, ids, found));
  auto removals = std::string{};
  for (const auto number : moved_) {
    auto& document = batch.documents()[number];
    if (found.find(batch.id_of(document)) == found.end()) continue;
    removals += batch.removal_of(document, moved_to_);
    document.is = bulk_document::state::known;
  }
  if (!removals.empty()) WEIR_CHECK(api_.remove(removals));
  settings_.rolling.older.push_back(before);
  settings_.rolling.newest = moved_to_;
  moved_.clear();
  return {};
}

} // namespace weir
