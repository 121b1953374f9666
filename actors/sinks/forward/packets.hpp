/// A batch as messages of the forward protocol: the same ones, with the same ids, whenever a chunk comes again.
//
//  The events of one tag of one chunk are one message, or several of at most max_message. An id follows from the sink's
//  name, the chunk's id, the tag, and which of its events these are. So whoever remembers ids knows a message again, also
//  from another node's sink of that name.
#pragma once

#include "actors/sinks/messages/tag_text.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/compression.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Bytes of entries belong to its batch, or to `own`.
struct forward_packet {
  std::string tag;
  std::string id; ///< empty: no ack is wanted
  std::vector<std::string_view> entries;
  std::uint64_t events = 0;
  std::size_t bytes = 0; ///< of entries
  byte_buffer own;
  byte_buffer head;   ///< what goes before entries
  byte_buffer option; ///< what goes behind them
  bool is_done = false;
};

struct forward_packet_rules {
  std::string component;
  tag_text tag;
  compression compress = compression::none;
  bool wants_acks = true;
  bool time_as_integer = false;
  std::size_t bytes_max = 0;
};

/// Of each chunk of a batch, which of its events are new; nothing: none is.
using new_events = std::vector<std::optional<std::vector<index_range>>>;

/// Whole messages, ready to be sent, while the batch lives. What is malformed is refused in `done`.
auto make_packets(const commit_batch& batch, const new_events& wanted, const forward_packet_rules& rules, committed& done)
    -> result<std::deque<forward_packet>>;

} // namespace weir
