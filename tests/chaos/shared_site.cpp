#include "tests/chaos/shared_site.hpp"

#include "tests/support/sockets.hpp"

#include <array>
#include <fstream>

namespace weir::chaos {

namespace {

constexpr auto hosts = 2; // edges, and cores

auto add_input(site& to, stream_input input) {
  auto state = std::make_unique<stream_state>();
  state->id = static_cast<std::uint32_t>(to.streams.size() + 1);
  state->may_delete = true;
  state->may_cut = false; // as in a cluster: whoever knows which file this is may be away
  to.inputs.push_back(std::move(input));
  to.streams.push_back(std::move(state));
}

/// Files of each edge, a client of each, and one that goes from edge to edge with what it was not acked: it comes to the server
/// by two ways, and the ledger there tells.
void add_inputs(site& to, const std::vector<std::uint16_t>& servers) {
  for (auto i = 0; i < hosts; ++i) {
    const auto files = to.folder / "in" / ("edge-" + std::to_string(i + 1));
    std::filesystem::create_directories(files);
    for (const auto* name : {"a.log", "b.log"}) add_input(to, {files / name});
    add_input(to, {"", {servers[static_cast<std::size_t>(i)]}});
  }
  add_input(to, {"", servers});
}

void write_shared_topology(const site& of, randomness& random) {
  constexpr auto policies = std::array{"always", "interval", "os"};
  const auto path = [&](std::string_view below) { return '"' + (of.folder / below).string() + '"'; };
  auto out = std::ofstream{of.topology()};
  out << "cluster: { name: chaos, heartbeat: 200ms, down_after: 2s }\ncollectors:\n"
      << "  files: { type: tail, path: " << path("in/${NODE}/*.log*") << ", tag: chaos.files, parse: { format: json }, refresh_interval: 1s }\n"
      << "  clients: { type: forward, listen: \"127.0.0.1:${CLIENTS}\" }\n"
      << "destination_aggregators:\n  core: { from: [files, clients], buffer: { path: " << path("buffers/{node}") << ", max_size: 256MiB"
      << ", segment_size: " << pick(random, 1, 16) << "MiB, sync: " << policies[pick(random, 0, 2)] << " } }\n"
      << "sinks:\n  table:\n    { type: " << of.server->type() << ", from: core, endpoints: [\"127.0.0.1:" << of.server->port
      << "\"], database: weir, table: " << server_table << ", auth: { user: weir, password: weir }, create: " << (one_in(random, 2) ? "true" : "false")
      << ", timeout: { request: " << pick(random, 2, 20) << "s }, writers: 2, retry: { first: 100ms, max: 1s } }\n"
      << "placement: { edge: [files, clients], core: [core, table] }\nnodes:\n";
  for (const auto& node : of.nodes)
    if (node.listens != 0) out << "  " << node.name << ": { listen: \"127.0.0.1:" << node.listens << "\", as: core }\n";
}

} // namespace

auto lay_out_shared_store(const options& given, const std::filesystem::path& folder, randomness& random) -> site {
  auto made = site{};
  made.folder = folder;
  for (const auto* name : {"in", "logs", "run", "buffers"}) std::filesystem::create_directories(folder / name);
  made.server = server_place{given.server, folder / "server", test::free_port()};
  auto servers = std::vector<std::uint16_t>{};
  for (auto i = 1; i <= hosts; ++i) {
    servers.push_back(test::free_port());
    made.nodes.push_back({"edge-" + std::to_string(i), "edge"});
    made.nodes.back().environment = {"NODE=" + made.nodes.back().name, "CLIENTS=" + std::to_string(servers.back())};
  }
  for (auto i = 1; i <= hosts; ++i) {
    made.nodes.push_back({"core-" + std::to_string(i), "core"});
    made.nodes.back().listens = test::free_port();
    made.nodes.back().environment = {"NODE=none", "CLIENTS=1"};
  }
  add_inputs(made, servers);
  made.stores.push_back({made.server->name(), {}, {}});
  write_shared_topology(made, random);
  return made;
}

} // namespace weir::chaos
