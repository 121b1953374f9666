/// The last so many numbers of a row at equal steps of time, some of which may be missing, packed by how they differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Up to two blocks more than asked for are kept: they go whole.
class packed_ring {
public:
  using point = std::optional<std::uint64_t>;
  static constexpr std::size_t points_of_block = 120;

  explicit packed_ring(std::size_t most) : most_(most) {}

  void add(point value);
  /// The last `count`, oldest first; those that were never there are missing.
  auto last(std::size_t count) const -> std::vector<point>;
  /// False: there is none that could go.
  auto forget_oldest_block() -> bool;
  auto size() const -> std::size_t { return size_; }
  /// That it takes, about.
  auto bytes() const -> std::size_t { return bytes_; }

private:
  /// point := varint    0: missing; else 1 + the difference from the last one that is there, zigzag, modulo 2^64
  struct block {
    std::uint64_t before = 0; ///< the value that its first one differs from
    std::size_t points = 0;
    std::string packed;
  };
  void begin_block();
  void end_block();

  std::size_t most_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
  std::deque<block> blocks_;
};

} // namespace weir
