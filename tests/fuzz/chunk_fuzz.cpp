/// The chunk decoder: any bytes give a chunk whose tables are right, or an error.
#include "runtime/base/assert.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/event/cuts.hpp"
#include "runtime/ledger/event_key.hpp"
#include "runtime/flow/trim.hpp"

#include <algorithm>
#include <cstdint>

using namespace weir;

namespace {

/// As many events have a place in the cuts as there are, and each is in its range.
void check_cuts(const chunk& c) {
  for_each_cuts(c, [&](const section& s, std::string_view cuts) {
    auto read = cut_reader{cuts, c.positions};
    auto events = std::uint64_t{0};
    while (read.next_group()) {
      events += read.events();
      while (read.next_span())
        WEIR_ASSERT(read.range().begin <= read.span().first.position
                    && read.span().first.position <= read.span().last && read.span().last < read.range().end);
      while (read.next_event())
        WEIR_ASSERT(read.range().begin <= read.position() && read.position() < read.range().end);
    }
    WEIR_ASSERT(!read.failed() && (cuts.empty() || events == s.count));
  });
  auto known = position_index{};
  for (const auto& p : c.positions)
    if (p.begin < p.end) known.add(c.source, {p.stream, p.begin, p.begin + (p.end - p.begin) / 2});
  auto at = std::uint64_t{0};
  auto regrouped = std::uint64_t{0};
  for (const auto& fresh : trim(c, known, regrouped)) {
    WEIR_ASSERT(at <= fresh.first && fresh.first < fresh.end && fresh.end <= c.count);
    at = fresh.end;
  }
  WEIR_ASSERT(regrouped <= c.count);
}

void check_times(const chunk& c) {
  auto is_first = true;
  auto at = std::uint64_t{0};
  for (const auto& r : c.timed_at_reading) {
    WEIR_ASSERT((is_first || at < r.first) && r.first < r.end && r.end <= c.count);
    at = r.end;
    is_first = false;
  }
}

/// Each event has a key, however many a damaged chunk says that it has.
void check_keys(const chunk& c) {
  auto keys = event_keys{c};
  for (auto i = std::uint64_t{0}; i < std::min<std::uint64_t>(c.count, 1000); ++i) (void)keys.of(i);
}

void check(const chunk& c) {
  auto count = std::uint64_t{0};
  auto bytes = std::size_t{0};
  for_each_section(c, [&](const section& s, std::string_view entries) {
    WEIR_ASSERT(entries.size() == s.bytes);
    count += s.count;
    bytes += entries.size();
  });
  WEIR_ASSERT(count == c.count && bytes == c.body.size());
  check_cuts(c);
  check_times(c);
  check_keys(c);
  const auto head = encode_chunk_head(c);
  const auto sizes = decode_chunk_prefix(std::string_view{head}.substr(0, chunk_prefix_bytes));
  WEIR_ASSERT(sizes && decode_chunk(*sizes, std::string_view{head}.substr(chunk_prefix_bytes), c.body));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  auto sizes = decode_chunk_prefix(bytes.substr(0, std::min(size, chunk_prefix_bytes)));
  if (!sizes) return 0;
  const auto rest = bytes.substr(chunk_prefix_bytes);
  const auto head = rest.substr(0, sizes->head);
  auto body = byte_buffer{};
  body.append(rest.substr(head.size()));
  const auto shared = shared_bytes{std::move(body)};
  if (const auto c = decode_chunk(*sizes, head, shared)) check(**c);
  // No fuzzer guesses a checksum: once more with one that fits.
  sizes->head = static_cast<std::uint32_t>(head.size());
  sizes->body = static_cast<std::uint32_t>(shared.size());
  sizes->crc = crc32c(shared.view(), crc32c(head));
  if (const auto c = decode_chunk(*sizes, head, shared)) check(**c);
  return 0;
}
