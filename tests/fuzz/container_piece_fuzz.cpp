/// Lines of container logs, through everything that joins their pieces: no byte of a text is lost, none comes twice.
#include "actors/collectors/kubernetes/piece_joiner.hpp"
#include "actors/collectors/kubernetes/pod_place.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <string>

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static auto pieces = *container_pieces::make(system_clock());
  auto rest = std::string_view{reinterpret_cast<const char*>(bytes), size};
  (void)pod_place_of(rest, {});
  (void)pod_place_of({}, rest);
  auto joiner = piece_joiner{256};
  auto given = std::size_t{0};
  auto taken = std::size_t{0};
  auto position = std::uint64_t{0};
  const auto take = [&] {
    for (const auto& line : joiner.take()) taken += line.text.size();
    WEIR_ASSERT(!joiner.is_open() && joiner.bytes() == 0);
  };
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    auto padded = std::string{rest.substr(0, end)};
    padded.append(line_padding, '"');
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const auto piece = pieces.split({padded.data(), end});
    if (!piece) continue;
    WEIR_ASSERT(piece->stream == "stdout" || piece->stream == "stderr");
    given += piece->text.size();
    if (joiner.add(*piece, position++)) take();
    WEIR_ASSERT(!joiner.is_open() || joiner.open_from() < position);
  }
  take();
  WEIR_ASSERT(given == taken);
  return 0;
}
