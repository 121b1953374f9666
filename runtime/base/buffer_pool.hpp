/// Keeps a few large buffers for reuse: fresh ones cost a page fault every 4 KiB.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace weir {

/// Buffers may be given back from any thread, also after the pool's owner has gone.
class buffer_pool {
public:
  /// Keeps at most `buffers_max` idle buffers; those larger than `bytes_max` are freed.
  buffer_pool(std::size_t buffers_max, std::size_t bytes_max);

  /// An empty buffer, with the capacity of an earlier one if there is one.
  auto take() -> byte_buffer;
  /// Shares `bytes`; whoever lets go last gives the buffer back.
  auto share(byte_buffer bytes) const -> std::shared_ptr<const byte_buffer>;

private:
  struct shelf {
    std::size_t buffers_max;
    std::size_t bytes_max;
    std::mutex mutex;
    std::vector<byte_buffer> idle;
  };
  std::shared_ptr<shelf> shelf_;
};

} // namespace weir
