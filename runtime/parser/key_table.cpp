#include "runtime/parser/key_table.hpp"

#include <algorithm>
#include <limits>

namespace weir {

void key_table::begin_line() {
  constexpr auto maps_of_a_line_max = std::uint32_t{1} << 30; // a line has at most as many bytes
  forgotten_ = false;
  line_ = map_;
  if (map_ < std::numeric_limits<std::uint32_t>::max() - maps_of_a_line_max) return;
  for (auto& e : *entries_) e.maps.fill(0);
  line_ = map_ = 0;
}

auto key_table::learn(const char* text, std::size_t size) -> entry* {
  if (size > key_bytes_max) {
    forgotten_ = true;
    return nullptr;
  }
  const auto w = words_of(text, size);
  auto* to = static_cast<entry*>(nullptr);
  for (std::size_t i = 0; i < probes && to == nullptr; ++i)
    if (auto& e = (*entries_)[(w.slot + i) % slots]; e.size == nothing) to = &e;
  if (to == nullptr) {
    to = &(*entries_)[(w.slot + ++turn_ % probes) % slots];
    forgotten_ = forgotten_ || *std::max_element(to->maps.begin(), to->maps.end()) > line_;
  }
  *to = {.first = w.first, .last = w.last, .size = static_cast<std::uint32_t>(size)};
  to->packed[0] = static_cast<char>(0xa0 | size);
  std::memcpy(to->packed + 1, text, size);
  return to;
}

} // namespace weir
