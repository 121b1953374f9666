#include "actors/protocol.hpp"

#include "runtime/codec/chunk_codec.hpp"

#include <algorithm>
#include <string>

namespace weir {
namespace {

constexpr auto piece_bytes = std::size_t{1} << 20; // most chunks are one

/// In pieces, so that no more is allocated than twice what is there, whatever the size says.
auto read_raw(caf::deserializer& from, std::size_t size, byte_buffer& to) -> caf::error {
  for (auto left = size; left > 0;) {
    const auto piece = std::min(left, piece_bytes);
    if (auto e = from.apply_raw(piece, to.tail(piece))) return e;
    to.advance(piece);
    left -= piece;
  }
  return caf::none;
}

} // namespace

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
  auto head = byte_buffer{};
  if (auto e = read_raw(from, sizes->head, head)) return e;
  auto body = byte_buffer{};
  if (auto e = read_raw(from, sizes->body, body)) return e;
  auto decoded = decode_chunk(*sizes, head.view(), shared_bytes{std::move(body)});
  c.content = decoded ? *decoded : nullptr;
  return caf::none;
}

void add_message_types(caf::actor_system_config& config) {
  config.add_message_type<chunk_id>("weir::chunk_id")
      .add_message_type<id_range>("weir::id_range")
      .add_message_type<position_range>("weir::position_range")
      .add_message_type<ask_positions>("weir::ask_positions")
      .add_message_type<known_positions>("weir::known_positions")
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
      .add_message_type<std::vector<linked_node>>("std::vector<weir::linked_node>")
      .add_message_type<node_hello>("weir::node_hello")
      .add_message_type<node_welcome>("weir::node_welcome")
      .add_message_type<node_pulse>("weir::node_pulse");
}

} // namespace weir
