/// A client of the brokers: what it said last, and what topics there are; rdkafka.h stays in source files.
#pragma once

#include "actors/sinks/kafka/options.hpp"
#include "runtime/base/result.hpp"
#include "runtime/base/units.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct rd_kafka_s;
struct rd_kafka_topic_s;
struct rd_kafka_message_s;

namespace weir {

/// How to make a topic.
struct topic_wish {
  std::string name;
  std::int32_t partitions = -1;  ///< -1: as the broker does
  std::int16_t replication = -1; ///< -1: as the broker does
  bool is_compacted = false;
};

/// Threads may share one but for topic() and on_delivered.
class kafka_client {
public:
  enum class kind { producer, consumer };
  /// Talks to nobody yet. Errors are about the options.
  static auto make(kind what, const kafka_options& options, std::string brokers) -> result<std::unique_ptr<kafka_client>>;
  /// Drops what is on its way, and waits for its threads.
  ~kafka_client();
  kafka_client(const kafka_client&) = delete;
  auto operator=(const kafka_client&) -> kafka_client& = delete;

  /// Whether a broker answers and lets it in; why not, in one line.
  auto greet(duration patience) -> result<void>;
  /// How many partitions it has; 0: there is no such topic. Makes none.
  auto partitions_of(const std::string& topic, duration patience) -> result<std::int32_t>;
  /// The longest message that it takes; 0: nobody says.
  auto message_bytes_max(const std::string& topic, duration patience) -> std::uint64_t;
  /// Nothing if it is there.
  auto make_topic(const topic_wish& wish, duration patience) -> result<void>;

  /// The library's own; lives as long as this.
  auto handle() -> rd_kafka_s* { return handle_; }
  auto topic(const std::string& name) -> rd_kafka_topic_s*;
  /// Runs callbacks until the time is over.
  void attend(duration longest);
  /// Gets what becomes of each message that is produced, in attend() and flush.
  std::function<void(const rd_kafka_message_s&)> on_delivered;

  /// The error of something that was tried, with the brokers and what they or the network said last.
  auto blamed(std::string_view what, errc code = errc::unavailable) const -> error;
  /// What they said last, without addresses and times; empty: nothing.
  auto last_word() const -> std::string;

private:
  explicit kafka_client(std::string brokers) : brokers_(std::move(brokers)) {}
  void note_error(int code, std::string_view reason);
  void begin_greeting();
  /// Not every broker knows it at once.
  auto await_topic(const std::string& name, duration patience) -> result<void>;
  auto is_hopeless() const -> bool;

  std::string brokers_;
  rd_kafka_s* handle_ = nullptr;
  std::map<std::string, rd_kafka_topic_s*> topics_;
  mutable std::mutex guard_; ///< of what follows
  std::string last_word_;
  bool is_hopeless_ = false; ///< nobody is there, or lets it in: waiting longer is no use
};

/// "Local: Timed out" as a sentence has it.
auto kafka_error_text(int code) -> std::string;

} // namespace weir
