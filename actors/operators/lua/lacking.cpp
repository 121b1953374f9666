#include "actors/lacking_plugin.hpp"
#include "actors/operators/lua/settings.hpp"
#include "actors/operators/operator.hpp"

namespace weir {
namespace {

const register_lacking_plugin<event_operator, lua_settings> lacking_lua{"lua", std::string{lua_help}, "libluajit-5.1-dev"};

} // namespace
} // namespace weir
