/// Observations as bytes: what one node tells another of its actors.
//
//  observations := (1, actor)*                  fields of runtime/base/fields.hpp; any that is not known is skipped
//  actor        := field*
//     1 said    text key, text                   address, component, tier, type, state, detail, last_error
//     2 figure  text key, number u64             of a measure without steps; answers, seen_ns, last_error_ns, …
//     3 spread  text key, u64*                   of a histogram: its words
//     4 counts  text key, (text name, count u64)*
//     5 problem text
//     6 sender  text
//     8 link    text peer, credit u64, in flight u64, sent chunks u64
//     7 file    text path, offset u64, size u64, last event i64, text problem
//
// Figures go by the names in the tables: a new measure needs nothing here, and a node that does not have it skips it.
#pragma once

#include "runtime/measure/observation.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

auto encode_observations(const std::vector<observation>& all) -> std::string;
/// Nothing if they are cut. Total, and no larger than the bytes; of files, senders and names in a list no more than an
/// actor tells.
auto decode_observations(std::string_view bytes) -> std::optional<std::vector<observation>>;

} // namespace weir
