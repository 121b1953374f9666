#include "tests/bench/observed.hpp"

#include "tests/bench/topologies.hpp"
#include "tests/support/sockets.hpp"

#include <netinet/in.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <optional>

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
    return start(at, path, {"observed"});
  }
  /// `name` may have more words of the command behind it.
  static auto start(const workspace& at, const std::string& path, const std::vector<std::string>& name) -> result<observed_node> {
    auto command = std::vector<std::string>{at.weir, "run", path, "--node"};
    command.insert(command.end(), name.begin(), name.end());
    WEIR_TRY(auto runs, process::start(command, at.log(name.front())));
    auto node = observed_node{std::move(runs), at.sockets() + "/bench." + name.front() + ".sock"};
    for (const auto end = steady::now() + 30s; steady::now() < end; ::poll(nullptr, 0, 10))
      if (node.status().find("\"events_out\":") != std::string::npos) return node;
    return error{errc::failed, "the node cannot be looked at:\n" + read_file(at.log(name.front()))};
  }

  /// Its status as JSON; empty if it does not tell.
  auto status() const -> std::string { return ask("status\n"); }
  /// What it answers to a line.
  auto ask(std::string_view request) const -> std::string {
    auto text = std::string{};
    const auto to = socket_handle{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    auto where = sockaddr_un{};
    where.sun_family = AF_UNIX;
    socket.copy(where.sun_path, sizeof where.sun_path - 1);
    if (::connect(to.descriptor(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) return text;
    if (::send(to.descriptor(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return text;
    char block[4096];
    for (ssize_t got = 0; (got = ::recv(to.descriptor(), block, sizeof block, 0)) > 0;)
      text.append(block, static_cast<std::size_t>(got));
    return text;
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

using nodes = std::vector<observed_node>;

auto sum_of(const nodes& all, double (*figure)(const observed_node&)) -> double {
  auto sum = 0.0;
  for (const auto& n : all) sum += figure(n);
  return sum;
}

auto events_of(const nodes& all) -> double { return sum_of(all, [](const auto& n) { return n.events(); }); }
auto cpu_of(const nodes& all) -> double { return sum_of(all, [](const auto& n) { return n.runs.cpu_seconds(); }); }

/// `look` is called ten times a second.
auto pace_for(const nodes& all, steady::duration lasting, const std::function<void()>& look) -> pace {
  const auto begun = steady::now();
  const auto events = events_of(all);
  const auto cpu = cpu_of(all);
  for (const auto end = begun + lasting; steady::now() < end; ::poll(nullptr, 0, static_cast<int>(looks_each / 1ms))) look();
  const auto seconds = std::chrono::duration<double>{steady::now() - begun}.count();
  const auto used = cpu_of(all) - cpu;
  const auto moved = events_of(all) - events;
  return {moved / seconds, used / moved};
}

/// Who has the page open: reads the stream of the console, if he is there.
class viewer {
public:
  explicit viewer(std::uint16_t port) : port_(port) {}

  void look() {
    if (!line_) connect();
    char block[65536];
    while (::recv(line_->descriptor(), block, sizeof block, MSG_DONTWAIT) > 0) pictures_ += 1;
  }
  void leave() { line_.reset(); }
  /// Blocks that came.
  auto pictures() const -> std::uint64_t { return pictures_; }

private:
  void connect() {
    line_.emplace(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto where = sockaddr_in{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port_);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    constexpr auto request = std::string_view{"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"};
    if (::connect(line_->descriptor(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0)
      (void)::send(line_->descriptor(), request.data(), request.size(), MSG_NOSIGNAL);
  }

  std::uint16_t port_;
  std::optional<socket_handle> line_;
  std::uint64_t pictures_ = 0;
};

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
  const auto before = node.runs.cpu_seconds();
  for (auto i = 0; i < looks; ++i) (void)node.status();
  return (node.runs.cpu_seconds() - before) * 1e6 / looks;
}

} // namespace

namespace {

struct costs {
  std::vector<double> rates; ///< of each pair of stretches, one with and one without, who is first by turns
  std::vector<double> cpu;
};

auto costs_of(const nodes& all, int count, steady::duration lasting, const std::function<void()>& with,
              const std::function<void()>& without) -> costs {
  auto found = costs{};
  (void)pace_for(all, lasting, without); // what a start costs is over
  for (auto pair = 0; pair < count; ++pair) {
    const auto is_first = pair % 2 == 0;
    const auto one = pace_for(all, lasting, is_first ? with : without);
    const auto other = pace_for(all, lasting, is_first ? without : with);
    const auto& looked_at = is_first ? one : other;
    const auto& unseen = is_first ? other : one;
    found.rates.push_back(looked_at.events_per_second / unseen.events_per_second);
    found.cpu.push_back(looked_at.cpu_per_event / unseen.cpu_per_event);
  }
  return found;
}

/// One edge at full speed and two nodes that it sends to.
auto three_nodes(const workspace& at, std::uint16_t port) -> result<nodes> {
  auto text = std::string{"cluster: { name: bench }\ncollectors:\n  input: { type: generate, tag: bench }\n"
                          "destination_aggregators:\n  center: { from: [input] }\n"}
              + null_sink("center") + "placement: { edge: [input], core: [center, output] }\nnodes:\n";
  for (const auto* name : {"core-1", "core-2"})
    text += "  " + std::string{name} + ": { listen: \"127.0.0.1:" + std::to_string(test::free_port()) + "\", as: core }\n";
  auto all = nodes{};
  for (const auto* name : {"core-2", "core-1", "edge-1"}) {
    const auto is_seen = std::string_view{name} == "core-1";
    WEIR_TRY(const auto path, write_topology(at, text + (is_seen ? "console: { listen: \"127.0.0.1:" + std::to_string(port) + "\" }\n" : "")));
    WEIR_TRY(auto node, observed_node::start(at, path, {name, "--as", std::string{name}.substr(0, 4)}));
    all.push_back(std::move(node));
  }
  return all;
}

/// Of a core, in a node at rest.
auto share_at_rest(const workspace& at, bool has_console, steady::duration lasting) -> result<double> {
  WEIR_TRY(const auto path, write_topology(at, "cluster: { name: bench }\n" + tail_collector(at.folder + "/nothing.log", "json")
                                                   + null_sink("input")));
  auto name = std::vector<std::string>{"resting"};
  if (!has_console) name.emplace_back("--no-console");
  WEIR_TRY(const auto node, observed_node::start(at, path, name));
  ::poll(nullptr, 0, 1000); // what a start costs is over
  const auto before = node.runs.cpu_seconds();
  ::poll(nullptr, 0, static_cast<int>(lasting / 1ms));
  return (node.runs.cpu_seconds() - before) / std::chrono::duration<double>{lasting}.count();
}

} // namespace

auto run_viewed(const workspace& at) -> result<std::vector<figure>> {
  const auto is_short = at.events < 100'000;
  const auto port = test::free_port();
  auto found = costs{};
  auto who = viewer{port};
  {
    WEIR_TRY(const auto all, three_nodes(at, port));
    const auto lasting = is_short ? steady::duration{1200ms} : steady::duration{2s}; // a picture comes each second
    found = costs_of(all, is_short ? 1 : 30, lasting, [&] { who.look(); }, [&] { who.leave(); });
  }
  if (who.pictures() == 0) return error{errc::failed, "the console showed nothing:\n" + read_file(at.log("core-1"))};
  const auto resting = is_short ? steady::duration{1s} : steady::duration{20s};
  WEIR_TRY(const auto with, share_at_rest(at, true, resting));
  WEIR_TRY(const auto without, share_at_rest(at, false, resting));
  const auto bound = is_short ? 0 : 2.0;
  return std::vector<figure>{{"events/s lost, median of pairs", 100 * (1 - median(found.rates)), "%", bound},
                             {"CPU an event more, the same", 100 * (median(found.cpu) - 1), "%", bound},
                             {"nobody looking, of a core", 100 * (with - without), "%", is_short ? 0 : 0.5}};
}

auto run_tapped(const workspace& at) -> result<std::vector<figure>> {
  const auto is_short = at.events < 100'000;
  const auto lasting = is_short ? steady::duration{200ms} : steady::duration{300ms};
  auto all = nodes{};
  WEIR_TRY(auto node,
           observed_node::start(at, "collectors:\n  input: { type: generate, tag: bench }\n" + null_sink("input")));
  all.push_back(std::move(node));
  auto shown = std::uint64_t{0};
  const auto question = std::string{"tell tap?session=bench&component=output"};
  const auto look = [&] {
    const auto news = all.front().ask(question + '\n');
    shown += static_cast<std::uint64_t>(std::ranges::count(news, '{'));
  };
  const auto leave = [&] { (void)all.front().ask(question + "&close=yes\n"); };
  const auto found = costs_of(all, is_short ? 2 : pairs, lasting, look, leave);
  if (shown == 0) return error{errc::failed, "the tap showed nothing: " + all.front().ask(question + '\n')};
  const auto bound = is_short ? 0 : 2.0;
  return std::vector<figure>{{"events/s with it, of those without", median(found.rates), "times"},
                             {"events/s lost, median of pairs", 100 * (1 - median(found.rates)), "%", bound},
                             {"CPU an event more, the same", 100 * (median(found.cpu) - 1), "%", bound}};
}

auto run_observed(const workspace& at) -> result<std::vector<figure>> {
  const auto is_short = at.events < 100'000;
  const auto lasting = is_short ? steady::duration{200ms} : steady::duration{300ms};
  auto found = costs{};
  {
    auto all = nodes{};
    WEIR_TRY(auto node,
             observed_node::start(at, "collectors:\n  input: { type: generate, tag: bench }\n" + null_sink("input")));
    all.push_back(std::move(node));
    found = costs_of(all, is_short ? 2 : pairs, lasting, [&] { (void)all.front().status(); }, [] {});
  }
  WEIR_TRY(const auto look, cpu_of_a_look(at, is_short ? 100 : 2000));
  const auto bound = is_short ? 0 : 0.5;
  return std::vector<figure>{{"events/s lost, median of pairs", 100 * (1 - median(found.rates)), "%", bound},
                             {"CPU an event more, the same", 100 * (median(found.cpu) - 1), "%", bound},
                             {"CPU of a look at four tiers", look, "us"},
                             {"ten looks a second, of a core", look * 10 / 1e6 * 100, "%", 0.5}};
}

} // namespace weir::bench
