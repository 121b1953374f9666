/// Memory for the texts that one evaluation makes: kept from event to event, and bounded.
#pragma once

#include "runtime/expression/value.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::expr {

class text_arena {
public:
  /// Of all texts of one evaluation: an expression that multiplies texts ends as nothing.
  static constexpr std::size_t bytes_max = std::size_t{4} << 20;

  /// What was given before is no longer valid.
  void clear() {
    at_ = used_ = 0;
    block_ = 0;
  }
  /// Room for so many bytes, or nullptr.
  auto take(std::size_t bytes) -> char* {
    if (bytes > bytes_max - used_) return nullptr;
    while (block_ < blocks_.size() && blocks_[block_].size - at_ < bytes) {
      ++block_;
      at_ = 0;
    }
    if (block_ == blocks_.size()) add_block(bytes);
    auto* room = blocks_[block_].bytes.get() + at_;
    at_ += bytes;
    used_ += bytes;
    return room;
  }
  auto copy(std::string_view text) -> value {
    auto* to = take(text.size());
    if (to == nullptr) return {};
    std::copy(text.begin(), text.end(), to);
    return value::of(std::string_view{to, text.size()});
  }

  /// For what is built piece by piece before it is copied; used by one function at a time.
  auto work() -> byte_buffer& { return work_; }
  auto spare() -> std::pair<byte_buffer, byte_buffer>& { return spare_; }

private:
  struct block {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };
  void add_block(std::size_t bytes) {
    const auto size = std::max(bytes, blocks_.empty() ? std::size_t{1024} : 2 * blocks_.back().size);
    blocks_.push_back({std::unique_ptr<char[]>{new char[size]}, size});
    at_ = 0;
  }

  std::vector<block> blocks_;
  std::size_t block_ = 0; ///< in use
  std::size_t at_ = 0;    ///< in it
  std::size_t used_ = 0;
  byte_buffer work_;
  std::pair<byte_buffer, byte_buffer> spare_;
};

/// As people write it; valid until the next call.
auto text_of(const value& v, text_arena& arena) -> std::string_view;

} // namespace weir::expr
