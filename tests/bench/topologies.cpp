#include "tests/bench/topologies.hpp"

#include "tests/support/sockets.hpp"

#include <filesystem>
#include <fstream>

namespace weir::bench {

using test::free_port;

auto null_sink(const std::string& from) -> std::string {
  return "sinks:\n  output: { type: \"null\", from: [" + from + "] }\n";
}

auto file_sink(const workspace& at, const std::string& from) -> std::string {
  return "sinks:\n  output: { type: file, from: [" + from + "], path: \"" + at.output() + "\" }\n";
}

auto tail_collector(const std::string& path, const std::string& format) -> std::string {
  return "collectors:\n  input: { type: tail, path: \"" + path + "\", tag: bench, parse: { format: " + format
         + " } }\n";
}

auto forward_collector(std::uint16_t port) -> std::string {
  return "collectors:\n  input: { type: forward, listen: \"127.0.0.1:" + std::to_string(port) + "\" }\n";
}

auto syslog_collector(std::uint16_t port) -> std::string {
  return "collectors:\n  input: { type: syslog, listen: \"udp://127.0.0.1:" + std::to_string(port) + "\", time_zone: UTC }\n";
}

void clear_output(const workspace& at) {
  const auto directory = std::filesystem::path{at.output()}.parent_path();
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
}

auto write_topology(const workspace& at, const std::string& text) -> result<std::string> {
  const auto path = at.folder + "/topology.yaml";
  auto out = std::ofstream{path};
  out << text;
  if (!out.flush()) return error{errc::failed, "cannot write " + path};
  return path;
}

namespace {

/// A fresh buffer for each run: what an earlier one left is not part of the measurement.
auto buffer_of(const workspace& at, const std::string& name, const std::string& sync) -> std::string {
  if (sync.empty()) return {};
  const auto path = at.folder + "/buffer-" + name;
  std::filesystem::remove_all(path);
  return ", buffer: { path: \"" + path + "\", sync: " + sync + " }";
}

auto weir_command(const workspace& at, bool has_slow_disk) -> std::vector<std::string> {
  if (!has_slow_disk) return {at.weir};
  const auto shim = std::filesystem::path{at.self}.parent_path() / "libweir-slow-disk.so";
  return {"/usr/bin/env", "LD_PRELOAD=" + shim.string(), at.weir};
}

auto node_command(std::vector<std::string> weir, const std::string& topology, const std::string& role)
    -> std::vector<std::string> {
  weir.insert(weir.end(), {"run", topology, "--node", role + "-1", "--as", role});
  return weir;
}

} // namespace

auto two_nodes::start(const workspace& at, const std::string& input, const pipeline_options& how)
    -> result<two_nodes> {
  const auto edge_port = std::to_string(free_port());
  const auto core_port = std::to_string(free_port());
  const auto text = tail_collector(input, "json") + "source_aggregators:\n  local: { from: [input]"
                    + buffer_of(at, "edge", how.sync)
                    + " }\ndestination_aggregators:\n  center: { from: [local]"
                    + buffer_of(at, "core", how.sync) + " }\n" + file_sink(at, "center")
                    + "placement:\n  edge: [input, local]\n  core: [center, output]\n"
                    + "nodes:\n  edge-1: { listen: \"127.0.0.1:" + edge_port + "\" }\n"
                    + "  core-1: { listen: \"127.0.0.1:" + core_port + "\" }\n";
  WEIR_TRY(const auto topology, write_topology(at, text));
  const auto weir = weir_command(at, how.has_slow_disk);
  WEIR_TRY(auto core, process::start(node_command(weir, topology, "core"), at.log("core")));
  auto command = node_command(weir, topology, "edge");
  if (how.once) command.push_back("--once");
  WEIR_TRY(auto edge, process::start(command, at.log("edge")));
  return two_nodes{std::move(edge), std::move(core)};
}

} // namespace weir::bench
