#include "tests/bench/rows.hpp"

#include "tests/bench/syslog_client.hpp"
#include "tests/bench/topologies.hpp"
#include "tests/support/sockets.hpp"

#include <csignal>
#include <filesystem>

namespace weir::bench {

using test::count_lines;
using test::free_port;
using test::read_file;
using test::weigh;

namespace {

auto expect_lines(const workspace& at, measurement measured) -> result<measurement> {
  const auto lines = count_lines(at.output());
  if (lines == at.events) return measured;
  return error{errc::failed,
               "the output holds " + std::to_string(lines) + " lines, not " + std::to_string(at.events)};
}

auto bare_over_file(const workspace& at, std::string name, std::string input, std::uint64_t bytes)
    -> result<measurement> {
  const auto writes = name.ends_with("-file");
  WEIR_TRY(const auto used,
           weigh({at.self, "--bare", std::move(name), std::move(input), at.output()}, at.log()));
  const auto measured = measurement{used, at.events, bytes};
  return writes ? expect_lines(at, measured) : result<measurement>{measured};
}

auto run_bare_json_null(const workspace& at) {
  return bare_over_file(at, "json-null", at.json(), at.json_bytes);
}
auto run_bare_json_file(const workspace& at) {
  return bare_over_file(at, "json-file", at.json(), at.json_bytes);
}
auto run_bare_nginx_null(const workspace& at) {
  return bare_over_file(at, "nginx-null", at.nginx(), at.nginx_bytes);
}
auto run_bare_nginx_file(const workspace& at) {
  return bare_over_file(at, "nginx-file", at.nginx(), at.nginx_bytes);
}

/// The load comes from a process of its own, which is not weighed.
auto send_load(const workspace& at, std::uint16_t port, int connections) -> result<void> {
  WEIR_CHECK(weigh({at.self, "--forward-client", std::to_string(port), std::to_string(connections),
                    std::to_string(at.events)},
                   at.log("client")));
  return {};
}

template <int Connections> auto run_bare_forward(const workspace& at) -> result<measurement> {
  const auto port = free_port();
  WEIR_TRY(auto server, process::start({at.self, "--bare", "forward-null", std::to_string(port),
                                        std::to_string(at.events)},
                                       at.log()));
  WEIR_CHECK(send_load(at, port, Connections));
  WEIR_TRY(const auto used, server.wait());
  return measurement{used, at.events, at.json_bytes};
}

/// Ends with an error unless the last line of the log is `events=<all of them> … lost=0`.
auto expect_accounts(const workspace& at, std::string_view log) -> result<void> {
  const auto text = read_file(at.log(log));
  if (text.find("events=" + std::to_string(at.events) + " ") != std::string::npos
      && text.find("lost=0") != std::string::npos)
    return {};
  return error{errc::failed, "weir did not count all events:\n" + text};
}

auto tail_once(const workspace& at, const std::string& topology, std::uint64_t bytes) -> result<measurement> {
  WEIR_TRY(const auto path, write_topology(at, topology));
  WEIR_TRY(const auto used, weigh({at.weir, "run", path, "--once"}, at.log()));
  WEIR_CHECK(expect_accounts(at, "run"));
  return measurement{used, at.events, bytes};
}

auto run_json_null(const workspace& at) -> result<measurement> {
  return tail_once(at, tail_collector(at.json(), "json") + null_sink("input"), at.json_bytes);
}

auto run_json_file(const workspace& at) -> result<measurement> {
  WEIR_TRY(const auto measured,
           tail_once(at, tail_collector(at.json(), "json") + file_sink(at, "input"), at.json_bytes));
  return expect_lines(at, measured);
}

auto run_nginx_file(const workspace& at) -> result<measurement> {
  WEIR_TRY(const auto measured,
           tail_once(at, tail_collector(at.nginx(), "nginx") + file_sink(at, "input"), at.nginx_bytes));
  return expect_lines(at, measured);
}

/// All messages are acked, which means stored, before the server is asked to end.
auto serve_forward(const workspace& at, const std::string& sink, int connections) -> result<measurement> {
  const auto port = free_port();
  WEIR_TRY(const auto path, write_topology(at, forward_collector(port) + sink));
  WEIR_TRY(auto server, process::start({at.weir, "run", path}, at.log()));
  WEIR_CHECK(send_load(at, port, connections));
  server.signal(SIGTERM);
  WEIR_TRY(const auto used, server.wait());
  return measurement{used, at.events, at.json_bytes};
}

template <int Connections> auto run_forward_null(const workspace& at) -> result<measurement> {
  return serve_forward(at, null_sink("input"), Connections);
}

template <int Connections> auto run_forward_file(const workspace& at) -> result<measurement> {
  WEIR_TRY(const auto measured, serve_forward(at, file_sink(at, "input"), Connections));
  return expect_lines(at, measured);
}

/// Datagrams at 100,000 a second, from a process of its own. Nobody says when a receiver is ready, but that its port is taken.
auto send_datagrams(const workspace& at, std::uint16_t port) -> result<void> {
  WEIR_CHECK(weigh({at.self, "--syslog-client", std::to_string(port), std::to_string(at.events)}, at.log("client")));
  return {};
}

auto run_bare_syslog(const workspace& at) -> result<measurement> {
  const auto port = free_port();
  WEIR_TRY(auto server, process::start({at.self, "--bare", "syslog-null", std::to_string(port), std::to_string(at.events)}, at.log()));
  WEIR_CHECK(wait_for_datagram_port(port));
  WEIR_CHECK(send_datagrams(at, port));
  WEIR_TRY(const auto used, server.wait());
  return measurement{used, at.events, 0};
}

/// Ends with an error if one datagram was lost.
auto run_syslog_null(const workspace& at) -> result<measurement> {
  const auto port = free_port();
  WEIR_TRY(const auto path, write_topology(at, syslog_collector(port) + null_sink("input")));
  WEIR_TRY(auto server, process::start({at.weir, "run", path}, at.log()));
  WEIR_CHECK(wait_for_datagram_port(port));
  WEIR_CHECK(send_datagrams(at, port));
  server.signal(SIGTERM);
  WEIR_TRY(const auto used, server.wait());
  WEIR_CHECK(expect_accounts(at, "run"));
  return measurement{used, at.events, 0};
}

/// Both processes together: CPU and memory are sums.
auto edge_core_file(const workspace& at, const std::string& sync, bool has_slow_disk = false)
    -> result<measurement> {
  WEIR_TRY(auto nodes, two_nodes::start(at, at.json(), {true, sync, has_slow_disk}));
  WEIR_TRY(auto used, nodes.edge.wait());
  nodes.core.signal(SIGTERM);
  WEIR_TRY(const auto core, nodes.core.wait());
  used.cpu_seconds += core.cpu_seconds;
  used.peak_bytes += core.peak_bytes;
  return expect_lines(at, {used, at.events, at.json_bytes});
}

auto run_edge_core_file(const workspace& at) { return edge_core_file(at, ""); }
auto run_edge_core_always(const workspace& at) { return edge_core_file(at, "always"); }
auto run_edge_core_interval(const workspace& at) { return edge_core_file(at, "interval"); }
auto run_edge_core_os(const workspace& at) { return edge_core_file(at, "os"); }
auto run_slow_disk(const workspace& at) { return edge_core_file(at, "", true); }
auto run_slow_disk_always(const workspace& at) { return edge_core_file(at, "always", true); }

} // namespace

auto all_rows() -> const std::vector<row>& {
  static const auto rows = std::vector<row>{
      {"bare json-null", "", 0, run_bare_json_null},
      {"bare json-file", "", 0, run_bare_json_file},
      {"bare nginx-null", "", 0, run_bare_nginx_null},
      {"bare nginx-file", "", 0, run_bare_nginx_file},
      {"bare forward-null 1", "", 0, run_bare_forward<1>},
      {"bare forward-null 8", "", 0, run_bare_forward<8>},
      {"bare forward-null 64", "", 0, run_bare_forward<64>},
      {"bare syslog-null", "", 0, run_bare_syslog},
      {"tail+json > null", "bare json-null", 1.6, run_json_null},
      {"tail+json > file", "bare json-file", 1.6, run_json_file},
      {"tail+nginx > file", "bare nginx-file", 1.8, run_nginx_file},
      {"forward > null 1", "bare forward-null 1", 1.5, run_forward_null<1>},
      {"forward > null 8", "bare forward-null 8", 1.5, run_forward_null<8>},
      {"forward > null 64", "bare forward-null 64", 1.5, run_forward_null<64>},
      {"forward > file 1", "bare forward-null 1", 0, run_forward_file<1>},
      {"forward > file 8", "bare forward-null 8", 0, run_forward_file<8>},
      {"forward > file 64", "bare forward-null 64", 0, run_forward_file<64>},
      {"syslog udp > null", "bare syslog-null", 0, run_syslog_null},
      {"edge > core > file", "bare json-file", 3, run_edge_core_file},
      {"edge > core > file always", "edge > core > file", 1.5, run_edge_core_always},
      {"edge > core > file interval", "edge > core > file", 0, run_edge_core_interval},
      {"edge > core > file os", "edge > core > file", 0, run_edge_core_os},
      {"1 ms disk", "edge > core > file", 0, run_slow_disk},
      {"1 ms disk always", "1 ms disk", 0, run_slow_disk_always, 0.6},
  };
  return rows;
}

} // namespace weir::bench
