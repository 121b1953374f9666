#include "runtime/event/chunk.hpp"

namespace weir {

auto shared_bytes::slice(std::size_t offset, std::size_t size) const -> shared_bytes {
  auto part = shared_bytes{};
  part.owner_ = owner_;
  part.view_ = view_.substr(offset, size);
  return part;
}

auto chunk::footprint_bytes() const -> std::size_t {
  auto bytes = sizeof(chunk) + body.size() + cuts.size() + timed_at_reading.size() * sizeof(index_range);
  for (const auto& s : sections) bytes += sizeof(section) + s.tag.size();
  for (const auto* ranges : {&positions, &settled})
    for (const auto& p : *ranges) bytes += sizeof(position_range) + p.stream.size();
  return bytes;
}

} // namespace weir
