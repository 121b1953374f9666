#include "actors/lacking_plugin.hpp"
#include "actors/sinks/http/store_settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, http_store_settings> lacking_http{"http", std::string{http_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
