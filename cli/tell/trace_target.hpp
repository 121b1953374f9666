/// What is traced: an event by its place in a file, or a chunk by its id.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/status/json_object.hpp"
#include "cli/tell/question.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// Origin and sequence, as "0123456789abcdef/12" or with a - between them.
auto parse_chunk_id(std::string_view text) -> result<chunk_id>;
/// Sixteen digits.
auto origin_text(std::uint64_t origin) -> std::string;
auto chunk_id_text(const chunk_id& id) -> std::string;

/// An event's place in a stream; or a chunk.
struct trace_target {
  std::optional<chunk_id> chunk;
  std::string source;       ///< whose stream, as in chunk::source
  stream_identity stream;   ///< of the file; its generation is not known
  std::uint64_t position = 0;

  /// The generation of the content that has it; nothing if the ranges do not have it.
  auto found_in(const std::vector<position_range>& ranges) const -> std::optional<std::uint32_t>;
};

/// chunk=, or source=, stream= and position=.
auto read_target(const question& what) -> result<trace_target>;
void write_target(question& to, const trace_target& target);

/// One place that knows something of it.
struct trace_hop {
  std::string node;
  std::string component;
  std::string tier;
  std::string mood;  ///< flows: it has come so far; waits: it is there; fails: it goes no further; rests: it is not there
  std::string state; ///< the same in a word or two: "stored", "waits", "dead letter"
  std::string text;
  std::string at;    ///< when, where that is known: of a chunk when it was closed, of a dead letter when it was given up
  std::string chunk;
  std::string source; ///< of the chunk, where one is traced
  std::uint64_t events_before = 0;          ///< of who waits
  std::vector<std::string> waits_for;       ///< components that have not taken it over from a disk buffer
  std::vector<std::string> taken_by;        ///< those that have
  bool is_settled = false;                  ///< it says that every sink has it
  std::uint32_t generation = 0;             ///< of the file's content
};
void write_hop(msgpack_writer& to, const trace_hop& hop);

} // namespace weir::cli
