/// A dead letter: an event or line that could not be stored or parsed, with the reason; one line of JSON.
//
//  letter := {"at": time, "reason": text, "from": text, "tag": text, "time": time,
//             "line": text | "record": object,   for reading; "record" is missing if the bytes are damaged
//             "bytes": base64,                   the line, or the entry (runtime/event/entry.hpp), as it came
//             origin} "\n"
//  origin := "stream": text, "begin": n, "end": n      a collector's: the range of the stream that it was in
//          | "chunk": hex "-" n, "index": n [place]    a sink's: origin and sequence of the chunk; which
//          event |                                           nothing that a later process could know again
//  place  := "source": text, "positions": [[text, n, n], …]    the collector, and the parts of its streams in
//                                                      the chunk; at the first of its letters in a row
//  time   := "2026-11-22T15:04:05.123456789Z"
//
//  In what a sink writes of a letter as JSON its time and tag have the names that codec/line_keys.hpp says; it
//  can be read back all the same.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Where the events of a chunk came from: what is read again after a crash comes in other chunks.
struct chunk_place {
  std::string source; ///< chunk::source
  std::vector<position_range> positions;
};

struct dead_letter {
  std::int64_t at_ns = 0;   ///< when it was given up
  std::int64_t time_ns = 0; ///< of the event; of a line, when it was read
  std::string reason;       ///< "malformed entry"
  std::string from;         ///< logical address of the collector or sink
  std::string tag;
  bool is_line = false; ///< bytes is a raw line, else an entry
  std::string bytes;

  /// A collector's, unless empty.
  std::string stream;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  /// A sink's, if the sequence is not 0.
  chunk_id chunk;
  std::uint64_t index = 0;                  ///< of the event in the chunk
  std::shared_ptr<const chunk_place> place; ///< absent: not known, or its events cannot be read again
};

/// Appends the letter as one line, of a sink's with the place of its chunk if wanted.
void append_dead_letter(byte_buffer& out, const dead_letter& letter, bool with_place = true);

/// Reads letters back; keeps scratch memory. Total: any bytes are a valid line.
class dead_letter_reader {
public:
  dead_letter_reader();
  ~dead_letter_reader();
  /// The line without its end; the error says what is wrong with it.
  auto read(std::string_view line) -> result<dead_letter>;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace weir
