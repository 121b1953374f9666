#include "actors/sinks/kafka/settings.hpp"

#include "actors/sinks/messages/topic_names.hpp"
#include "actors/sinks/network/endpoint_choice.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {
namespace {

/// What the client library and brokers take as times.
constexpr auto request_min = std::chrono::seconds{1};
constexpr auto request_max = std::chrono::minutes{5};

void check_topics(const kafka_settings& s, config::settings_reader& reader) {
  if (const auto problem = problem_of_topic_template(s.topic); !problem.empty())
    reader.complain("topic", "\"topic\" makes no name of a topic: " + problem);
  if (const auto problem = problem_of_topic_name("weir-ledger-" + s.ledger); !s.ledger.empty() && !problem.empty())
    reader.complain("ledger", "\"ledger\" makes no name of a topic: " + problem);
  if (!s.exactly_once) reader.refuse_useless("ledger", "only with \"exactly_once: true\" there is one");
  if (!s.create) {
    reader.refuse_useless("partitions", "with \"create: false\" no topic is made");
    reader.refuse_useless("replication", "with \"create: false\" no topic is made");
  }
  if (s.partitions == 0 || s.partitions < -1) reader.complain("partitions", "\"partitions\" wants a number from 1 on, or -1");
  if (s.replication == 0 || s.replication < -1) reader.complain("replication", "\"replication\" wants a number from 1 on, or -1");
}

} // namespace

auto rules_of(const kafka_settings& s) -> message_rules {
  return {s.topic, s.time_zone, s.key, s.headers, s.message_time == kafka_time::event, s.format};
}

void validate(const kafka_auth& s, config::settings_reader& reader) {
  if (!s.user.empty()) return;
  reader.refuse_useless("password", "it belongs to a \"user\"");
  reader.refuse_useless("mechanism", "without a \"user\" nobody logs in");
}

void validate(const kafka_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.topic, reader);
  validate(s.format, reader);
  check_topics(s, reader);
  for (const auto& e : s.endpoints)
    if (const auto at = host_of_endpoint(e, kafka_port); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  if (s.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is a broker?", "as in kafka-1:9092");
  if (s.tls && !s.tls->server_name.empty())
    reader.complain("tls", "\"server_name\" is not for kafka: brokers are called as they call each other");
  if (s.timeout.request < request_min || s.timeout.request > request_max)
    reader.complain("timeout", "\"request\" wants 1s to 5m here");
  if (!s.key.empty() && !is_written_path(s.key)) reader.complain("key", "\"key\": " + std::string{not_written_path});
  for (const auto& [name, text] : s.headers)
    if (name.empty()) reader.complain("headers", "\"headers\" has one without a name");
  if (s.format.header) reader.complain("header", "\"header\" is for files: a message is one event");
}

} // namespace weir
