/// The events of a chunk log on the disk, given back.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/codec/event_format.hpp"

#include <iosfwd>
#include <string>

namespace weir::cli {

struct dump_options {
  std::string path;
  event_format format = event_format::json;
  bool unsettled = false; ///< only what some reader has not settled
  std::string reader;     ///< only what this one has not settled
};

struct dumped {
  std::uint64_t events = 0;
  std::uint64_t damaged_records = 0; ///< not given
};

auto dump_events(const dump_options& options, std::ostream& out) -> result<dumped>;

} // namespace weir::cli
