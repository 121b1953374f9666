/// The last lines of this program's own log, in memory, for whoever asks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

struct log_entry {
  std::uint64_t number = 0; ///< of all lines since the start, from 1 on
  std::int64_t at_ns = 0;   ///< wall clock
  int level = 0;            ///< index into log_levels
  std::string text;
};

/// Thread-safe.
class log_ring {
public:
  static constexpr std::size_t entries_max = 10'000;
  static constexpr std::size_t bytes_max = std::size_t{4} << 20; ///< of their texts, and what keeps them
  static constexpr std::size_t text_bytes_max = std::size_t{16} << 10;

  /// One that is longer is cut, between two characters.
  void add(std::int64_t at_ns, int level, std::string text);

  struct query {
    std::optional<std::uint64_t> since = {}; ///< this number and those after it, oldest first; absent: the last ones
    int least = 0;                           ///< level
    std::string text = {};                   ///< they have it, whatever the case of its letters (ASCII)
    std::size_t limit = 1000;
    std::size_t bytes = bytes_max; ///< of the texts, about
  };
  struct found {
    std::vector<log_entry> entries;
    std::uint64_t first = 0; ///< the oldest that is kept
    std::uint64_t next = 1;  ///< `since` of who wants what comes behind these
  };
  auto find(const query& wanted) const -> found;

private:
  mutable std::mutex guard_;
  std::deque<log_entry> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t next_ = 1;
};

} // namespace weir::cli
