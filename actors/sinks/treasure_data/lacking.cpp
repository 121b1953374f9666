#include "actors/lacking_plugin.hpp"
#include "actors/sinks/store.hpp"
#include "actors/sinks/treasure_data/settings.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, treasure_data_settings> lacking_treasure_data{"treasure_data", std::string{treasure_data_help},
                                                                                   "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
