#include "actors/lacking_plugin.hpp"
#include "actors/sinks/opentelemetry/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, opentelemetry_settings> lacking_opentelemetry{"opentelemetry", std::string{opentelemetry_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
