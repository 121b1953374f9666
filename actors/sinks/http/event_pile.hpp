/// Events of a commit on their way to one place, each as the bytes that requests are put together from.
#pragma once

#include "actors/sinks/store.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct event_pile {
  struct piece {
    event_ref at;
    std::size_t begin = 0; ///< in `bytes`
    std::size_t end = 0;
    std::uint32_t series = 0; ///< of those that its store tells apart within a request
  };
  std::string place; ///< a path, a table; whatever the store calls so
  std::vector<piece> pieces;
  byte_buffer bytes;

  /// The bytes since the piece before, or since the begin, are one more.
  void end_piece(const event_ref& at, std::uint32_t series = 0) {
    const auto begin = pieces.empty() ? std::size_t{0} : pieces.back().end;
    pieces.push_back({at, begin, bytes.size(), series});
  }
  auto bytes_of(const piece& p) const -> std::string_view { return bytes.view().substr(p.begin, p.end - p.begin); }
};

/// Some of a pile's pieces, by their numbers, in order.
using piece_numbers = std::span<const std::uint32_t>;

} // namespace weir
