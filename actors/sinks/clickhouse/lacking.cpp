#include "actors/lacking_plugin.hpp"
#include "actors/sinks/clickhouse/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, clickhouse_settings> lacking_clickhouse{"clickhouse", std::string{clickhouse_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
