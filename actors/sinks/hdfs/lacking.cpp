#include "actors/lacking_plugin.hpp"
#include "actors/sinks/hdfs/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, hdfs_settings> lacking_hdfs{"hdfs", std::string{hdfs_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
