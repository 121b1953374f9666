/// Finds the events of a commit that are in another index than the one that they go to now.
#pragma once

#include "actors/sinks/elasticsearch/bulk_batch.hpp"
#include "actors/sinks/elasticsearch/search_api.hpp"

#include <string>

namespace weir {

/// `create` alone tells what is there within one index. Marks as known what is in `name`, which stands for several.
auto mark_known_behind(bulk_batch& batch, search_api& api, const std::string& name) -> result<void>;

/// The same of events whose index follows from when they were read: they may be in those of other times.
auto mark_known_of_other_times(bulk_batch& batch, search_api& api) -> result<void>;

} // namespace weir
