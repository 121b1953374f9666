/// Chunks for tests of the flow: an id and a size is all they need.
#pragma once

#include "runtime/event/chunk.hpp"

#include <algorithm>

namespace weir::test {

/// A chunk whose footprint is `bytes`, at least that of an empty one.
inline auto chunk_of(chunk_id id, std::size_t bytes = 0, std::uint64_t settled_below = 1) -> chunk_ptr {
  auto c = std::make_shared<chunk>();
  c->id = id;
  c->count = 1;
  c->settled_below = settled_below;
  auto body = byte_buffer{};
  if (const auto empty = c->footprint_bytes(); bytes > empty) {
    std::fill_n(body.tail(bytes - empty), bytes - empty, 'x');
    body.advance(bytes - empty);
  }
  c->body = shared_bytes{std::move(body)};
  return c;
}

} // namespace weir::test
