#include "actors/sinks/kafka/ledger_topic.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>

namespace weir {
namespace {

/// Collectors are spread over them: so many transactions are under way at once, on all nodes.
constexpr auto ledger_partitions = std::int32_t{16};

} // namespace

auto ledger_topic::open(const kafka_settings& s, const std::string& name) -> result<std::unique_ptr<ledger_topic>> {
  auto made = std::unique_ptr<ledger_topic>{new ledger_topic{name, s.timeout}};
  WEIR_TRY(made->client_, kafka_client::make(kafka_client::kind::consumer, reader_options(s), brokers_of(s)));
  auto& by = *made->client_;
  WEIR_CHECK(by.greet(s.timeout.connect));
  WEIR_TRY(made->partitions_, by.partitions_of(name, s.timeout.request));
  if (made->partitions_ == 0) {
    if (!s.create) return by.blamed("there is no topic \"" + name + "\", and \"create: false\" says not to make it");
    WEIR_CHECK(by.make_topic({name, ledger_partitions, s.replication, true}, s.timeout.request));
    WEIR_TRY(made->partitions_, by.partitions_of(name, s.timeout.request));
  }
  made->topic_ = by.topic(name);
  return made;
}

auto ledger_topic::read(std::int32_t partition, std::int64_t& next, kafka_client& end_for, const visitor& visit) -> result<void> {
  auto begin = std::int64_t{0};
  auto end = std::int64_t{0};
  WEIR_CHECK(find_ends(end_for, partition, begin, end));
  if (next >= end) return {};
  next = std::max(next, begin);
  if (rd_kafka_consume_start(topic_, partition, next) != 0)
    return client_->blamed("\"" + name_ + "\" cannot be read: " + kafka_error_text(rd_kafka_last_error()));
  auto done = read_up_to(end, partition, next, visit);
  (void)rd_kafka_consume_stop(topic_, partition);
  return done;
}

auto ledger_topic::find_ends(kafka_client& seen_by, std::int32_t partition, std::int64_t& begin, std::int64_t& end) -> result<void> {
  const auto ms = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(patience_).count());
  const auto until = std::chrono::steady_clock::now() + patience_;
  for (;;) {
    const auto code = rd_kafka_query_watermark_offsets(seen_by.handle(), name_.c_str(), partition, &begin, &end, ms);
    client_->attend({});
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    // As long as a topic is new, or its leader has just changed.
    const auto is_passing = code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION || code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    if (!is_passing || std::chrono::steady_clock::now() > until)
      return client_->blamed("the end of \"" + name_ + "\" is not told: " + kafka_error_text(code));
    client_->attend(std::chrono::milliseconds{50});
  }
}

auto ledger_topic::read_up_to(std::int64_t end, std::int32_t partition, std::int64_t& next, const visitor& visit) -> result<void> {
  const auto until = std::chrono::steady_clock::now() + patience_;
  while (next < end) {
    const auto message = std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>{rd_kafka_consume(topic_, partition, 100),
                                                                                                  rd_kafka_message_destroy};
    client_->attend({});
    if (message == nullptr || message->err == RD_KAFKA_RESP_ERR__TRANSPORT) {
      if (std::chrono::steady_clock::now() > until) return client_->blamed("\"" + name_ + "\" cannot be read to its end");
    } else if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto key = std::string_view{static_cast<const char*>(message->key), message->key_len};
      const auto value = std::string_view{static_cast<const char*>(message->payload), message->len};
      visit(key, message->payload == nullptr ? std::nullopt : std::optional{value});
      next = message->offset + 1;
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      next = std::max(next, message->offset); // behind marks of transactions, which are no records
    } else {
      return client_->blamed("\"" + name_ + "\" cannot be read: " + kafka_error_text(message->err));
    }
  }
  return {};
}

} // namespace weir
