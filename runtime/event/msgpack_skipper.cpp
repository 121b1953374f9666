#include "runtime/event/msgpack_skipper.hpp"

#include "runtime/event/msgpack_shape.hpp"

namespace weir {

using namespace msgpack_shape;

auto msgpack_skipper::resume(std::string_view bytes) noexcept -> progress {
  if (bytes.size() < wanted_ && pending_ != 0) return progress::incomplete;
  while (pending_ != 0) {
    const auto left = bytes.size() - offset_;
    wanted_ = offset_ + pending_;
    if (left == 0) return progress::incomplete;
    const auto& s = shape_at(bytes.data() + offset_);
    if (s.type == msgpack_type::invalid) return progress::malformed;
    wanted_ = offset_ + s.fixed + pending_ - 1;
    if (left < s.fixed) return progress::incomplete;
    const auto length = std::uint64_t{announced(bytes.data() + offset_, s)};
    if (s.type == msgpack_type::map || s.type == msgpack_type::array) {
      pending_ += s.type == msgpack_type::map ? length * 2 : length;
      offset_ += s.fixed;
    } else {
      wanted_ += length;
      if (left - s.fixed < length) return progress::incomplete;
      offset_ += s.fixed + static_cast<std::size_t>(length);
    }
    --pending_;
  }
  wanted_ = offset_;
  return progress::complete;
}

} // namespace weir
