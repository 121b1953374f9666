#include "actors/sinks/kafka/topic_book.hpp"

#include <algorithm>

namespace weir {
namespace {

/// What a broker takes of a topic that nobody said anything about.
constexpr auto usual_message_bytes = std::uint64_t{1'048'588};
/// Of a message that travels alone, beside its key, headers and text.
constexpr auto message_overhead = std::uint64_t{100};
/// A template with the tag in it may make many.
constexpr auto topics_remembered_max = std::size_t{10'000};

} // namespace

auto topic_book::see_to(kafka_client& by, const message_batch& batch) -> result<void> {
  if (message_bytes_.size() > topics_remembered_max) forget();
  for (const auto& topic : batch.topics()) WEIR_CHECK(see_to(by, topic));
  return {};
}

auto topic_book::see_to(kafka_client& by, const std::string& topic) -> result<void> {
  if (message_bytes_.contains(topic)) return {};
  WEIR_TRY(const auto partitions, by.partitions_of(topic, patience_));
  if (partitions == 0) {
    if (!create_) return by.blamed("there is no topic \"" + topic + "\", and \"create: false\" says not to make it");
    auto wish = wish_;
    wish.name = topic;
    WEIR_CHECK(by.make_topic(wish, patience_));
  }
  const auto told = by.message_bytes_max(topic, patience_);
  const auto most = told == 0 ? usual_message_bytes : told;
  // Less than all: what does not become smaller by compressing becomes a little longer.
  set_bytes_ = std::min(set_bytes_, most - most / 16);
  message_bytes_.emplace(topic, most);
  return {};
}

auto topic_book::problem_of(const message_batch& batch, const message_batch::message& m) const -> std::string {
  const auto known = message_bytes_.find(batch.topics()[m.topic]);
  auto bytes = m.end - m.begin + message_overhead;
  for (const auto& [name, text] : batch.headers_of(m)) bytes += name.size() + text.size() + 10;
  if (known == message_bytes_.end() || bytes <= known->second) return {};
  return "rejected: a message of " + std::to_string(bytes) + " bytes, and the topic takes " + std::to_string(known->second) + " (max.message.bytes)";
}

} // namespace weir
