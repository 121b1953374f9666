#include "actors/sinks/kafka/repeating_producer.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Of those that are not stored the one to tell of.
auto failure_among(const std::vector<message_outcome>& outcomes) -> const message_outcome* {
  const auto at = std::find_if(outcomes.begin(), outcomes.end(), [](const auto& o) {
    return o.is == message_outcome::state::unsent || o.is == message_outcome::state::unsure;
  });
  return at == outcomes.end() ? nullptr : &*at;
}

} // namespace

auto repeating_producer::open(std::uint64_t set_bytes) -> result<void> {
  if (client_ != nullptr && set_bytes_ <= set_bytes) return client_->greet(settings_.timeout.connect);
  auto options = producer_options(settings_);
  options.emplace_back("batch.size", std::to_string(set_bytes));
  WEIR_TRY(client_, kafka_client::make(kafka_client::kind::producer, options, brokers_of(settings_)));
  set_bytes_ = set_bytes;
  return client_->greet(settings_.timeout.connect);
}

auto repeating_producer::send(const commit_batch& batch, const message_batch& messages, const topic_book& topics, committed& done)
    -> result<void> {
  if (set_bytes_ > topics.set_bytes()) WEIR_CHECK(open(topics.set_bytes()));
  auto sent = std::vector<outgoing_message>{};
  auto events = std::vector<event_ref>{};
  const auto wall_ns = clock_.wall_ns();
  for (const auto& m : messages.messages()) {
    if (auto problem = topics.problem_of(messages, m); !problem.empty()) {
      done.refused.push_back({std::move(problem), m.at, 1});
      continue;
    }
    ++done.events;
    done.bytes += m.end - m.begin;
    if (in_already_.has(batch, m.at)) continue;
    sent.push_back(outgoing(messages, m, wall_ns));
    events.push_back(m.at);
  }
  auto outcomes = deliver(*client_, sent, settings_.timeout.request);
  if (!outcomes) {
    client_.reset();
    return outcomes.failure();
  }
  const auto refused = std::find_if(outcomes->begin(), outcomes->end(), [](const auto& o) { return o.is == message_outcome::state::barred; });
  const auto* const failed = failure_among(*outcomes);
  if (failed == nullptr && refused == outcomes->end()) {
    in_already_.forget(batch);
    std::stable_sort(done.refused.begin(), done.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return {};
  }
  note_outcomes(batch, events, *outcomes);
  if (failed == nullptr) return error{errc::rejected, reason_of(*refused)};
  return client_->blamed("not written: " + kafka_error_text(failed->code));
}

void repeating_producer::note_outcomes(const commit_batch& batch, const std::vector<event_ref>& events,
                                       const std::vector<message_outcome>& outcomes) {
  for (std::size_t i = 0; i < events.size(); ++i)
    if (outcomes[i].is == message_outcome::state::stored) in_already_.add(batch, events[i]);
}

} // namespace weir
