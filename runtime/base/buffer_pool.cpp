#include "runtime/base/buffer_pool.hpp"

namespace weir {

buffer_pool::buffer_pool(std::size_t buffers_max, std::size_t bytes_max) : shelf_(std::make_shared<shelf>()) {
  shelf_->buffers_max = buffers_max;
  shelf_->bytes_max = bytes_max;
}

auto buffer_pool::take() -> byte_buffer {
  const auto lock = std::lock_guard{shelf_->mutex};
  if (shelf_->idle.empty()) return {};
  auto buffer = std::move(shelf_->idle.back());
  shelf_->idle.pop_back();
  return buffer;
}

auto buffer_pool::share(byte_buffer bytes) const -> std::shared_ptr<const byte_buffer> {
  const auto give_back = [shelf = shelf_](byte_buffer* done) {
    const auto owner = std::unique_ptr<byte_buffer>{done};
    owner->clear();
    const auto lock = std::lock_guard{shelf->mutex};
    if (shelf->idle.size() < shelf->buffers_max && owner->capacity() <= shelf->bytes_max)
      shelf->idle.push_back(std::move(*owner));
  };
  return std::shared_ptr<byte_buffer>{new byte_buffer{std::move(bytes)}, give_back};
}

} // namespace weir
