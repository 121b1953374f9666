#include "actors/lacking_plugin.hpp"
#include "actors/sinks/kafka/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, kafka_settings> lacking_kafka{"kafka", std::string{kafka_help}, "librdkafka-dev"};

} // namespace
} // namespace weir
