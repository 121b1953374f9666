#include "actors/sinks/kafka/delivery.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// The library's own times end first: it knows more about what became of a message.
constexpr auto grace = std::chrono::seconds{5};
constexpr auto headers_max = std::size_t{32};

auto is_refusal(rd_kafka_resp_err_t code) -> bool {
  switch (code) {
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE: return true;
    default: return false;
  }
}

auto outcome_of(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status) -> message_outcome {
  using enum message_outcome::state;
  const auto number = static_cast<std::int16_t>(code);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {stored, number};
  if (is_refusal(code)) return {barred, number};
  return {status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED ? unsent : unsure, number};
}

/// The arguments of one rd_kafka_produceva().
class produce_call {
public:
  produce_call(rd_kafka_topic_t* topic, const outgoing_message& m, std::size_t index) {
    add(RD_KAFKA_VTYPE_RKT).rkt = topic;
    if (m.partition >= 0) add(RD_KAFKA_VTYPE_PARTITION).i32 = m.partition;
    add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_OPAQUE).ptr = reinterpret_cast<void*>(index); // comes back with the report
    if (m.time_ms > 0) add(RD_KAFKA_VTYPE_TIMESTAMP).i64 = m.time_ms;
    if (m.key) add(RD_KAFKA_VTYPE_KEY).mem = {const_cast<char*>(text_at(*m.key)), m.key->size()};
    if (m.payload) add(RD_KAFKA_VTYPE_VALUE).mem = {const_cast<char*>(text_at(*m.payload)), m.payload->size()};
    if (m.headers == nullptr) return;
    for (const auto& [name, text] : *m.headers)
      if (size_ < all_.size()) add(RD_KAFKA_VTYPE_HEADER).header = {name.c_str(), text.data(), static_cast<ssize_t>(text.size())};
  }

  auto run(rd_kafka_t* handle) const -> rd_kafka_resp_err_t {
    auto* const failure = rd_kafka_produceva(handle, all_.data(), size_);
    if (failure == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
    const auto code = rd_kafka_error_code(failure);
    rd_kafka_error_destroy(failure);
    return code;
  }

private:
  using value = decltype(rd_kafka_vu_t::u);
  /// What is empty is not the same as what is not there.
  static auto text_at(std::string_view text) -> const char* { return text.data() == nullptr ? "" : text.data(); }
  auto add(rd_kafka_vtype_t type) -> value& {
    all_[size_].vtype = type;
    return all_[size_++].u;
  }

  std::array<rd_kafka_vu_t, 8 + headers_max> all_;
  std::size_t size_ = 0;
};

} // namespace

auto deliver(kafka_client& by, std::span<const outgoing_message> messages, duration patience) -> result<std::vector<message_outcome>> {
  auto outcomes = std::vector<message_outcome>(messages.size());
  auto missing = std::size_t{0};
  by.on_delivered = [&](const rd_kafka_message_t& m) {
    outcomes[reinterpret_cast<std::size_t>(m._private)] = outcome_of(m.err, rd_kafka_message_status(&m));
    --missing;
  };
  const auto until = std::chrono::steady_clock::now() + patience + grace;
  auto* topic = static_cast<rd_kafka_topic_t*>(nullptr);
  for (std::size_t i = 0; i < messages.size();) {
    if (i == 0 || messages[i].topic != messages[i - 1].topic) topic = by.topic(std::string{messages[i].topic});
    const auto code = produce_call{topic, messages[i], i}.run(by.handle());
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && std::chrono::steady_clock::now() < until) {
      by.attend(std::chrono::milliseconds{10});
      continue;
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
      ++missing;
    else
      outcomes[i] = outcome_of(code, RD_KAFKA_MSG_STATUS_NOT_PERSISTED);
    ++i;
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  (void)rd_kafka_flush(by.handle(), static_cast<int>(std::max<std::int64_t>(left.count(), 1)));
  by.on_delivered = {};
  if (missing > 0) return by.blamed("no word about " + std::to_string(missing) + " messages");
  return outcomes;
}

auto outgoing(const message_batch& of, const message_batch::message& m, std::int64_t wall_ns) -> outgoing_message {
  constexpr auto ns_per_ms = std::int64_t{1'000'000};
  // A broker refuses what comes from the future, and with it all that travels along.
  const auto time_ms = std::min(m.time_ms, wall_ns / ns_per_ms);
  const auto& headers = of.headers_of(m);
  return {.topic = of.topics()[m.topic],
          .key = m.has_key ? std::optional{of.key_of(m)} : std::nullopt,
          .payload = of.payload_of(m),
          .time_ms = time_ms,
          .headers = headers.empty() ? nullptr : &headers};
}

auto reason_of(const message_outcome& o) -> std::string { return "rejected: " + kafka_error_text(o.code); }

} // namespace weir
