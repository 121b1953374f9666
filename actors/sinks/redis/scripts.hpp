/// What a Redis server does for the store in one step that nobody comes between: scripts that it runs (Lua 5.1).
#pragma once

#include <string_view>

namespace weir {

/// Stores events and the rows that say so, if what was known of their chunks still holds.
//
//  ARGV   := mode prefix seen field max_length touch n check* n row* n stream*
//  check  := suffix first last have          what is known of the numbers from first to below last
//  row    := suffix first last below         to add; below: under it all are there; or empty
//  stream := key n event*
//
//  mode is "store", or "look" which changes nothing. Returns "stored", "overtaken", or "refused" and, for each stream that takes
//  nothing, its number and why; then nothing was changed.
extern const std::string_view redis_commit_script;

/// ARGV := prefix old_before ids_before ids_max. Forgets some of what is too old to come again; returns how many streams, and when
/// the youngest came that had to go for the number of clients' ids alone, or "0".
extern const std::string_view redis_forget_script;

/// ARGV := prefix field key?. Says what is wrong, a text for each thing; changes nothing.
extern const std::string_view redis_examine_script;

} // namespace weir
