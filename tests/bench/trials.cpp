#include "tests/bench/trials.hpp"

#include "tests/bench/observed.hpp"
#include "tests/bench/topologies.hpp"
#include "tests/support/sockets.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace weir::bench {

using test::read_file;

namespace {

using steady = std::chrono::steady_clock;

constexpr auto lines_per_tick = 5;
constexpr auto tick = std::chrono::microseconds{1000}; // 5,000 lines/s

auto now_ns() -> std::int64_t { return steady::now().time_since_epoch().count(); }

/// Reads what was appended to a file since the last call and hands out whole lines.
class follower {
public:
  explicit follower(std::string path) : path_(std::move(path)) {}
  follower(const follower&) = delete;
  auto operator=(const follower&) -> follower& = delete;
  ~follower() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  template <class Visitor> void for_each_new(Visitor&& visit) {
    if (descriptor_ < 0) descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) return;
    char block[65536];
    for (ssize_t got = 0; (got = ::read(descriptor_, block, sizeof block)) > 0;)
      text_.append(block, static_cast<std::size_t>(got));
    auto begin = std::size_t{0};
    for (auto end = text_.find('\n'); end != std::string::npos; end = text_.find('\n', begin)) {
      visit(std::string_view{text_}.substr(begin, end - begin));
      begin = end + 1;
    }
    text_.erase(0, begin);
  }

private:
  std::string path_;
  int descriptor_ = -1;
  std::string text_;
};

/// Appends stamped lines at a steady rate, and looks for them in the output twice a millisecond.
class stamped_stream {
public:
  stamped_stream(const std::string& input, const std::string& output)
      : input_(::open(input.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644)),
        output_(output),
        timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
    const auto half = timespec{0, std::chrono::nanoseconds{tick / 2}.count()};
    const auto period = itimerspec{half, half};
    ::timerfd_settime(timer_, 0, &period, nullptr);
  }
  stamped_stream(const stamped_stream&) = delete;
  auto operator=(const stamped_stream&) -> stamped_stream& = delete;
  ~stamped_stream() {
    ::close(input_);
    ::close(timer_);
  }

  /// One line there and back: both processes are up and connected.
  auto is_through(std::chrono::seconds within) -> bool {
    append();
    const auto deadline = steady::now() + within;
    while (seen_ < sent_ && steady::now() < deadline) look();
    delays_.clear();
    return seen_ == sent_;
  }

  /// Writes for that long, then waits for the rest.
  auto run(std::chrono::seconds lasting) -> std::vector<std::int64_t> {
    const auto begun = steady::now();
    const auto end = begun + lasting;
    auto due = begun;
    for (; steady::now() < end; look())
      for (; due <= steady::now(); due += tick)
        for (auto i = 0; i < lines_per_tick; ++i) append();
    while (seen_ < sent_ && steady::now() < end + std::chrono::seconds{10}) look();
    return seen_ == sent_ ? delays_ : std::vector<std::int64_t>{};
  }

private:
  void append() {
    char line[320];
    const auto size =
        std::snprintf(line, sizeof line,
                      R"({"at":%lld,"level":"info","service":"checkout","method":"GET","status":200,)"
                      R"("path":"/api/v1/items/4711/detail","message":"request served from cache, %0100d"})"
                      "\n",
                      static_cast<long long>(now_ns()), 0);
    if (::write(input_, line, static_cast<std::size_t>(size)) == size) ++sent_;
  }

  /// Waits for the timer, then takes what has arrived.
  void look() {
    auto times = std::uint64_t{0};
    if (::read(timer_, &times, sizeof times) < 0) return;
    output_.for_each_new([this](std::string_view line) {
      const auto at = line.find("\"at\":");
      if (at == std::string_view::npos) return;
      delays_.push_back(now_ns() - std::strtoll(line.data() + at + 5, nullptr, 10));
      ++seen_;
    });
  }

  int input_;
  follower output_;
  int timer_;
  std::uint64_t sent_ = 0;
  std::uint64_t seen_ = 0;
  std::vector<std::int64_t> delays_;
};

auto percentile_ms(std::vector<std::int64_t>& delays, double part) -> double {
  const auto at = delays.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(delays.size() - 1));
  std::nth_element(delays.begin(), at, delays.end());
  return static_cast<double>(*at) * 1e-6;
}

/// Percent of a core that each process used while `work` ran.
template <class Work> auto load_of(const two_nodes& nodes, Work&& work) -> std::pair<double, double> {
  const auto begun = steady::now();
  const auto edge = nodes.edge.cpu_seconds();
  const auto core = nodes.core.cpu_seconds();
  work();
  const auto seconds = std::chrono::duration<double>{steady::now() - begun}.count();
  return {100 * (nodes.edge.cpu_seconds() - edge) / seconds,
          100 * (nodes.core.cpu_seconds() - core) / seconds};
}

