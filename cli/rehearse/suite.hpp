/// `tests:` of a topology: what is given to collectors, and what is expected at sinks.
#pragma once

#include "config/diagnostic.hpp"
#include "topology/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::cli {

/// A line, or an event.
struct given_event {
  std::string collector;
  std::optional<std::string> line;
  std::string tag;
  std::optional<std::int64_t> time_ns;
  std::string record; ///< msgpack
};

struct expected_event {
  std::optional<std::string> tag;
  std::optional<std::int64_t> time_ns;
  std::optional<std::string> record;   ///< all of it
  std::optional<std::string> contains; ///< some of its fields
};

struct expectation {
  std::string sink;
  config::place where;
  std::optional<std::uint64_t> count; ///< else these events, in this order
  std::vector<expected_event> events;
};

struct test_case {
  std::string name;
  config::place where;
  std::vector<given_event> given;
  std::vector<expectation> expected;
};

struct test_suite {
  topology_plan plan;
  std::vector<test_case> cases;
};

/// Of a topology with `tests:`, or of a file with `topology:`, the path of one from there, and `tests:`. Nothing if
/// `problems` has errors afterwards.
auto load_suite(const std::string& path, config::diagnostics& problems) -> std::optional<test_suite>;

} // namespace weir::cli
