#include "actors/lacking_plugin.hpp"
#include "actors/sinks/mysql/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, mysql_settings> lacking_mysql{"mysql", std::string{mysql_help}, "libmariadb-dev"};

} // namespace
} // namespace weir
