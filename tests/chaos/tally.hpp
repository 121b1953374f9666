/// Counts what a store holds: a bit for each line, and what came too often or was nobody's.
#pragma once

#include "tests/chaos/line.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::chaos {

/// The lines of one stream in one store.
class stream_tally {
public:
  /// False if the line was there already.
  auto add(std::uint64_t number) -> bool;
  auto distinct() const -> std::uint64_t { return distinct_; }
  auto repeated() const -> std::uint64_t { return repeated_; }
  /// The lowest number that is missing: all below it are there.
  auto floor() const -> std::uint64_t;
  /// Missing among the first `written`, and a few of them.
  auto missing(std::uint64_t written, std::vector<std::uint64_t>& first) const -> std::uint64_t;
  auto first_repeated() const -> const std::vector<std::uint64_t>& { return first_repeated_; }
  /// Lines that were stored but never written.
  auto beyond(std::uint64_t written) const -> std::uint64_t;

private:
  auto has(std::uint64_t number) const -> bool;

  std::vector<std::uint64_t> bits_;
  std::uint64_t distinct_ = 0;
  std::uint64_t repeated_ = 0;
  std::vector<std::uint64_t> first_repeated_;
  mutable std::uint64_t floor_ = 0;
};

/// Everything in one store.
struct tally {
  std::map<std::uint32_t, stream_tally> streams;
  std::uint64_t lines = 0;
  std::uint64_t foreign = 0; ///< not a line of ours, byte for byte
  std::string first_foreign;

  void add(std::string_view stored);
};

} // namespace weir::chaos
