/// Where a round runs: its folders, ports, streams and stores, and the topology file of all of it.
#pragma once

#include "tests/chaos/database_server.hpp"
#include "tests/chaos/place.hpp"
#include "tests/chaos/stream.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::chaos {

enum class layout {
  tiers,       ///< hosts and what is behind them, stores of their own
  cluster,     ///< copies of each chunk, and nodes that join and leave
  shared_store ///< a database that two nodes write to
};

struct options {
  std::chrono::milliseconds duration = std::chrono::minutes{2};
  std::chrono::milliseconds kill_pause{400};                    ///< mean
  std::chrono::milliseconds patience = std::chrono::minutes{1}; ///< at the end, without any progress
  std::uint64_t seed = 0;
  std::uint64_t rate = 0;                              ///< lines per second of all streams; 0: full speed
  std::uint64_t bytes_max = std::uint64_t{2} << 30;    ///< of input, in a round
  std::uint64_t ahead_bytes = std::uint64_t{64} << 20; ///< written and not stored, of all streams
  std::uint64_t kills_min = 0;
  bool keep = false;
  bool disk_buffers = true;
  enum layout layout = layout::tiers;
  database server = database::postgresql; ///< of a shared store
  std::string weir;
  std::string folder;
  std::vector<std::string> parts; ///< of "tiers", "remote", "direct"; none: all
};

/// A file and a table that the same lines go to; neither of them where it is the site's server.
struct store_pair {
  std::string name;
  std::string file;
  std::string table;
};

/// Where a stream is written to.
struct stream_input {
  std::string file;                      ///< empty: it is a forward client
  std::vector<std::uint16_t> ports = {}; ///< of the client's servers
};

struct site {
  std::filesystem::path folder;
  std::vector<node_place> nodes;
  std::vector<std::unique_ptr<stream_state>> streams;
  std::vector<stream_input> inputs; ///< of each stream
  std::vector<store_pair> stores;
  std::optional<server_place> server; ///< that all lines go to
  bool is_cluster = false; ///< with certificates, and disks that may be destroyed

  auto topology() const -> std::string { return folder / "topology.yaml"; }
  auto logs() const -> std::string { return folder / "logs"; }
  /// Of the authority; all nodes read theirs there.
  auto certificates() const -> std::string { return folder / "certs"; }
  /// The buffer that lies on a file system of its own.
  auto scarce_folder() const -> std::string { return folder / "scarce"; }
};

/// Makes the folders and writes the topology file. The seed chooses what may be set in one way or another.
auto lay_out(const options& given, const std::filesystem::path& folder, randomness& random) -> site;

} // namespace weir::chaos
