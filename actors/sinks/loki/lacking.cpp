#include "actors/lacking_plugin.hpp"
#include "actors/sinks/loki/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, loki_settings> lacking_loki{"loki", std::string{loki_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
