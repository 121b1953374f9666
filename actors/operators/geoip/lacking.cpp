#include "actors/lacking_plugin.hpp"
#include "actors/operators/geoip/settings.hpp"
#include "actors/operators/operator.hpp"

namespace weir {
namespace {

const register_lacking_plugin<event_operator, geoip_settings> lacking_geoip{"geoip", std::string{geoip_help}, "libmaxminddb-dev"};

} // namespace
} // namespace weir
