#include "actors/lacking_plugin.hpp"
#include "actors/sinks/postgresql/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, postgresql_settings> lacking_postgresql{"postgresql", std::string{postgresql_help}, "libpq-dev"};

} // namespace
} // namespace weir
