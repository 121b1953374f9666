/// What is measured: one row of the table each, with how to run it once.
#pragma once

#include "tests/support/process.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::bench {

using test::process;
using test::usage;

/// Where a run finds its inputs and leaves its outputs.
struct workspace {
  std::string self; ///< this program
  std::string weir; ///< the program under test
  std::string folder;
  std::uint64_t events = 0;
  std::uint64_t json_bytes = 0;
  std::uint64_t nginx_bytes = 0;

  auto json() const -> std::string { return folder + "/input.jsonl"; }
  auto nginx() const -> std::string { return folder + "/access.log"; }
  auto sockets() const -> std::string { return folder + "/sockets"; } ///< control sockets of its nodes
  auto output() const -> std::string { return folder + "/output/events.jsonl"; }
  auto log(std::string_view of = "run") const -> std::string {
    return folder + "/" + std::string{of} + ".log";
  }
};

struct measurement {
  usage used;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0; ///< of input
};

struct row {
  std::string_view name;
  std::string_view baseline; ///< name of the row it is compared with; empty: it is a bare loop
  double ratio_max;          ///< CPU per event over the baseline's; 0: no bound
  result<measurement> (*run)(const workspace&);
  double rate_min = 0; ///< events/s over the baseline's; 0: no bound
};

auto all_rows() -> const std::vector<row>&;

} // namespace weir::bench
