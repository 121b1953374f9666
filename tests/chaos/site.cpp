#include "tests/chaos/site.hpp"

#include "tests/chaos/cluster_site.hpp"
#include "tests/chaos/shared_site.hpp"
#include "tests/support/sockets.hpp"

#include <algorithm>
#include <array>
#include <fstream>

namespace weir::chaos {

namespace {

/// Writes the parts of the file in which each piece of the system takes its lines.
class planner {
public:
  planner(const options& given, const std::filesystem::path& folder, randomness& random)
      : given_(given), random_(random) {
    site_.folder = folder;
  }

  auto plan() -> site {
    for (const auto* name : {"in", "out", "logs", "run", "scarce", "buffers"})
      std::filesystem::create_directories(site_.folder / name);
    const auto tiers = wants("tiers");
    const auto remote = wants("remote");
    if (tiers) add_tiers();
    if (remote) add_remote();
    if (tiers || remote) add_core(tiers, remote);
    if (wants("direct")) add_direct();
    write();
    return std::move(site_);
  }

private:
  auto wants(std::string_view part) const -> bool {
    return given_.parts.empty() || std::ranges::find(given_.parts, part) != given_.parts.end();
  }
  auto path(std::string_view below) const -> std::string {
    return '"' + (site_.folder / below).string() + '"';
  }

  /// Two files of a collector, with a pattern that rotated ones match or do not match.
  void add_tail(std::size_t stores, const std::string& name) {
    const auto only_live = one_in(random_, 2);
    for (auto i = 0; i < 2; ++i) {
      const auto number = std::to_string(site_.streams.size() + 1);
      add_stream(stores, {site_.folder / "in" / (name + number + ".log")});
      site_.streams.back()->only_live = only_live;
    }
    collectors_ += "  " + name
                   + ": { type: tail, path: " + path("in/" + name + (only_live ? "*.log" : "*.log*"))
                   + ", tag: chaos." + name + ", parse: { format: json }, refresh_interval: 1s }\n";
  }

  /// Two clients of one collector; its port.
  auto add_clients(std::size_t stores, const std::string& name) -> std::uint16_t {
    const auto port = add_server(name);
    for (auto i = 0; i < 2; ++i) add_stream(stores, {"", {port}});
    return port;
  }

  auto add_server(const std::string& name) -> std::uint16_t {
    const auto port = test::free_port();
    collectors_ += "  " + name + ": { type: forward, listen: \"127.0.0.1:" + std::to_string(port) + "\" }\n";
    return port;
  }

  void add_stream(std::size_t stores, stream_input input) {
    auto state = std::make_unique<stream_state>();
    state->id = static_cast<std::uint32_t>(site_.streams.size() + 1);
    state->stores = stores;
    state->may_delete = stores == 0 && given_.disk_buffers;
    site_.inputs.push_back(std::move(input));
    site_.streams.push_back(std::move(state));
  }

  auto buffer(const std::string& folder, std::uint64_t max_mib) -> std::string {
    if (!given_.disk_buffers) return "{ type: memory }";
    constexpr auto policies = std::array{"always", "interval", "os"};
    const auto segment = pick(random_, 1, 16);
    return "{ type: disk, path: " + path(folder) + ", max_size: " + std::to_string(max_mib)
           + "MiB, segment_size: " + std::to_string(segment) + "MiB, sync: " + policies[pick(random_, 0, 2)]
           + " }, instances: " + std::to_string(pick(random_, 1, 2));
  }

  void add_node(const std::string& type, const std::string& components) {
    site_.nodes.push_back({type + "-1", type});
    placement_ += "  " + type + ": [" + components + "]\n";
    nodes_ += "  " + type + "-1: { listen: \"127.0.0.1:" + std::to_string(test::free_port()) + "\" }\n";
  }

  /// Files and clients of a host, its aggregator, and the one behind it.
  void add_tiers() {
    add_tail(0, "files");
    roaming_.push_back(add_clients(0, "clients"));
    sources_ += "  local: { from: [files, clients], buffer: " + buffer("buffers/edge", 256) + " }\n";
    add_node("edge", "files, clients, local");
  }

  /// Collectors without an aggregator beside them. Clients go from these to those of the tiers and back.
  void add_remote() {
    add_tail(0, "remote");
    roaming_.push_back(add_server("guests"));
    for (auto i = 0; i < 2; ++i) add_stream(0, {"", roaming_});
    add_node("remote", "remote, guests");
  }

  void add_core(bool tiers, bool remote) {
    const auto from =
        std::string{tiers ? "local" : ""} + (tiers && remote ? ", " : "") + (remote ? "remote, guests" : "");
    destinations_ += "  center: { from: [" + from + "], buffer: " + buffer("scarce/core", 96) + " }\n";
    add_stores("core", "center", "archive", "table");
    add_node("core", "center, archive, table");
  }

  /// A collector that sends to stores, and nothing between.
  void add_direct() {
    add_tail(site_.stores.size(), "direct");
    const auto senders = add_clients(site_.stores.size(), "senders");
    const auto others = add_server("others");
    add_stream(site_.stores.size(), {"", {senders, others}});
    add_stores("direct", "direct, senders, others", "plain", "rows");
    add_node("direct", "direct, senders, others, plain, rows");
  }

  void add_stores(const std::string& name, const std::string& from, const std::string& file,
                  const std::string& table) {
    site_.stores.push_back(
        {name, site_.folder / "out" / (file + ".jsonl"), site_.folder / "out" / (table + ".db")});
    const auto retry = ", retry: { first: 100ms, max: 1s }";
    sinks_ += "  " + file + ": { type: file, from: [" + from + "], path: " + path("out/" + file + ".jsonl")
              + retry + " }\n";
    sinks_ += "  " + table + ": { type: sqlite, from: [" + from + "], path: " + path("out/" + table + ".db")
              + retry + " }\n";
  }

  void write() const {
    auto out = std::ofstream{site_.topology()};
    out << "cluster: { name: chaos }\ncollectors:\n" << collectors_;
    if (!sources_.empty()) out << "source_aggregators:\n" << sources_;
    if (!destinations_.empty()) out << "destination_aggregators:\n" << destinations_;
    out << "sinks:\n" << sinks_ << "placement:\n" << placement_ << "nodes:\n" << nodes_;
  }

  const options& given_;
  randomness& random_;
  site site_;
  std::vector<std::uint16_t> roaming_; ///< servers among which clients choose
  std::string collectors_, sources_, destinations_, sinks_, placement_, nodes_;
};

} // namespace

auto lay_out(const options& given, const std::filesystem::path& folder, randomness& random) -> site {
  if (given.layout == layout::cluster) return lay_out_cluster(folder, random);
  if (given.layout == layout::shared_store) return lay_out_shared_store(given, folder, random);
  return planner{given, folder, random}.plan();
}

} // namespace weir::chaos
