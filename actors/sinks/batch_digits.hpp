/// Digits by which a batch, or a part of it, is known again whenever it comes again.
#pragma once

#include "actors/sinks/store.hpp"

#include <span>
#include <string>
#include <string_view>

namespace weir {

/// 24 hex digits that follow from which events these are: by their chunks, not by what is in them.
auto digits_of_batch(const commit_batch& batch) -> std::string;
/// The same of some of its events, in order, and of where they go.
auto digits_of_events(const commit_batch& batch, std::span<const event_ref> events, std::string_view place) -> std::string;

} // namespace weir
