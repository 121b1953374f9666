#include "actors/lacking_plugin.hpp"
#include "actors/sinks/elasticsearch/settings.hpp"
#include "actors/sinks/store.hpp"

namespace weir {
namespace {

const register_lacking_plugin<store, elasticsearch_settings> lacking_elasticsearch{
    "elasticsearch", std::string{elasticsearch_help},
    "libcurl4-openssl-dev"};
const register_lacking_plugin<store, elasticsearch_settings> lacking_opensearch{
    "opensearch", std::string{opensearch_help},
    "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
