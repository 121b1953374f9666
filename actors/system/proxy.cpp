#include "actors/system/proxy.hpp"

namespace weir {
namespace {

template <class T> auto take_as(caf::type_erased_tuple& content) -> std::optional<wire::routed_message> {
  if (!content.match_elements<T>()) return std::nullopt;
  return content.get_as<T>(0);
}

/// Nothing if it is no message of a link.
auto routed_of(caf::type_erased_tuple& content) -> std::optional<wire::routed_message> {
  if (auto found = take_as<transfer_chunks>(content)) return found;
  if (auto found = take_as<link_feedback>(content)) return found;
  if (auto found = take_as<open_link>(content)) return found;
  if (auto found = take_as<probe_link>(content)) return found;
  if (auto found = take_as<reopen_link>(content)) return found;
  if (auto found = take_as<close_link>(content)) return found;
  if (auto found = take_as<ask_positions>(content)) return found;
  if (auto found = take_as<known_positions>(content)) return found;
  if (auto found = take_as<ask_settled>(content)) return found;
  if (auto found = take_as<known_settled>(content)) return found;
  if (auto found = take_as<ask_had>(content)) return found;
  return take_as<known_had>(content);
}

} // namespace

proxy::proxy(caf::actor_config& config, std::shared_ptr<node_wire> wire, std::uint32_t number)
    : event_based_actor(config), wire_(std::move(wire)), number_(number) {}

void proxy::enqueue(caf::mailbox_element_ptr message, caf::execution_unit* on) {
  auto what = routed_of(message->content());
  if (!what) return event_based_actor::enqueue(std::move(message), on);
  wire_->send(number_, message->sender, std::move(*what));
}

auto proxy::make_behavior() -> caf::behavior {
  set_default_handler(caf::drop);
  return {[](step_atom) {}}; // an actor without a behavior ends
}

} // namespace weir
