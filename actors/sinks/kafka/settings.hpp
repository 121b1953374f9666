/// Settings of the store `kafka`.
#pragma once

#include "actors/sinks/messages/message_batch.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/network/settings.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class kafka_mechanism { plain, scram_sha_256, scram_sha_512 };
enum class kafka_partition { key, sticky };
enum class kafka_time { written, event };
enum class kafka_compression { none, gzip, snappy, lz4, zstd };

constexpr auto names_of(kafka_mechanism*) {
  return std::array<std::pair<std::string_view, kafka_mechanism>, 3>{{{"plain", kafka_mechanism::plain},
                                                                      {"scram-sha-256", kafka_mechanism::scram_sha_256},
                                                                      {"scram-sha-512", kafka_mechanism::scram_sha_512}}};
}
constexpr auto names_of(kafka_partition*) {
  return std::array<std::pair<std::string_view, kafka_partition>, 2>{{{"key", kafka_partition::key}, {"sticky", kafka_partition::sticky}}};
}
constexpr auto names_of(kafka_time*) {
  return std::array<std::pair<std::string_view, kafka_time>, 2>{{{"written", kafka_time::written}, {"event", kafka_time::event}}};
}
constexpr auto names_of(kafka_compression*) {
  return std::array<std::pair<std::string_view, kafka_compression>, 5>{{{"none", kafka_compression::none},
                                                                        {"gzip", kafka_compression::gzip},
                                                                        {"snappy", kafka_compression::snappy},
                                                                        {"lz4", kafka_compression::lz4},
                                                                        {"zstd", kafka_compression::zstd}}};
}

struct kafka_auth : store_auth {
  kafka_mechanism mechanism = kafka_mechanism::plain;
};

class kafka_transactions;

/// Where the writers of one sink find what they share. Copies of settings have the same one.
struct kafka_meeting_place {
  std::mutex guard;
  std::weak_ptr<kafka_transactions> shared; ///< while a writer has it
};

struct kafka_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  stream:
    type: kafka
    from: web
    endpoints: [kafka-1:9092, kafka-2:9092]    # some of its brokers: they name the others
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    tls: { ca: /etc/ssl/certs/ca-certificates.crt }
    topic: "logs.{tag}"
    key: host
    exactly_once: true
    writers: 4
)"};

  std::vector<std::string> endpoints;
  store_timeouts timeout;
  std::optional<store_tls> tls;
  kafka_auth auth;
  std::string topic = "logs";
  std::string time_zone = "UTC";
  std::string key;
  kafka_partition partition = kafka_partition::key;
  kafka_time message_time = kafka_time::written;
  config::string_map headers;
  format_settings format;
  kafka_compression compress = kafka_compression::lz4;
  bool exactly_once = false;
  std::string ledger;
  bool create = true;
  std::int32_t partitions = -1;
  std::int16_t replication = -1;
  std::shared_ptr<kafka_meeting_place> meeting_place = std::make_shared<kafka_meeting_place>(); ///< no setting
};

inline constexpr auto kafka_help =
    std::string_view{"Produces events to Kafka; with exactly_once in transactions, each once for consumers that read what is committed."};
inline constexpr auto kafka_port = std::uint16_t{9092};

template <class Visitor> void describe(Visitor& v, kafka_auth& s) {
  v.field("user", s.user, "The name to log in with by SASL.");
  v.field("password", s.password, "Its password; better from {file: PATH} or ${VARIABLE} than written here.");
  v.field("mechanism", s.mechanism, "plain, scram-sha-256 or scram-sha-512; plain shows the password to whoever reads along, so it wants \"tls\".");
}

template <class Visitor> void describe(Visitor& v, kafka_settings& s) {
  v.field("endpoints", s.endpoints, "Some of its brokers, as host:port (9092 if none is given); they name the others.");
  v.field("timeout", s.timeout, "How long to wait for the brokers.");
  v.field("tls", s.tls, "Encrypts, and says whom to trust; {} trusts the authorities of the system. Files are read again when a failure makes "
                        "a writer connect anew.");
  v.field("auth", s.auth, "Who logs in, by SASL.");
  v.field("topic", s.topic,
          "The topic of an event; {tag}, {node}, {component} and strftime of the event time. What a name may not have is replaced: "
          "docs/stores.md.");
  describe_name_zone(v, s.time_zone, "topic");
  v.field("key", s.key, "A field of the record that is the message's key; dotted path. An event without it has none.");
  v.field("partition", s.partition,
          "key: messages of one key go to one partition, the one that Java's clients choose; those without a key, and with sticky "
          "all, to one partition for a while and then to another.");
  v.field("message_time", s.message_time,
          "The message's own time: when it was written; event: the event's, by which a topic's retention then counts, so that old events "
          "are gone at once.");
  v.field("headers", s.headers, "Headers of each message: names and texts; {tag} in a text is the event's.");
  describe(v, s.format);
  v.field("compress", s.compress, "How messages travel and are kept: none, gzip, snappy, lz4 or zstd.");
  v.field("exactly_once", s.exactly_once,
          "Writes in transactions with a ledger in a topic of its own: consumers with isolation.level=read_committed see each event "
          "once. Without: at least once; what was under way when a writer was stopped comes twice.");
  v.field("ledger", s.ledger,
          "The ledger's name, by default the sink's: its topic is weir-ledger-NAME. Sinks of other systems in the same Kafka want another.");
  v.field("create", s.create, "Makes topics that are missing. false: says which is.");
  v.field("partitions", s.partitions, "Of a topic that is made; -1: what the broker has as its default.");
  v.field("replication", s.replication, "Copies of a topic that is made, the ledger's too; -1: what the broker has as its default.");
}

auto rules_of(const kafka_settings& s) -> message_rules;
void validate(const kafka_auth& s, config::settings_reader& reader);
void validate(const kafka_settings& s, config::settings_reader& reader);

} // namespace weir
