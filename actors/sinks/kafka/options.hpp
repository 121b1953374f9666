/// What the client library is told: names and values of its properties. They have secrets in them.
#pragma once

#include "actors/sinks/kafka/settings.hpp"

#include <string>
#include <utility>
#include <vector>

namespace weir {

using kafka_options = std::vector<std::pair<std::string, std::string>>;

/// To reach the brokers, whatever for.
auto connection_options(const kafka_settings& s) -> kafka_options;
/// Of an idempotent producer; with a transactional id one of transactions.
auto producer_options(const kafka_settings& s, const std::string& transactional_id = {}) -> kafka_options;
/// Of one that reads what is committed, from where it is told to its present end.
auto reader_options(const kafka_settings& s) -> kafka_options;

/// The brokers as they are named in messages: "kafka-1:9092, kafka-2:9092".
auto brokers_of(const kafka_settings& s) -> std::string;

} // namespace weir
