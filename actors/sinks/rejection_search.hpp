/// Finds out which events of a chunk a store rejects, by trying more and fewer of them.
#pragma once

#include "actors/sinks/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// Tries leading parts of the chunk without the events that were found already, first all of it. Where a part
/// is rejected, the first event that makes it so is found by halving; behind it the parts grow by doubling.
/// So one bad event among n costs about 2 log2(n) tries, and events that are only bad together are found as
/// if they were committed one by one. Pure.
class rejection_search {
public:
  explicit rejection_search(std::uint64_t events) : events_(events), step_(events) {}

  auto is_over() const -> bool { return good_ == events_; }
  /// What to try next, or to commit when it is over.
  auto next() const -> std::vector<index_range>;
  void accepted();
  /// It is not only tried, but in the store.
  void stored();
  void rejected(std::string reason);
  auto found() const -> const std::vector<refusal>& { return found_; }

private:
  auto end() const -> std::uint64_t;
  void conclude();

  std::uint64_t events_;
  std::uint64_t step_;         ///< how many events more than what is good to try next
  std::uint64_t begin_ = 0;    ///< all before is in the store or found
  std::uint64_t good_ = 0;     ///< all before is accepted or found
  std::uint64_t bad_ = 0;      ///< one before is rejected; 0: not known of any
  std::string reason_;
  std::vector<refusal> found_; ///< in order
};

} // namespace weir
