#include "tests/chaos/cluster_site.hpp"

#include "tests/support/process.hpp"
#include "tests/support/sockets.hpp"

#include <array>
#include <fstream>
#include <tuple>

namespace weir::chaos {

namespace {

constexpr auto edges = 2;

auto place_of(const std::string& type, const std::string& number) -> node_place {
  auto made = node_place{type + '-' + number, type};
  if (type != "edge") {
    made.listens = test::free_port();
    made.reached = test::free_port();
  }
  return made;
}

/// Beside its files each edge has clients of its own, and some that go from one edge to the other.
void add_streams(site& to, const std::vector<std::uint16_t>& servers) {
  const auto add = [&](stream_input input) {
    auto state = std::make_unique<stream_state>();
    state->id = static_cast<std::uint32_t>(to.streams.size() + 1);
    state->may_delete = true;
    // Which of several contents of one file this is a collector learns from the cores: one that starts anew while nobody
    // is there but a core that is new, or was robbed of its disk, cannot know (docs/delivery.md, "How to break it").
    state->may_cut = false;
    to.inputs.push_back(std::move(input));
    to.streams.push_back(std::move(state));
  };
  for (auto i = 0; i < edges; ++i) {
    const auto files = to.folder / "in" / ("edge-" + std::to_string(i + 1));
    std::filesystem::create_directories(files);
    for (const auto* name : {"a.log", "b.log"}) add({files / name});
    add({"", {servers[static_cast<std::size_t>(i)]}});
  }
  add({"", servers});
}

/// What differs from node to node, for the ${…} of the topology file.
void describe(node_place& node, std::uint16_t clients, const std::string& zone) {
  const auto port = [](std::uint16_t number) { return std::to_string(number == 0 ? 1 : number); };
  node.environment = {"NODE=" + node.name, "PORT=" + port(node.listens), "REACHED=" + port(node.reached),
                      "CLIENTS=" + port(clients), "ZONE=" + zone};
}

void add_nodes(site& to, const std::vector<std::uint16_t>& servers, randomness& random) {
  for (auto i = 1; i <= edges; ++i) to.nodes.push_back(place_of("edge", std::to_string(i)));
  const auto cores = pick(random, 3, 4);
  for (std::uint64_t i = 1; i <= cores; ++i) to.nodes.push_back(place_of("core", std::to_string(i)));
  to.nodes.push_back(place_of("core", "5"));
  to.nodes.back().is_guest = true;
  for (const auto* type : {"store", "vault"}) to.nodes.push_back(place_of(type, "1"));
  const auto has_zones = one_in(random, 2);
  for (std::size_t i = 0; i < to.nodes.size(); ++i) {
    auto& node = to.nodes[i];
    if (node.type == "core") node.disk = to.folder / "buffers" / node.name;
    describe(node, i < servers.size() ? servers[i] : 0, has_zones && i % 2 == 1 ? "there" : "here");
  }
}

auto address(std::uint16_t port) -> std::string { return "\"127.0.0.1:" + std::to_string(port) + '"'; }

/// Of a core and of a store.
auto seeds_of(const site& of) -> std::string {
  return address(of.nodes[edges].reached) + ", " + address(of.nodes.back().reached);
}

void write_topology(const site& of, randomness& random) {
  constexpr auto policies = std::array{"always", "interval", "os"};
  const auto path = [&](std::string_view below) { return '"' + (of.folder / below).string() + '"'; };
  auto out = std::ofstream{of.topology()};
  out << "cluster:\n  name: chaos\n  listen: \"127.0.0.1:${PORT}\"\n  advertise: \"127.0.0.1:${REACHED}\"\n"
      << "  seeds: [" << seeds_of(of) << "]\n  zone: \"${ZONE}\"\n  heartbeat: 200ms\n  down_after: 2s\n"
      << "  tls: { certificate: " << path("certs/{node}.pem") << ", key: " << path("certs/{node}.key")
      << ", ca: " << path("certs/ca.pem") << " }\ncollectors:\n"
      << "  files: { type: tail, path: " << path("in/${NODE}/*.log*")
      << ", tag: chaos.files, parse: { format: json }, refresh_interval: 1s }\n"
      << "  clients: { type: forward, listen: \"127.0.0.1:${CLIENTS}\" }\n"
      << "destination_aggregators:\n  core: { from: [files, clients], replicas: 2, when_short: block, instances: "
      << pick(random, 1, 2) << ",\n          buffer: { path: " << path("buffers/{node}") << ", max_size: 256MiB"
      << ", segment_size: " << pick(random, 1, 16) << "MiB, sync: " << policies[pick(random, 0, 2)] << " } }\n"
      << "sinks:\n  archive: { type: file, from: core, path: " << path("out/archive.jsonl")
      << ", retry: { first: 100ms, max: 1s } }\n  table: { type: sqlite, from: core, path: " << path("out/table.db")
      << ", retry: { first: 100ms, max: 1s } }\n"
      << "placement: { edge: [files, clients], core: [core], store: [archive], vault: [table] }\n";
}

} // namespace

auto lay_out_cluster(const std::filesystem::path& folder, randomness& random) -> site {
  auto made = site{};
  made.folder = folder;
  made.is_cluster = true;
  for (const auto* name : {"in", "out", "logs", "run", "buffers"}) std::filesystem::create_directories(folder / name);
  auto servers = std::vector<std::uint16_t>{};
  for (auto i = 0; i < edges; ++i) servers.push_back(test::free_port());
  add_streams(made, servers);
  add_nodes(made, servers, random);
  made.stores.push_back({"cluster", folder / "out/archive.jsonl", folder / "out/table.db"});
  write_topology(made, random);
  return made;
}

auto make_certificates(const std::string& weir, const site& of) -> result<void> {
  const auto log = of.logs() + "/certs.log";
  WEIR_TRY(std::ignore, test::weigh({weir, "certs", "init", "--dir", of.certificates()}, log));
  auto command = std::vector<std::string>{weir, "certs", "node"};
  for (const auto& node : of.nodes) command.push_back(node.name);
  command.insert(command.end(), {"--dir", of.certificates()});
  WEIR_TRY(std::ignore, test::weigh(command, log));
  return {};
}

} // namespace weir::chaos
