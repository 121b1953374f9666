#include "actors/sinks/kafka/options.hpp"

#include "actors/sinks/network/endpoint_choice.hpp"

#include <algorithm>

namespace weir {
namespace {

auto in_ms(duration d) -> std::string {
  return std::to_string(std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count(), 1));
}

void add_security(const kafka_settings& s, kafka_options& to) {
  const auto logs_in = !s.auth.user.empty();
  to.emplace_back("security.protocol", logs_in ? (s.tls ? "sasl_ssl" : "sasl_plaintext") : (s.tls ? "ssl" : "plaintext"));
  if (logs_in) {
    using enum kafka_mechanism;
    to.emplace_back("sasl.mechanism", s.auth.mechanism == plain           ? "PLAIN"
                                      : s.auth.mechanism == scram_sha_256 ? "SCRAM-SHA-256"
                                                                          : "SCRAM-SHA-512");
    to.emplace_back("sasl.username", s.auth.user);
    to.emplace_back("sasl.password", s.auth.password.value);
  }
  if (!s.tls) return;
  to.emplace_back("enable.ssl.certificate.verification", s.tls->verify == store_verify::none ? "false" : "true");
  to.emplace_back("ssl.endpoint.identification.algorithm", s.tls->verify == store_verify::full ? "https" : "none");
  if (!s.tls->ca.empty()) to.emplace_back("ssl.ca.location", s.tls->ca);
  if (s.tls->certificate.empty()) return;
  to.emplace_back("ssl.certificate.location", s.tls->certificate);
  to.emplace_back("ssl.key.location", s.tls->key);
}

} // namespace

auto brokers_of(const kafka_settings& s) -> std::string {
  auto text = std::string{};
  for (const auto& e : s.endpoints) text += (text.empty() ? "" : ", ") + e;
  return text;
}

auto connection_options(const kafka_settings& s) -> kafka_options {
  auto brokers = std::string{};
  for (const auto& e : s.endpoints)
    if (const auto at = host_of_endpoint(e, kafka_port); at) {
      const auto is_v6 = at->host.find(':') != std::string::npos;
      brokers += (brokers.empty() ? "" : ",") + (is_v6 ? '[' + at->host + ']' : at->host) + ':' + std::to_string(at->port);
    }
  auto made = kafka_options{{"bootstrap.servers", brokers},
                            {"client.id", "weir"},
                            {"socket.connection.setup.timeout.ms", in_ms(std::max<duration>(s.timeout.connect, std::chrono::seconds{1}))},
                            {"socket.timeout.ms", in_ms(std::min<duration>(s.timeout.request, std::chrono::seconds{60}))},
                            {"socket.keepalive.enable", "true"},
                            {"reconnect.backoff.max.ms", "2000"},
                            {"topic.metadata.refresh.fast.interval.ms", "50"},
                            {"log_level", "0"}};
  add_security(s, made);
  return made;
}

auto producer_options(const kafka_settings& s, const std::string& transactional_id) -> kafka_options {
  auto made = connection_options(s);
  made.insert(made.end(), {{"enable.idempotence", "true"},
                           {"acks", "all"},
                           {"isolation.level", "read_uncommitted"}, // what it is told of ends counts what is not decided yet
                           {"message.timeout.ms", in_ms(s.timeout.request)},
                           {"linger.ms", "20"},
                           {"queue.buffering.max.messages", "10000000"},
                           {"queue.buffering.max.kbytes", "2097151"},
                           {"message.max.bytes", "1000000000"}, // what is too large says the broker
                           {"partitioner", s.partition == kafka_partition::key ? "murmur2_random" : "random"}});
  for (const auto& [name, kind] : names_of(static_cast<kafka_compression*>(nullptr)))
    if (kind == s.compress) made.emplace_back("compression.type", name);
  if (transactional_id.empty()) return made;
  made.emplace_back("transactional.id", transactional_id);
  made.emplace_back("transaction.timeout.ms", in_ms(s.timeout.request));
  return made;
}

auto reader_options(const kafka_settings& s) -> kafka_options {
  auto made = connection_options(s);
  made.insert(made.end(), {{"isolation.level", "read_committed"},
                           {"enable.partition.eof", "true"},
                           {"auto.offset.reset", "earliest"},
                           {"enable.auto.commit", "false"},
                           {"fetch.wait.max.ms", "10"}}); // it reads to the end, and then no more
  return made;
}

} // namespace weir
