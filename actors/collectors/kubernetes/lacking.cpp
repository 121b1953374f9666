#include "actors/collectors/kubernetes/events_settings.hpp"
#include "actors/collectors/kubernetes/settings.hpp"
#include "actors/collectors/source.hpp"
#include "actors/lacking_plugin.hpp"

namespace weir {
namespace {

const register_lacking_plugin<source, kubernetes_settings> lacking_kubernetes{"kubernetes", std::string{kubernetes_settings::help}, "libcurl4-openssl-dev"};
const register_lacking_plugin<source, kubernetes_events_settings> lacking_kubernetes_events{
    "kubernetes_events", std::string{kubernetes_events_settings::help}, "libcurl4-openssl-dev"};

} // namespace
} // namespace weir
