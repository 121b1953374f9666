/// What the two ends of a link tell each other; actors/protocol.hpp shows them to CAF.
//
//   open_link ->            the sender opens a link; whatever it has unacked comes again over it
//   <- link_feedback        credit in bytes, the ids of chunks that are safe, and what is settled
//   transfer_chunks ->      chunks, against credit only
//   probe_link ->           "I sent that many": finds a lost message when nothing else moves
//   <- reopen_link          the receiver does not know the link, or missed a message on it
//   close_link ->           the sender is done, or the receiver leaves and owes it no ack
//   <- close_link           confirms that the sender is done: it may go now
//
// And aggregators of one component, of chunks of which one has a copy that the other is to pass on:
//
//   ask_settled ->          what is with these?
//   <- known_settled        these are stored, and those never came
//
// And a sender that starts, of what an earlier process may have sent:
//
//   ask_had ->              which of these do you have, or had?
//   <- known_had            these; to them alone they may be sent
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace weir {

/// A chunk as a message element: one pointer inside a process, its bytes on a wire.
struct wire_chunk {
  chunk_ptr content; ///< null if it arrived damaged
};

struct open_link {
  std::uint64_t link = 0; ///< random: no two openings have the same
  std::string sender;     ///< logical address
};

struct transfer_chunks {
  std::uint64_t link = 0;
  std::uint64_t number = 0; ///< 1, 2, … on this link
  std::vector<wire_chunk> chunks;
};

struct link_feedback {
  std::uint64_t link = 0;
  std::uint64_t number = 0;
  std::uint64_t grant_bytes = 0;
  bool leaving = false; ///< the receiver takes nothing new
  std::vector<chunk_id> acks;
  std::vector<id_range> settled; ///< stored by all sinks
};

struct probe_link {
  std::uint64_t link = 0;
  std::uint64_t sent = 0;     ///< transfers by the sender
  std::uint64_t received = 0; ///< feedbacks by the sender
};

struct reopen_link {
  std::uint64_t link = 0;
};

struct close_link {
  std::uint64_t link = 0;
  std::string sender;    ///< logical address: the receiver may have lost the link
  bool finished = false; ///< nothing will ever come from this sender again (--once, drain)
};

struct ask_settled {
  std::uint64_t question = 0;
  std::vector<id_range> ids;
  std::string asker;   ///< logical address: it has copies of these
  bool begins = false; ///< it has told of all its copies by now, and begins anew
};

struct known_settled {
  std::uint64_t question = 0;
  std::vector<id_range> settled; ///< of those that were asked for
  std::vector<id_range> unseen;  ///< the same
};

struct ask_had {
  std::uint64_t question = 0;
  std::vector<id_range> ids;
};

struct known_had {
  std::uint64_t question = 0;
  std::vector<id_range> ids; ///< of those that were asked for
};

using link_message = std::variant<open_link, transfer_chunks, link_feedback, probe_link, reopen_link, close_link, ask_settled,
                                  known_settled, ask_had, known_had>;

/// A message to the other end; `to` is the owner's own number for that end's handle.
struct outgoing {
  std::uint64_t to = 0;
  link_message what;
};

} // namespace weir
