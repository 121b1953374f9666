/// The topology files that the rows run.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/bench/rows.hpp"
#include "tests/support/process.hpp"

#include <csignal>
#include <string>

namespace weir::bench {

/// `type: null` or `type: file` writing to the workspace's output, reading from `from`.
auto null_sink(const std::string& from) -> std::string;
auto file_sink(const workspace& at, const std::string& from) -> std::string;

/// One tail collector named "input".
auto tail_collector(const std::string& path, const std::string& format) -> std::string;
/// One forward collector named "input".
auto forward_collector(std::uint16_t port) -> std::string;

/// One syslog collector named "input", of datagrams.
auto syslog_collector(std::uint16_t port) -> std::string;

/// An empty directory for the output: a file sink keeps its ledger beside its files, and would go on with it.
void clear_output(const workspace& at);

/// Writes the text to a file of the workspace; returns its path.
auto write_topology(const workspace& at, const std::string& text) -> result<std::string>;

struct pipeline_options {
  bool once = false;          ///< edge ends by itself when core has taken all of the input
  std::string sync = {};      ///< of the disk buffers of both nodes; empty for memory buffers
  bool has_slow_disk = false; ///< a sync takes a millisecond longer than it does here
};

/// edge (tail, source aggregator) and core (destination aggregator, file sink), each a process.
struct two_nodes {
  process edge;
  process core;

  /// Tails `input`.
  static auto start(const workspace& at, const std::string& input, const pipeline_options& how = {})
      -> result<two_nodes>;
};

} // namespace weir::bench
