#include "runtime/base/byte_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace weir {

void byte_buffer::release::operator()(char* bytes) const noexcept { std::free(bytes); }

void byte_buffer::reserve(std::size_t capacity) {
  if (capacity <= capacity_) return;
  auto* grown = static_cast<char*>(std::realloc(bytes_.get(), capacity));
  if (grown == nullptr) throw std::bad_alloc{};
  (void)bytes_.release();
  bytes_.reset(grown);
  capacity_ = capacity;
}

void byte_buffer::grow(std::size_t count) { reserve(std::max(size_ + count, capacity_ * 2)); }

} // namespace weir
