/// Two edges, and two cores whose sinks write to one table of a real database server, two writers each.
#pragma once

#include "tests/chaos/site.hpp"

namespace weir::chaos {

auto lay_out_shared_store(const options& given, const std::filesystem::path& folder, randomness& random) -> site;

} // namespace weir::chaos
