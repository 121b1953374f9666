/// When events without a time of their own were read first: what one row of weir_times has of a stream, and what of it is theirs.
//
//  A row is about the positions from `first` to below `end`; no two rows of a stream overlap, and none ever changes.
//  times := step*        step := position uvarint (more than the one before, of the first than `first`),
//                                time varint (zigzag, ns more than the one before, of the first since 1970)
//  An event has the time of the last step that does not lie behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct timed_position {
  std::uint64_t position = 0;
  std::int64_t time_ns = 0;
  std::size_t event = 0; ///< for whoever asks
};

struct known_times {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::string times;

  auto contains(std::uint64_t position) const -> bool { return position >= first && position < end; }
};

/// Nothing: it is damaged. Total.
auto time_at(std::string_view times, std::uint64_t first, std::uint64_t position) -> std::optional<std::int64_t>;

/// Gives each of `events`, which are in order, the time that is known for its position; those of one position have one time.
/// What is to be known besides: rows that overlap none of `known`, which are all that overlap the events, in order. Pure.
auto settle_times(std::span<timed_position> events, std::span<const known_times> known) -> std::vector<known_times>;

} // namespace weir
