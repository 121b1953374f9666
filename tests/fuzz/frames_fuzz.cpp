/// The frames between nodes: any bytes, cut anywhere, give frames that are written as they were read, or an error; and
/// what a connection remembers of links stays bounded.
#include "runtime/base/assert.hpp"
#include "runtime/wire/fields.hpp"
#include "runtime/wire/frame_reader.hpp"
#include "runtime/wire/link_guard.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

using namespace weir;
using namespace weir::wire;

namespace {

/// Of every shape that a field may have.
struct shapes {
  std::string text;
  bool flag = false;
  std::int64_t number = 0;
  std::vector<std::string> list;
};
template <class F> void fields(F& f, shapes& x) {
  f(x.text, x.flag, x.number, x.list);
}

auto bytes_of(const frame& f) -> std::string {
  auto bytes = std::string{};
  for (const auto& p : encode(f)) bytes += p.bytes;
  return bytes;
}

struct checker final : frame_taker {
  link_guard guard;

  auto on_header(const frame_header& header) -> result<void> override {
    WEIR_ASSERT(header.length <= payload_bytes_max(header.type));
    return {};
  }
  auto on_transfer(const routed& begun) -> result<bool> override {
    return guard.judge(begun, true).is == verdict::passes;
  }
  auto on_frame(frame&& whole) -> result<void> override;
};

void read_all(frame_taker& to, std::string_view bytes, std::size_t step);

struct comparer final : frame_taker {
  std::string wanted;
  auto on_header(const frame_header&) -> result<void> override { return {}; }
  auto on_transfer(const routed&) -> result<bool> override { return true; }
  auto on_frame(frame&& whole) -> result<void> override {
    WEIR_ASSERT(bytes_of(whole) == wanted);
    wanted.clear();
    return {};
  }
};

auto is_whole(const frame& f) -> bool {
  const auto* message = std::get_if<routed>(&f);
  const auto* note = message == nullptr ? nullptr : std::get_if<transfer_chunks>(&message->what);
  return note == nullptr
         || std::all_of(note->chunks.begin(), note->chunks.end(), [](const auto& c) { return c.content != nullptr; });
}

auto checker::on_frame(frame&& whole) -> result<void> {
  if (const auto* message = std::get_if<routed>(&whole)) {
    if (guard.judge(*message, true).is == verdict::broken) return error{errc::rejected, "no credit"};
    guard.charge(*message);
    guard.note_sent(*message);
    WEIR_ASSERT(guard.links() <= 2 * link_guard::links_max);
  }
  if (const auto* gone_one = std::get_if<gone>(&whole)) guard.forget_sender(gone_one->actor);
  if (!is_whole(whole)) return {};
  auto again = comparer{};
  again.wanted = bytes_of(whole);
  const auto bytes = again.wanted;
  read_all(again, bytes, 77);
  WEIR_ASSERT(again.wanted.empty());
  return {};
}

void read_all(frame_taker& to, std::string_view bytes, std::size_t step) {
  auto bodies = buffer_pool{4, std::size_t{1} << 20};
  auto reader = frame_reader{to, bodies};
  while (!bytes.empty()) {
    const auto room = reader.room();
    WEIR_ASSERT(room.first_bytes > 0 && room.second_bytes <= frame_reader::small_bytes);
    const auto size = std::min({bytes.size(), step, room.first_bytes + room.second_bytes});
    const auto first = std::min(size, room.first_bytes);
    std::memcpy(room.first, bytes.data(), first);
    if (size > first) std::memcpy(room.second, bytes.data() + first, size - first);
    bytes.remove_prefix(size);
    if (!reader.take(size)) return;
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  auto check = checker{};
  read_all(check, bytes, size % 3 == 0 ? 1 + size % 50 : SIZE_MAX);
  auto all = std::vector<shapes>{};
  auto read = field_reader{bytes};
  read(all);
  if (read.failed()) return 0;
  auto written = std::string{};
  field_writer{written}(all);
  auto back = std::vector<shapes>{};
  field_reader{written}(back);
  WEIR_ASSERT(back.size() == all.size());
  return 0;
}
