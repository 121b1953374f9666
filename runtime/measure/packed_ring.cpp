#include "runtime/measure/packed_ring.hpp"

#include "runtime/base/varint.hpp"

#include <array>

namespace weir {
namespace {

constexpr auto bytes_beside = std::size_t{80}; // of a block: itself, and what the allocator keeps of its bytes

constexpr auto missing_code = std::uint64_t{0};
constexpr auto without_code = std::uint64_t{1} << 63; // the one difference that is told as if it were one less

} // namespace

void packed_ring::begin_block() {
  blocks_.push_back({last_, 0, {}});
  bytes_ += bytes_beside;
}

void packed_ring::end_block() {
  auto& b = blocks_.back();
  b.packed.shrink_to_fit();
  while (size_ > most_ + points_of_block - 1) forget_oldest_block();
}

void packed_ring::add(point value) {
  if (blocks_.empty() || blocks_.back().points == points_of_block) begin_block();
  auto& b = blocks_.back();
  auto code = missing_code;
  if (value) {
    if (*value - last_ == without_code) --*value;
    code = to_zigzag(static_cast<std::int64_t>(*value - last_)) + 1;
    last_ = *value;
  }
  auto text = std::array<char, varint_bytes_max>{};
  auto* const end = write_uvarint(text.data(), code);
  b.packed.append(text.data(), end);
  bytes_ += static_cast<std::size_t>(end - text.data());
  ++size_;
  if (++b.points == points_of_block) end_block();
}

auto packed_ring::forget_oldest_block() -> bool {
  if (blocks_.size() < 2) return false;
  size_ -= blocks_.front().points;
  bytes_ -= blocks_.front().packed.size() + bytes_beside;
  blocks_.pop_front();
  return true;
}

auto packed_ring::last(std::size_t count) const -> std::vector<point> {
  auto found = std::vector<point>(count);
  auto behind = size_; // points from the one at hand to the end
  for (const auto& b : blocks_) {
    if (behind - b.points >= count) {
      behind -= b.points;
      continue;
    }
    auto value = b.before;
    auto packed = std::string_view{b.packed};
    for (std::size_t i = 0; i < b.points; ++i, --behind) {
      auto code = missing_code;
      if (!read_uvarint(packed, code) || code == missing_code) continue;
      value += static_cast<std::uint64_t>(from_zigzag(code - 1));
      if (behind <= count) found[count - behind] = value;
    }
  }
  return found;
}

} // namespace weir
