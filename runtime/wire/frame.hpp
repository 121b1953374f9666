/// What nodes say to each other: a closed set of frames.
//
//  connection := guest: hello, then whatever it may;  host: welcome, then whatever it may
//  frame      := magic u8 (0x57), version u8 (2), type u8, flags u8 (1: critical), length u32, payload u8[length]
//
//  The guest is who dialled. Each type has a greatest length, which is looked at before anything is stored. A type
//  that is not known is skipped, unless it is marked critical or longer than unknown_bytes_max: so a later minor
//  version may add some. The payload of what is rare is a msgpack map (runtime/wire/rare_frames.hpp), of the rest a
//  list of fields (runtime/wire/fields.hpp); fields that are not known are not looked at. What is meant for an actor
//  begins with the handle of the receiver, which the receiver's node gave, and with that of the sender, which the
//  sender's node gave:
//
//  routed     := to u32, from u32, fields
//  transfer   := to u32, from u32, link u64, number u64, count u32, chunk*    (runtime/codec/chunk_codec.hpp)
//
//  All integers little-endian.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/flow/link_messages.hpp"
#include "runtime/flow/position_messages.hpp"
#include "runtime/net/stream.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weir::wire {

inline constexpr std::size_t header_bytes = 8;
inline constexpr auto unknown_bytes_max = std::uint32_t{64} << 10;

enum class frame_type : std::uint8_t {
  hello = 1,
  welcome = 2,
  members = 3,
  pulse = 4,
  bye = 5,
  gone = 6,
  observe = 7,
  observed = 8,
  command = 9,
  gossip = 10,
  commanded = 11,
  open_link = 16,
  transfer_chunks = 17,
  link_feedback = 18,
  probe_link = 19,
  reopen_link = 20,
  close_link = 21,
  ask_positions = 22,
  known_positions = 23,
  ask_settled = 24,
  known_settled = 25,
  ask_had = 26,
  known_had = 27,
};

/// "open_link"; "frame 77" of one that is not known.
auto name_of(frame_type type) -> std::string;
/// Of the payload; 0 for types that are not known.
auto payload_bytes_max(frame_type type) -> std::uint32_t;

struct frame_header {
  frame_type type = frame_type::hello;
  bool is_critical = false;
  std::uint32_t length = 0;
};

/// Of header_bytes bytes. An error if they are no header, or announce more than the type may have.
auto parse_header(std::string_view bytes) -> result<frame_header>;

/// The guest's first frame: who it is.
struct hello {
  std::uint32_t version = 0;
  std::string cluster;
  std::string node;
  std::uint64_t incarnation = 0;     ///< random for each run of the process
  std::vector<std::string> classes = {}; ///< what it says it hosts
  std::uint32_t oldest = 0;              ///< it speaks versions from this one to `version`; 0: that one alone
  bool serves = false;                   ///< it hosts more than collectors
  bool introduces = false;               ///< it wants to hear of members, and sends nothing
};

/// An actor of the host that the guest may write to.
struct member {
  std::uint32_t handle = 0;
  std::string address;   ///< logical
  std::string component;
};

/// The host's first frame.
struct welcome {
  std::string node;
  std::string refused; ///< why not; empty if welcome
  std::uint64_t incarnation = 0;
  std::vector<member> members;
  bool serves = false; ///< the host, as in hello
  std::vector<std::string> classes = {}; ///< the same
};

/// Instead of the members that were told before.
struct members {
  std::vector<member> all;
};

/// The guest, every heartbeat; answered with the host's. Incarnation 0: say hello again.
struct pulse {
  std::string node;
  std::uint64_t incarnation = 0;
};

/// The last frame: why the connection ends.
struct bye {
  std::string why;
};

/// An actor of the guest that wrote to some of the host has ended.
struct gone {
  std::uint32_t actor = 0;
};

/// Either wants the figures of all of the other's actors.
struct observe {
  std::uint64_t question = 0;
};

struct observed {
  std::uint64_t question = 0;
  std::string problem; ///< why there are none
  std::string figures; ///< runtime/measure/observation_codec.hpp
};

/// Either wants the other to do something, for a person or a script.
struct command {
  std::uint64_t question = 0;
  std::string what;    ///< a word, and what belongs to it
  std::string content; ///< a file that goes with it
  std::string by;      ///< who wants it, on the asking node
};

struct commanded {
  std::uint64_t question = 0;
  std::string problem; ///< why nothing was done
  std::string text;    ///< what came of it
};

/// Both, whenever they have something to tell: runtime/cluster/gossip_codec.hpp.
struct gossip {
  std::string content;
};

using routed_message = std::variant<open_link, transfer_chunks, link_feedback, probe_link, reopen_link, close_link,
                                    ask_positions, known_positions, ask_settled, known_settled, ask_had, known_had>;

struct routed {
  std::uint32_t to = 0;
  std::uint32_t from = 0;
  routed_message what;
};

using frame = std::variant<hello, welcome, members, pulse, bye, gone, observe, observed, gossip, command, commanded, routed>;

auto type_of(const frame& f) -> frame_type;

/// The bodies of chunks are not copied: the pieces keep them.
auto encode(const frame& f) -> net::frame_pieces;
/// Any type but transfer_chunks, which comes in parts; malformed if bytes are missing.
auto decode(frame_type type, std::string_view payload) -> result<frame>;

} // namespace weir::wire
