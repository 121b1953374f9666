#include "cli/tell/trace_target.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace weir::cli {

auto parse_chunk_id(std::string_view text) -> result<chunk_id> {
  const auto wrong = error{errc::malformed, "a chunk is ORIGIN/SEQUENCE, as 0123456789abcdef/12, not \"" + std::string{text} + '"'};
  const auto mark = text.find_first_of("/-");
  if (mark == std::string_view::npos || mark == 0 || mark + 1 == text.size()) return wrong;
  auto id = chunk_id{};
  const auto* const end = text.data() + text.size();
  const auto origin = std::from_chars(text.data(), text.data() + mark, id.origin, 16);
  const auto sequence = std::from_chars(text.data() + mark + 1, end, id.sequence);
  const auto is_right = origin.ec == std::errc{} && origin.ptr == text.data() + mark && sequence.ec == std::errc{} && sequence.ptr == end;
  return is_right && id.sequence > 0 ? result<chunk_id>{id} : wrong;
}

auto origin_text(std::uint64_t origin) -> std::string {
  auto text = std::array<char, 17>{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(origin));
  return text.data();
}

auto chunk_id_text(const chunk_id& id) -> std::string { return origin_text(id.origin) + '/' + std::to_string(id.sequence); }

auto trace_target::found_in(const std::vector<position_range>& ranges) const -> std::optional<std::uint32_t> {
  auto newest = std::optional<std::uint32_t>{};
  for (const auto& r : ranges) {
    if (position < r.begin || position >= r.end) continue;
    const auto is = parse_stream(r.stream);
    if (!is || is->key != stream.key) continue;
    // Of another length the prints cannot be compared: a first line that was not whole when it was read first.
    if (is->head.length == stream.head.length && is->head != stream.head) continue;
    if (!newest || is->generation > *newest) newest = is->generation;
  }
  return newest;
}

auto read_target(const question& what) -> result<trace_target> {
  auto target = trace_target{};
  if (const auto chunk = what.word("chunk"); !chunk.empty()) {
    WEIR_TRY(target.chunk, parse_chunk_id(chunk));
    return target;
  }
  target.source = what.word("source");
  const auto stream = parse_stream(what.word("stream"));
  if (!stream || target.source.empty()) return error{errc::malformed, "\"trace\" wants file= and offset=, or chunk="};
  target.stream = *stream;
  WEIR_TRY(target.position, what.number("position", 0));
  return target;
}

void write_target(question& to, const trace_target& target) {
  if (target.chunk) {
    to.words["chunk"] = chunk_id_text(*target.chunk);
    return;
  }
  to.words["source"] = target.source;
  to.words["stream"] = to_stream(target.stream);
  to.words["position"] = std::to_string(target.position);
}

void write_hop(msgpack_writer& to, const trace_hop& hop) {
  auto out = object{to};
  out.text("node", hop.node);
  out.text("component", hop.component);
  out.text("tier", hop.tier);
  out.text("mood", hop.mood);
  out.text("state", hop.state);
  out.text("text", hop.text);
  if (!hop.at.empty()) out.text("at", hop.at);
  if (!hop.chunk.empty()) out.text("chunk", hop.chunk);
  if (!hop.source.empty()) out.text("source", hop.source);
  if (hop.events_before > 0) out.count("events_before", hop.events_before);
  if (!hop.waits_for.empty()) write_texts(out, "waits_for", hop.waits_for);
  if (!hop.taken_by.empty()) write_texts(out, "taken_by", hop.taken_by);
  if (hop.is_settled) out.key("settled").boolean(true);
  if (hop.generation > 0) out.count("generation", hop.generation);
}

} // namespace weir::cli
