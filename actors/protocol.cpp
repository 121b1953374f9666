#include "actors/protocol.hpp"

#include "runtime/codec/chunk_codec.hpp"

#include <string>

namespace weir {

auto inspect(caf::serializer& to, wire_chunk& c) -> caf::error {
  auto head = encode_chunk_head(*c.content);
  if (auto e = to.apply_raw(head.size(), head.data())) return e;
  const auto body = c.content->body.view();
  // CAF asks for a mutable pointer and only reads from it.
  return body.empty() ? caf::error{} : to.apply_raw(body.size(), const_cast<char*>(body.data()));
}

auto inspect(caf::deserializer& from, wire_chunk& c) -> caf::error {
  char prefix[chunk_prefix_bytes];
  if (auto e = from.apply_raw(sizeof prefix, prefix)) return e;
  const auto sizes = decode_chunk_prefix({prefix, sizeof prefix});
  if (!sizes) return caf::sec::invalid_argument;
  auto head = std::string(sizes->head, '\0');
  if (auto e = from.apply_raw(head.size(), head.data())) return e;
  auto body = byte_buffer{sizes->body};
  if (sizes->body > 0)
    if (auto e = from.apply_raw(sizes->body, body.tail(sizes->body))) return e;
  body.advance(sizes->body);
  auto decoded = decode_chunk(*sizes, head, shared_bytes{std::move(body)});
  c.content = decoded ? *decoded : nullptr;
  return caf::none;
}

void add_message_types(caf::actor_system_config& config) {
  config.add_message_type<chunk_id>("weir::chunk_id")
      .add_message_type<wire_chunk>("weir::wire_chunk")
      .add_message_type<open_link>("weir::open_link")
      .add_message_type<transfer_chunks>("weir::transfer_chunks")
      .add_message_type<link_feedback>("weir::link_feedback")
      .add_message_type<probe_link>("weir::probe_link")
      .add_message_type<reopen_link>("weir::reopen_link")
      .add_message_type<close_link>("weir::close_link")
      .add_message_type<peer>("weir::peer")
      .add_message_type<peers_changed>("weir::peers_changed")
      .add_message_type<announce_peer>("weir::announce_peer")
      .add_message_type<node_peers>("weir::node_peers")
      .add_message_type<child_finished>("weir::child_finished")
      .add_message_type<observation>("weir::observation")
      .add_message_type<std::vector<observation>>("std::vector<weir::observation>")
      .add_message_type<node_hello>("weir::node_hello")
      .add_message_type<node_welcome>("weir::node_welcome")
      .add_message_type<node_pulse>("weir::node_pulse");
}

} // namespace weir
