/// Goes through the cuts of a section event by event, whatever kinds of groups they are in.
#pragma once

#include "runtime/event/cuts.hpp"

namespace weir {

/// Total: any cuts are a valid argument. Behind their end nothing is known.
class birth_walker {
public:
  birth_walker(std::string_view cuts, std::span<const position_range> ranges) : read_(cuts, ranges), ranges_(ranges) {}

  /// Goes to the next event.
  void next();
  /// Where it was born, or its first line if it is of several; unknown if it has no position.
  auto born() const -> const birth& { return born_; }
  /// If that is known: the number of its range among those of the chunk.
  auto range() const -> std::size_t { return static_cast<std::size_t>(&read_.range() - ranges_.data()); }
  auto is_span() const -> bool { return born_.is_known() && read_.has_spans(); }
  /// If it is one.
  auto span() const -> const event_span& { return read_.span(); }

private:
  cut_reader read_;
  std::span<const position_range> ranges_;
  std::uint64_t left_ = 0; ///< of the group
  birth born_;
};

} // namespace weir
