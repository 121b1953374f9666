#include "actors/sinks/batch_digits.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/codec/sha256.hpp"

namespace weir {
namespace {

auto digits_of_bytes(std::string_view bytes) -> std::string { return sha256_hex(bytes).substr(0, 24); }

void put_chunk(std::string& out, const chunk& c) {
  put_number(out, c.id.origin);
  put_number(out, c.id.sequence);
}

} // namespace

auto digits_of_batch(const commit_batch& batch) -> std::string {
  auto bytes = std::string{};
  for (const auto& c : batch.chunks) {
    put_chunk(bytes, *c);
    put_number(bytes, c->count);
  }
  if (batch.only)
    for (const auto& [first, end] : *batch.only) put_number(bytes, first), put_number(bytes, end);
  return digits_of_bytes(bytes);
}

auto digits_of_events(const commit_batch& batch, std::span<const event_ref> events, std::string_view place) -> std::string {
  auto bytes = std::string{};
  put_text(bytes, place);
  for (std::size_t first = 0, end = 0; first < events.size(); first = end) {
    const auto& from = events[first];
    while (end < events.size() && events[end] == event_ref{from.chunk, from.index + (end - first)}) ++end;
    put_chunk(bytes, *batch.chunks[from.chunk]);
    put_number(bytes, from.index);
    put_number(bytes, std::uint64_t{end - first});
  }
  return digits_of_bytes(bytes);
}

} // namespace weir
