/// The latest chunks of a chunk log, and all that are not on the device yet, in memory.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/log/record_format.hpp"

#include <cstdint>
#include <deque>

namespace weir {

class recent_chunks {
public:
  struct entry {
    record_type type = record_type::chunk;
    chunk_ptr c;
    std::int64_t came_s = 0; ///< second of the wall clock
  };

  /// Numbers rise by 1 from the first one on.
  void add(std::uint64_t number, entry e) {
    if (entries_.empty()) first_ = number;
    bytes_ += e.c->footprint_bytes();
    entries_.push_back(std::move(e));
  }
  auto find(std::uint64_t number) const -> const entry* {
    if (number < first_ || number - first_ >= entries_.size()) return nullptr;
    return &entries_[number - first_];
  }
  /// Lets go of the oldest while they hold more than `bytes_max`, but of none above `last`.
  void shrink(std::uint64_t bytes_max, std::uint64_t last) {
    while (bytes_ > bytes_max && !entries_.empty() && first_ <= last) {
      bytes_ -= entries_.front().c->footprint_bytes();
      entries_.pop_front();
      ++first_;
    }
  }
  auto bytes() const -> std::uint64_t { return bytes_; }

private:
  std::deque<entry> entries_;
  std::uint64_t first_ = 1;
  std::uint64_t bytes_ = 0;
};

} // namespace weir
