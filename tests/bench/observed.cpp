#include "tests/bench/observed.hpp"

#include "tests/bench/topologies.hpp"
#include "tests/support/sockets.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

namespace weir::bench {

using test::read_file;
using test::socket_handle;

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto looks_each = 100ms;
constexpr auto pairs = 100;

/// A running node and its control socket.
struct observed_node {
  process runs;
  std::string socket;

  static auto start(const workspace& at, const std::string& topology) -> result<observed_node> {
    WEIR_TRY(const auto path, write_topology(at, "cluster: { name: bench }\n" + topology));
    WEIR_TRY(auto runs, process::start({at.weir, "run", path, "--node", "observed"}, at.log()));
    auto node = observed_node{std::move(runs), at.sockets() + "/bench.observed.sock"};
    for (const auto end = steady::now() + 30s; steady::now() < end; ::poll(nullptr, 0, 10))
      if (node.status().find("\"events_out\":") != std::string::npos) return node;
    return error{errc::failed, "the node cannot be looked at:\n" + read_file(at.log())};
  }

  /// Its status as JSON; empty if it does not tell.
  auto status() const -> std::string {
    auto text = std::string{};
    const auto to = socket_handle{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto where = sockaddr_un{};
    where.sun_family = AF_UNIX;
    socket.copy(where.sun_path, sizeof where.sun_path - 1);
    if (::connect(to.descriptor(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) return text;
    if (::send(to.descriptor(), "status\n", 7, MSG_NOSIGNAL) != 7) return text;
    char block[4096];
    for (ssize_t got = 0; (got = ::recv(to.descriptor(), block, sizeof block, 0)) > 0;)
      text.append(block, static_cast<std::size_t>(got));
    return text;
  }

  auto cpu_seconds() const -> double {
    auto which = clockid_t{};
    auto used = timespec{};
    if (::clock_getcpuclockid(runs.id(), &which) != 0 || ::clock_gettime(which, &used) != 0) return 0;
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
  }

  /// What its sink has by now.
  auto events() const -> double {
    const auto text = status();
    const auto at = text.find("\"events_out\":", text.find("\"tier\":\"sink\""));
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + 13, nullptr);
  }
};

struct pace {
  double events_per_second = 0;
  double cpu_per_event = 0;
};

auto pace_for(const observed_node& node, steady::duration lasting, bool is_looked_at) -> pace {
  const auto begun = steady::now();
  const auto events = node.events();
  const auto cpu = node.cpu_seconds();
  for (const auto end = begun + lasting; steady::now() < end; ::poll(nullptr, 0, static_cast<int>(looks_each / 1ms)))
    if (is_looked_at) (void)node.status();
  const auto seconds = std::chrono::duration<double>{steady::now() - begun}.count();
  const auto used = node.cpu_seconds() - cpu;
  const auto moved = node.events() - events;
  return {moved / seconds, used / moved};
}

auto median(std::vector<double> all) -> double {
  std::ranges::sort(all);
  return all[all.size() / 2];
}

/// Microseconds of CPU that the node needs to answer once.
auto cpu_of_a_look(const workspace& at, int looks) -> result<double> {
  const auto quiet = at.folder + "/nothing.log";
  WEIR_TRY(const auto node, observed_node::start(at, tail_collector(quiet, "json")
                                                         + "source_aggregators:\n  local: { from: [input] }\n"
                                                           "destination_aggregators:\n  center: { from: [local] }\n"
                                                         + null_sink("center")));
  const auto before = node.cpu_seconds();
  for (auto i = 0; i < looks; ++i) (void)node.status();
  return (node.cpu_seconds() - before) * 1e6 / looks;
}

} // namespace

auto run_observed(const workspace& at) -> result<std::vector<figure>> {
  const auto is_short = at.events < 100'000;
  const auto lasting = is_short ? steady::duration{200ms} : steady::duration{300ms};
  auto rates = std::vector<double>{};
  auto costs = std::vector<double>{};
  {
    WEIR_TRY(const auto node,
             observed_node::start(at, "collectors:\n  input: { type: generate, tag: bench }\n" + null_sink("input")));
    (void)pace_for(node, lasting, false); // what a start costs is over
    for (auto pair = 0; pair < (is_short ? 2 : pairs); ++pair) {
      const auto is_first = pair % 2 == 0;
      const auto one = pace_for(node, lasting, is_first);
      const auto other = pace_for(node, lasting, !is_first);
      const auto& with = is_first ? one : other;
      const auto& without = is_first ? other : one;
      rates.push_back(with.events_per_second / without.events_per_second);
      costs.push_back(with.cpu_per_event / without.cpu_per_event);
    }
  }
  WEIR_TRY(const auto look, cpu_of_a_look(at, is_short ? 100 : 2000));
  const auto bound = is_short ? 0 : 0.5;
  return std::vector<figure>{{"events/s lost, median of pairs", 100 * (1 - median(rates)), "%", bound},
                             {"CPU an event more, the same", 100 * (median(costs) - 1), "%", bound},
                             {"CPU of a look at four tiers", look, "us"},
                             {"ten looks a second, of a core", look * 10 / 1e6 * 100, "%", 0.5}};
}

} // namespace weir::bench
