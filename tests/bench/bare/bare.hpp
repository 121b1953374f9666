/// The yardstick: single-threaded loops that do only what cannot be avoided. Each runs in a process of its
/// own.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/bench/bare/pack.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace weir::bench {

struct counted {
  std::uint64_t events = 0;
  std::uint64_t bytes = 0; ///< of input
};

/// Packs the object on `line` as a map; 64 bytes behind it are readable. What a failed call packed is
/// garbage.
auto pack_json_line(std::string_view line, packer& out) -> bool;

/// Read in blocks, simdjson each line, pack entries into a reused buffer; with an `output` path print
/// them back as JSON lines and write those.
auto bare_json(const std::string& input, const std::string& output) -> result<counted>;

/// The same for nginx's combined log, scanned by hand.
auto bare_nginx(const std::string& input, const std::string& output) -> result<counted>;

/// Listens on 127.0.0.1:`port`, receives PackedForward messages, steps over their entries, acks, and ends
/// when `events` were counted and all peers are gone.
auto bare_forward(std::uint16_t port, std::uint64_t events) -> result<counted>;

/// Receives datagrams on 127.0.0.1:`port` in batches and packs the parts of the syslog message in each, until `events` were counted.
auto bare_syslog(std::uint16_t port, std::uint64_t events) -> result<counted>;

/// `--bare NAME ARGUMENT...`; prints "events=N bytes=N" and returns the exit status.
auto run_bare(const std::vector<std::string>& arguments) -> int;

} // namespace weir::bench
