#include "actors/lacking_plugin.hpp"
#include "actors/sinks/s3/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, s3_settings> lacking_s3{"s3", std::string{s3_help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
