/// The source of an implicit collector: dead letters, from their file to the sink that is to have them.
#pragma once

#include "actors/collectors/source.hpp"
#include "runtime/dead_letter/dead_letter_file.hpp"

#include <memory>

namespace weir {

/// Follows the file of `letters` like tail, and no further than what is safe in it. A letter becomes an event
/// with the tag that the event had, the time at which it was given up, and the letter as its record.
auto make_letter_source(std::shared_ptr<dead_letter_file> letters) -> source_plugin::factory;

} // namespace weir
