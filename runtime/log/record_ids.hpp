/// Which chunk each record of a log has, in memory: records whose ids follow each other are one entry.
#pragma once

#include "runtime/event/chunk.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace weir {

class record_ids {
public:
  /// Numbers rise; one that does not is not added.
  void add(std::uint64_t number, const chunk_id& id);
  auto find(std::uint64_t number) const -> std::optional<chunk_id>;
  void drop_before(std::uint64_t number);
  /// Of entries: what this costs.
  auto size() const -> std::size_t { return runs_.size(); }

private:
  struct run {
    std::uint64_t first = 0; ///< record
    chunk_id id;             ///< of that one
    std::uint64_t count = 0;
  };
  std::deque<run> runs_;
};

} // namespace weir
