/// Everything the forward source does with bytes from outside, on any bytes at all.
#include "runtime/base/assert.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_client.hpp"
#include "runtime/codec/forward_entries.hpp"
#include "runtime/codec/forward_handshake.hpp"
#include "runtime/codec/forward_identity.hpp"
#include "runtime/codec/forward_json.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack_skipper.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace weir;

constexpr auto unpacked_bytes_max = std::size_t{1} << 20;

/// Runs hold all entries; what they call plain is in our form, and the rest can be judged.
void check_runs(const forward_entries& walked) {
  auto total = std::uint64_t{0};
  for (const auto& run : walked.runs()) {
    total += run.count;
    auto plain = entry_reader{run.bytes};
    auto one = entry{};
    auto found = 0U;
    while (run.plain && plain.next(one)) ++found;
    WEIR_ASSERT(!run.plain || (found == run.count && !plain.failed()));
    auto odd = msgpack_reader{run.bytes};
    for (std::uint32_t i = 0; i < run.count; ++i) {
      auto event = forward_event{};
      (void)next_forward_entry(odd, {1, time_unit::by_magnitude}, event);
    }
    WEIR_ASSERT(odd.at_end());
  }
  WEIR_ASSERT(total == walked.entry_count());
}

void decode(std::string_view root) {
  (void)decode_helo(root);
  (void)decode_ping(root);
  (void)decode_pong(root);
  (void)check_ack(root, "chunk");
  const auto message = decode_forward(root);
  if (!message) return;
  auto id = std::string_view{};
  if (msgpack_reader{message->option.chunk}.str_or_bin(id)) (void)kind_of_forward_id(id);
  auto walked = forward_entries{};
  auto scratch = byte_buffer{};
  auto event = forward_event{};
  auto ack = byte_buffer{};
  if (!message->option.chunk.empty()) append_forward_ack(ack, message->option.chunk);
  if (!message->option.chunk.empty()) append_json_ack(ack, message->option.chunk);
  if (message->mode == forward_mode::message)
    (void)normalise(message->time, message->record, {1, time_unit::seconds}, event);
  if (message->mode == forward_mode::entries && walked.walk_array(message->entries, message->count))
    check_runs(walked);
  if (message->mode != forward_mode::packed) return;
  const auto payload = unpack_payload(*message, unpacked_bytes_max, scratch);
  if (payload && walked.walk_packed(*payload)) check_runs(walked);
}

/// Both ways of finding the end of a value agree, whole or in pieces.
void cut(std::string_view bytes) {
  auto whole = msgpack_skipper{};
  auto pieces = msgpack_skipper{};
  const auto found = whole.resume(bytes);
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 16)
    (void)pieces.resume(bytes.substr(0, size));
  const auto again = pieces.resume(bytes);
  auto read = msgpack_reader{bytes};
  WEIR_ASSERT(read.skip() == (found == msgpack_skipper::progress::complete));
  WEIR_ASSERT(again == found || found == msgpack_skipper::progress::malformed);
  if (found != msgpack_skipper::progress::complete) return;
  WEIR_ASSERT(whole.size() == pieces.size() && whole.size() == bytes.size() - read.rest().size());
  decode(bytes.substr(0, whole.size()));
}

} // namespace

extern "C" auto LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) -> int {
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  cut(bytes);
  auto finder = json_document_finder{};
  auto converted = byte_buffer{};
  if (!bytes.empty() && finder.resume(bytes) == json_document_finder::progress::complete
      && json_to_msgpack(bytes.substr(0, finder.size()), converted))
    cut(converted.view());
  auto walked = forward_entries{};
  if (walked.walk_packed(bytes)) check_runs(walked);
  (void)kind_of_forward_id(bytes);
  return 0;
}
