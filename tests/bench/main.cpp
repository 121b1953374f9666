#include "tests/bench/bare/bare.hpp"
#include "tests/bench/forward_client.hpp"
#include "tests/bench/input.hpp"
#include "tests/bench/report.hpp"
#include "tests/bench/syslog_client.hpp"
#include "tests/bench/topologies.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace weir::bench {

namespace {

struct options {
  std::uint64_t events = 1'000'000;
  int runs = 5;
  std::vector<std::string> rows;
  std::string folder;
  bool enforce = false;
};

auto fail(const error& e) -> int { return std::fprintf(stderr, "error: %s\n", e.what.c_str()), 1; }

auto is_asked(const std::vector<std::string>& wanted, std::string_view name) -> bool {
  return wanted.empty() || std::ranges::any_of(wanted, [&](const auto& w) {
           return name.find(w) != std::string_view::npos;
         });
}

/// The rows asked for and the baselines they are compared with.
auto chosen_rows(const std::vector<std::string>& wanted) -> std::vector<measured_row> {
  auto chosen = std::vector<measured_row>{};
  for (const auto& r : all_rows()) {
    auto take = is_asked(wanted, r.name);
    for (const auto& other : all_rows())
      take = take || (other.baseline == r.name && is_asked(wanted, other.name));
    if (take) chosen.push_back({&r, {}});
  }
  return chosen;
}

/// Once each: they are steady by themselves. Returns whether all bounds hold.
auto run_trials(const workspace& at, const std::vector<std::string>& wanted) -> result<bool> {
  auto all_hold = true;
  for (const auto& t : all_trials()) {
    if (!is_asked(wanted, t.name)) continue;
    std::fprintf(stderr, "%.*s\n", static_cast<int>(t.name.size()), t.name.data());
    clear_output(at);
    const auto figures = t.run(at);
    if (!figures) return error{errc::failed, std::string{t.name} + ": " + figures.failure().what};
    all_hold = print_figures(t.name, *figures) && all_hold;
  }
  return all_hold;
}

auto prepare(workspace& at) -> result<void> {
  WEIR_TRY(at.json_bytes, write_input(input_kind::json, at.json(), at.events));
  WEIR_TRY(at.nginx_bytes, write_input(input_kind::nginx, at.nginx(), at.events));
  return {};
}

/// Rounds over all rows, so that a busy minute of the machine hits them alike.
auto run_all(const workspace& at, const options& given, std::vector<measured_row>& rows) -> result<void> {
  for (auto round = 1; round <= given.runs; ++round)
    for (auto& r : rows) {
      std::fprintf(stderr, "run %d of %d: %.*s\n", round, given.runs, static_cast<int>(r.what->name.size()),
                   r.what->name.data());
      clear_output(at);
      auto measured = r.what->run(at);
      if (!measured) return error{errc::failed, std::string{r.what->name} + ": " + measured.failure().what};
      r.runs.push_back(*measured);
    }
  return {};
}

auto measure_rows(const workspace& at, const options& given, std::vector<measured_row> rows) -> result<bool> {
  if (rows.empty()) return true;
  WEIR_CHECK(run_all(at, given, rows));
  std::printf("%s\n%llu events, JSON %llu bytes each, access log %llu; medians of %d\n\n",
              describe_machine().c_str(), static_cast<unsigned long long>(at.events),
              static_cast<unsigned long long>(at.json_bytes / at.events),
              static_cast<unsigned long long>(at.nginx_bytes / at.events), given.runs);
  return print_table(rows);
}

auto run_benchmark(const options& given, workspace at) -> int {
  if (const auto ready = prepare(at); !ready) return fail(ready.failure());
  const auto rows_hold = measure_rows(at, given, chosen_rows(given.rows));
  if (!rows_hold) return fail(rows_hold.failure());
  const auto trials_hold = run_trials(at, given.rows);
  if (!trials_hold) return fail(trials_hold.failure());
  return given.enforce && !(*rows_hold && *trials_hold) ? 1 : 0;
}

void list_names() {
  for (const auto& r : all_rows()) std::printf("%s\n", std::string{r.name}.c_str());
  for (const auto& t : all_trials()) std::printf("%s\n", std::string{t.name}.c_str());
}

/// A folder of our own below `parent`, removed at the end.
auto with_folder(const options& given, const std::string& self) -> int {
  auto pattern = given.folder + "/weir-bench-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(error_from_errno("cannot create a folder in " + given.folder, errno));
  auto at = workspace{};
  at.self = self;
  at.weir = std::filesystem::path{self}.parent_path() / "weir";
  at.folder = pattern;
  at.events = given.events;
  // Two benchmarks at once have nodes of the same names.
  std::filesystem::create_directory(at.sockets());
  std::filesystem::permissions(at.sockets(), std::filesystem::perms::owner_all);
  ::setenv("WEIR_RUNTIME_DIR", at.sockets().c_str(), 1);
  const auto status = run_benchmark(given, at);
  std::filesystem::remove_all(pattern);
  return status;
}

auto run_client(const std::vector<std::string>& arguments) -> int {
  if (arguments.size() != 3) return fail({errc::failed, "--forward-client wants PORT CONNECTIONS EVENTS"});
  auto load = forward_load{};
  load.port = static_cast<std::uint16_t>(std::stoul(arguments[0]));
  load.connections = std::stoul(arguments[1]);
  load.events = std::stoull(arguments[2]);
  const auto done = send_forward_load(load);
  return done ? 0 : fail(done.failure());
}

auto run_syslog_client(const std::vector<std::string>& arguments) -> int {
  if (arguments.size() != 2) return fail({errc::failed, "--syslog-client wants PORT EVENTS"});
  auto load = syslog_load{};
  load.port = static_cast<std::uint16_t>(std::stoul(arguments[0]));
  load.events = std::stoull(arguments[1]);
  const auto done = send_syslog_load(load);
  return done ? 0 : fail(done.failure());
}

auto parse_and_run(int argc, char** argv) -> int {
  auto given = options{};
  given.folder = std::filesystem::temp_directory_path();
  auto list = false;
  auto app = CLI::App{"Measures weir against bare loops that do only the unavoidable work."};
  app.add_option("--events", given.events, "Events of each run")
      ->check(CLI::Range(1000ULL, 1'000'000'000ULL));
  app.add_option("--runs", given.runs, "Runs of each row; the median counts")->check(CLI::Range(1, 100));
  app.add_option("--row", given.rows,
                 "Only rows whose name holds this, and their baselines; may be repeated");
  app.add_option("--dir", given.folder, "Where inputs and outputs go while it runs")
      ->check(CLI::ExistingDirectory);
  app.add_flag("--enforce", given.enforce, "End with 1 if a ratio is over its bound");
  app.add_flag("--list", list, "Print the names of the rows");
  CLI11_PARSE(app, argc, argv);
  if (list) return list_names(), 0;
  return with_folder(given, std::filesystem::read_symlink("/proc/self/exe"));
}

} // namespace

} // namespace weir::bench

auto main(int argc, char** argv) -> int {
  const auto arguments = std::vector<std::string>(argv + 1, argv + argc);
  if (arguments.size() > 1) {
    const auto rest = std::vector<std::string>(arguments.begin() + 1, arguments.end());
    if (arguments[0] == "--bare") return weir::bench::run_bare(rest);
    if (arguments[0] == "--forward-client") return weir::bench::run_client(rest);
    if (arguments[0] == "--syslog-client") return weir::bench::run_syslog_client(rest);
  }
  return weir::bench::parse_and_run(argc, argv);
}
