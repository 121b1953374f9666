#include "actors/collectors/forward/source.hpp"

namespace weir {
namespace {

const register_source<forward_source> registered_forward{
    "forward",
    "Receives events by the Fluentd forward protocol: Docker, fluent-logger, Fluent Bit, Fluentd."};

} // namespace
} // namespace weir