/// Long enough for a figure of two digits; short runs of the benchmark are smoke tests.
auto lasting(const workspace& at) -> std::chrono::seconds {
  return std::chrono::seconds{at.events < 100'000 ? 1 : 10};
}

auto not_through(const workspace& at) -> error {
  return {errc::failed, "a line did not come through within 30 s:\n" + read_file(at.log("edge"))
                            + read_file(at.log("core"))};
}

struct latency_bounds {
  double p50_ms = 10;
  double p99_ms = 30;
};

auto latency_of(const workspace& at, const std::string& sync, latency_bounds bounds)
    -> result<std::vector<figure>> {
  const auto input = at.folder + "/stamped.jsonl";
  auto stream = stamped_stream{input, at.output()};
  WEIR_TRY(const auto nodes, two_nodes::start(at, input, {.sync = sync}));
  if (!stream.is_through(std::chrono::seconds{30})) return not_through(at);
  auto delays = std::vector<std::int64_t>{};
  const auto [edge, core] = load_of(nodes, [&] { delays = stream.run(lasting(at)); });
  if (delays.empty()) return error{errc::failed, "not every line came through"};
  return std::vector<figure>{{"append to visible, p50", percentile_ms(delays, 0.50), "ms", bounds.p50_ms},
                             {"append to visible, p99", percentile_ms(delays, 0.99), "ms", bounds.p99_ms},
                             {"edge, of a core", edge, "%", 15},
                             {"core, of a core", core, "%", 15}};
}

auto run_latency(const workspace& at) { return latency_of(at, "", {}); }
auto run_latency_always(const workspace& at) { return latency_of(at, "always", {15, 40}); }

auto run_idle(const workspace& at) -> result<std::vector<figure>> {
  const auto input = at.folder + "/quiet.jsonl";
  auto stream = stamped_stream{input, at.output()};
  WEIR_TRY(const auto nodes, two_nodes::start(at, input));
  if (!stream.is_through(std::chrono::seconds{30})) return not_through(at);
  const auto wait = std::chrono::milliseconds{lasting(at)};
  const auto [edge, core] = load_of(nodes, [&] { ::poll(nullptr, 0, static_cast<int>(wait.count())); });
  return std::vector<figure>{
      {"edge, of a core", edge, "%", 1},
      {"core, of a core", core, "%", 1},
      {"edge, resident", static_cast<double>(nodes.edge.resident_bytes()) / 1048576, "MiB", 40},
      {"core, resident", static_cast<double>(nodes.core.resident_bytes()) / 1048576, "MiB", 40}};
}

/// Long lines that nobody parses: it is the store that is slow.
auto write_long_lines(const std::string& path, std::uint64_t bytes) -> result<void> {
  constexpr auto line_bytes = std::size_t{8} << 10;
  const auto line = std::string(line_bytes - 1, 'x') + '\n';
  auto out = std::ofstream{path, std::ios::trunc};
  for (; bytes >= line_bytes; bytes -= line_bytes) out << line;
  if (!out.flush()) return error{errc::failed, "cannot write " + path};
  return {};
}

/// What the stores reported together, in bytes a second.
auto rate_in(const std::string& report) -> double {
  auto in = std::ifstream{report};
  auto sum = 0.0;
  auto first = std::int64_t{0};
  auto last = std::int64_t{0};
  auto bytes = 0.0;
  for (std::int64_t begun = 0, ended = 0; in >> bytes >> begun >> ended; last = std::max(last, ended)) {
    sum += bytes;
    if (first == 0 || begun < first) first = begun;
  }
  return last > first ? sum / (static_cast<double>(last - first) * 1e-9) : 0;
}

/// Through a sink whose store takes 20 ms for each commit of about 1 MiB.
auto rate_of_writers(const workspace& at, std::uint64_t writers) -> result<double> {
  const auto input = at.folder + "/long.log";
  const auto report = at.folder + "/stored-" + std::to_string(writers);
  const auto mib_each = at.events < 100'000 ? std::uint64_t{8} : std::uint64_t{64};
  WEIR_CHECK(write_long_lines(input, writers * (mib_each << 20)));
  WEIR_TRY(const auto topology,
           write_topology(at, "collectors:\n  input: { type: tail, path: \"" + input
                                  + "\", tag: bench }\nsinks:\n  output: { type: slow, report: \"" + report
                                  + "\", writers: " + std::to_string(writers) + " }\n"));
  const auto program = std::filesystem::path{at.self}.parent_path() / "weir-slow-store";
  WEIR_TRY(auto running, process::start({program, "run", topology, "--once"}, at.log()));
  WEIR_CHECK(running.wait());
  std::filesystem::remove(input);
  const auto rate = rate_in(report);
  if (rate > 0) return rate;
  return error{errc::failed, "nothing was stored:\n" + read_file(at.log())};
}

auto run_writers(const workspace& at) -> result<std::vector<figure>> {
  WEIR_TRY(const auto one, rate_of_writers(at, 1));
  auto figures = std::vector<figure>{{"1 writer", one / 1048576, "MiB/s"}};
  for (const auto writers : {2, 4, 8}) {
    WEIR_TRY(const auto rate, rate_of_writers(at, static_cast<std::uint64_t>(writers)));
    const auto name = std::to_string(writers) + " writers";
    figures.push_back({name, rate / 1048576, "MiB/s"});
    figures.push_back({name + ", short of linear", 100 * (1 - rate / (writers * one)), "%", 10});
  }
  return figures;
}

/// Of one edge that sends to so many nodes, all processes of this machine: each has one aggregator, and a sink whose store takes
/// 20 ms for a commit of one chunk or two.
auto topology_of_cores(const workspace& at, std::uint64_t cores, const std::string& report) -> std::string {
  auto text = std::string{"collectors:\n  input: { type: tail, path: \""} + at.folder + "/long.log\", tag: bench }\n"
              + "destination_aggregators:\n  center: { from: [input], buffer: { max_size: 4MiB } }\n"
                "sinks:\n  output: { type: slow, from: [center], report: \"" + report + "-{node}\", batch: { max_size: 1MiB } }\n"
                "placement:\n  edge: [input]\n  core: [center, output]\nnodes:\n";
  for (std::uint64_t i = 1; i <= cores; ++i)
    text += "  core-" + std::to_string(i) + ": { listen: \"127.0.0.1:" + std::to_string(test::free_port()) + "\", as: core }\n";
  return text;
}

auto start_node(const workspace& at, const std::string& topology, const std::string& node, bool once) -> result<process> {
  const auto program = std::filesystem::path{at.self}.parent_path() / "weir-slow-store";
  auto command = std::vector<std::string>{program, "run", topology, "--node", node, "--as", node.substr(0, node.find('-'))};
  if (once) command.push_back("--once");
  return process::start(command, at.log(node));
}

auto rate_of_cores(const workspace& at, std::uint64_t cores) -> result<double> {
  const auto report = at.folder + "/cores-" + std::to_string(cores);
  const auto mib_each = at.events < 100'000 ? std::uint64_t{8} : std::uint64_t{64};
  WEIR_CHECK(write_long_lines(at.folder + "/long.log", cores * (mib_each << 20)));
  WEIR_TRY(const auto topology, write_topology(at, topology_of_cores(at, cores, report)));
  auto running = std::vector<process>{};
  for (std::uint64_t i = 1; i <= cores; ++i) {
    WEIR_TRY(auto core, start_node(at, topology, "core-" + std::to_string(i), false));
    running.push_back(std::move(core));
  }
  WEIR_TRY(auto edge, start_node(at, topology, "edge-1", true));
  WEIR_CHECK(edge.wait());
  for (auto& core : running) core.signal(SIGTERM);
  for (auto& core : running) WEIR_CHECK(core.wait());
  auto all = std::ofstream{report};
  for (std::uint64_t i = 1; i <= cores; ++i) all << read_file(report + "-core-" + std::to_string(i));
  all.close();
  std::filesystem::remove(at.folder + "/long.log");
  const auto rate = rate_in(report);
  if (rate > 0) return rate;
  return error{errc::failed, "nothing was stored:\n" + read_file(at.log("edge-1"))};
}

auto run_aggregators(const workspace& at) -> result<std::vector<figure>> {
  WEIR_TRY(const auto one, rate_of_cores(at, 1));
  auto figures = std::vector<figure>{{"1 aggregator", one / 1048576, "MiB/s"}};
  for (const auto cores : {2, 4, 8}) {
    WEIR_TRY(const auto rate, rate_of_cores(at, static_cast<std::uint64_t>(cores)));
    const auto name = std::to_string(cores) + " aggregators";
    figures.push_back({name, rate / 1048576, "MiB/s"});
    figures.push_back({name + ", short of linear", 100 * (1 - rate / (cores * one)), "%", 10});
  }
  return figures;
}

} // namespace

auto all_trials() -> const std::vector<trial>& {
  static const auto trials = std::vector<trial>{
      {"latency at 5000/s", run_latency},
      {"latency at 5000/s, always", run_latency_always},
      {"two nodes at rest", run_idle},
      {"writers of a 20 ms store", run_writers},
      {"aggregators before 20 ms stores", run_aggregators},
      {"looked at ten times a second", run_observed},
      {"a tap that is open", run_tapped},
      {"a console that is open", run_viewed},
  };
  return trials;
}

} // namespace weir::bench
