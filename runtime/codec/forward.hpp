/// Messages of the Fluentd forward protocol, v1 and v1.5: decoding of one whole root object, and acks.
//
//  message := [tag, time, record, option?]          Message        element 1 anything else
//           | [tag, [entry…], option?]              Forward        element 1 an array
//           | [tag, packed, option?]                PackedForward  element 1 str or bin: entries back to
//           back,
//                                                                  compressed if its magic number says so
//  option  := nil | {size?, chunk?, compressed?, fluent_signal?, metadata?, …}
//  ack     := {"ack": chunk}
//
// Source: Forward Protocol Specification v1.5 and the two reference servers; docs/architecture.md lists
// where they differ.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/compression.hpp"

#include <cstdint>
#include <string_view>

namespace weir {

enum class forward_mode : std::uint8_t { message, entries, packed };

struct forward_option {
  std::string_view chunk;    ///< the id as it came: one msgpack str or bin; empty: no ack wanted
  std::string_view metadata; ///< of a Message; one map, or empty
  std::int64_t signal = 0;   ///< 0 logs, 1 metrics, 2 traces, others unknown
};

/// Borrows from the root object.
struct forward_message {
  forward_mode mode = forward_mode::message;
  std::string_view tag;
  std::string_view time;    ///< Message: one value
  std::string_view record;  ///< Message: one value
  std::string_view entries; ///< Forward: `count` whole values; PackedForward: the payload as it came
  std::uint32_t count = 0;  ///< Forward only
  forward_option option;
};

/// The longest chunk id we are ready to repeat, and the longest tag that is worth taking; longer ones are decoded.
inline constexpr std::size_t forward_chunk_id_bytes_max = 4096;
inline constexpr std::size_t forward_tag_bytes_max = 4096;

/// Decodes one whole msgpack value. errc::rejected: it is well-formed but no message, go on with the next;
/// errc::malformed: end the connection. Total: any byte string is a valid argument.
auto decode_forward(std::string_view root) -> result<forward_message>;

/// The payload of a PackedForward message: itself, or decompressed into `scratch` (cleared first). The magic
/// number decides, not option `compressed`: no payload of entries begins like one.
auto unpack_payload(const forward_message& message, std::size_t bytes_max, byte_buffer& scratch)
    -> result<std::string_view>;

/// Appends the ack for a chunk id that forward_option::chunk gave.
void append_forward_ack(byte_buffer& out, std::string_view chunk);

} // namespace weir
