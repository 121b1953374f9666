/// An event that was found by its tag or text, and how nodes hand that on.
#pragma once

#include "cli/json_document.hpp"
#include "cli/tell/trace_target.hpp"
#include "runtime/event/tag_pattern.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace weir::cli {

/// What is looked for.
struct find_wish {
  tag_pattern tags;
  std::string text; ///< that it has in it, as it is; empty: any
  std::int64_t since_ns = std::numeric_limits<std::int64_t>::min(); ///< where the time of an event is known
  std::size_t most = 20;
};

struct trace_finding {
  std::string node;
  std::string component; ///< where it was found
  std::string place;     ///< FILE:OFFSET, "event N of chunk ORIGIN/SEQUENCE", "row N of TABLE in PATH", a letter's id
  std::string tag;
  std::string text;      ///< the line, or the record as JSON; of a long one the beginning
  std::int64_t time_ns = 0; ///< 0: not known, as of a line that is in a file
  trace_target target;   ///< by which it is traced; of no source and chunk: there is no more to it than `hops`
  std::vector<trace_hop> hops; ///< what was found out with it

  auto is_traced() const -> bool { return target.chunk.has_value() || !target.source.empty(); }
};

/// Of one node.
struct trace_findings {
  std::vector<trace_finding> all;
  std::vector<std::string> limits; ///< sentences: what was not looked at
  bool has_more = false;

  void note(std::string limit) { limits.push_back(std::move(limit)); }
};

inline constexpr std::size_t finding_text_bytes = 1000;

/// Not in the middle of a character.
auto finding_text(std::string_view text) -> std::string;

/// Whether a record may be what was made of a line: the line is in it as it is, or all that it says is in the line and is most
/// of it. Of two that say the same nobody can tell which is whose.
auto may_be_of_line(const std::string& record, const std::string& line) -> bool;

void write_findings(msgpack_writer& to, const trace_findings& all);
/// Adds what write_findings() wrote. Total.
void read_findings(json_place from, trace_findings& to);

} // namespace weir::cli
