#include "runtime/base/units.hpp"
#include "tests/chaos/disk.hpp"
#include "tests/chaos/report.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

namespace weir::chaos {

namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

std::atomic<bool> interrupted{false};

/// What is not on this machine is not tested.
auto fail(const error& e) -> int {
  const auto is_missing = e.code == errc::not_found;
  std::fprintf(stderr, "%s%s\n", is_missing ? "" : "error: ", e.what.c_str());
  return is_missing ? 77 : 1;
}

/// As typed.
struct words {
  std::string duration = "2m";
  std::string kill_pause; ///< empty: the system's default
  std::string rate = "full";
  std::string bytes_max = "2GiB";
  std::string ahead = "64MiB";
  std::string buffer = "disk";
  std::string patience = "1m";
};

auto read_milliseconds(const std::string& text) -> result<milliseconds> {
  WEIR_TRY(const auto time, parse_duration(text));
  if (time < milliseconds{1}) return error{errc::failed, "\"" + text + "\" is too short"};
  return std::chrono::duration_cast<milliseconds>(time);
}

auto read_rate(std::string text) -> result<std::uint64_t> {
  if (text == "full") return std::uint64_t{0};
  if (text.ends_with("/s")) text.resize(text.size() - 2);
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos)
    return error{errc::failed, "the rate is \"full\" or a number of lines per second, as in 5000/s"};
  return std::max<std::uint64_t>(1, std::stoull(text));
}

auto read_words(const words& given, options& into) -> result<void> {
  WEIR_TRY(into.duration, read_milliseconds(given.duration));
  // A cluster has more nodes, and has to find together between two faults.
  const auto* usual = into.layout == layout::cluster ? "1s" : "400ms";
  WEIR_TRY(into.kill_pause, read_milliseconds(given.kill_pause.empty() ? usual : given.kill_pause));
  WEIR_TRY(into.patience, read_milliseconds(given.patience));
  WEIR_TRY(into.rate, read_rate(given.rate));
  WEIR_TRY(const auto bytes_max, parse_byte_count(given.bytes_max));
  WEIR_TRY(const auto ahead, parse_byte_count(given.ahead));
  into.bytes_max = bytes_max.value;
  into.ahead_bytes = ahead.value;
  into.disk_buffers = given.buffer == "disk";
  return {};
}

/// Input, two stores that repeat it with time and tag, and buffers (of a cluster twice): a round takes what there is room for.
auto fit_to_disk(options& given) -> result<void> {
  const auto times = std::uint64_t{given.layout == layout::cluster ? 6U : 5U};
  constexpr auto reserve = std::uint64_t{1} << 30;
  constexpr auto least = std::uint64_t{64} << 20;
  auto failed = std::error_code{};
  const auto room = fs::space(given.folder, failed).available;
  if (failed || room >= given.bytes_max * times + reserve) return {};
  if (room < least * times + reserve)
    return error{errc::limit, given.folder + " has " + to_text(byte_count{room >> 20 << 20})
                                  + " left, wanted " + to_text(byte_count{least * times + reserve})};
  given.bytes_max = (room - reserve) / times;
  return {};
}

auto run_rounds(const options& given, const fs::path& folder) -> result<int> {
  auto sum = round_outcome{};
  auto random = randomness{given.seed};
  auto rounds = std::uint64_t{0};
  auto all_clean = true;
  while (sum.hurt_for < given.duration && all_clean && !interrupted) {
    const auto place = folder / ("round-" + std::to_string(++rounds));
    ::setenv("WEIR_RUNTIME_DIR", (place / "run").c_str(), 1);
    WEIR_TRY(const auto round, run_round(given, place, random(), given.duration - sum.hurt_for, interrupted));
    add_round(sum, round);
    if (!interrupted) print_problems(round, place);
    all_clean = round.is_clean();
    if (all_clean && !given.keep) fs::remove_all(place);
  }
  if (interrupted) return 130;
  print_outcome(sum, rounds);
  if (!all_clean) return 1;
  if (sum.faults.kills >= given.kills_min) return 0;
  std::printf("\nonly %llu kills, wanted %llu\n", static_cast<unsigned long long>(sum.faults.kills),
              static_cast<unsigned long long>(given.kills_min));
  return 1;
}

/// A folder of our own, removed unless it shows what went wrong.
auto run_chaos(options given) -> int {
  if (const auto fits = fit_to_disk(given); !fits) return fail(fits.failure());
  auto pattern = given.folder + "/weir-chaos-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    return fail(error_from_errno("cannot create a folder in " + given.folder, errno));
  if (given.layout == layout::shared_store) fs::permissions(pattern, fs::perms{0755}); // PostgreSQL runs as a user of its own
  const auto mounts = may_mount();
  std::printf("seed %llu, folder %s%s\n", static_cast<unsigned long long>(given.seed), pattern.c_str(),
              mounts ? "" : ", no mounts: only file size limits make disks full");
  std::fflush(stdout);
  const auto status = run_rounds(given, pattern);
  const auto has_failed = !status || *status == 1;
  auto ignored = std::error_code{};
  if (!given.keep && !has_failed) fs::remove_all(pattern, ignored);
  return status ? *status : fail(status.failure());
}

void handle_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, [](int) { interrupted = true; });
  std::signal(SIGTERM, [](int) { interrupted = true; });
}

void add_layouts(CLI::App& app, options& given) {
  const auto layouts = std::map<std::string, layout>{{"tiers", layout::tiers}, {"cluster", layout::cluster}, {"shared-store", layout::shared_store}};
  const auto servers = std::map<std::string, database>{{"postgresql", database::postgresql}, {"mariadb", database::mariadb}};
  auto* const chosen = app.add_option("--layout", given.layout,
                                      "tiers: edge, core and stores of their own; cluster: two edges, three or four cores with two copies of "
                                      "each chunk, and two stores, whose connections are cut and delayed and whose disks are destroyed, too; "
                                      "shared-store: two edges, and two cores that write to one database, which is killed and frozen, too")
                           ->transform(CLI::CheckedTransformer{layouts})
                           ->option_text("tiers|cluster|shared-store")
                           ->excludes("--part");
  app.add_flag_callback("--cluster", [&given] { given.layout = layout::cluster; }, "As --layout cluster")->excludes(chosen)->excludes("--part");
  app.add_option("--server", given.server, "Of a shared store: postgresql (as if nothing is said) or mariadb")
      ->transform(CLI::CheckedTransformer{servers})
      ->option_text("postgresql|mariadb")
      ->needs(chosen);
}

auto parse_and_run(int argc, char** argv) -> int {
  auto given = options{};
  auto typed = words{};
  given.seed = std::random_device{}();
  given.folder = fs::temp_directory_path();
  given.weir = fs::read_symlink("/proc/self/exe").parent_path() / "weir";
  auto app = CLI::App{
      "Runs a system of weir processes, kills, stops and restarts them all the time, and counts whether each "
      "line is in each store exactly once."};
  app.add_option("--duration", typed.duration, "How long there are faults")->capture_default_str();
  app.add_option("--seed", given.seed, "Decides all faults; default: a new one each time");
  app.add_option("--rate", typed.rate, "full: writers are always ahead; or lines per second, as in 5000/s")
      ->capture_default_str();
  app.add_option("--kills-every", typed.kill_pause, "Mean time between two faults; default: 400ms, of a cluster 1s");
  app.add_option("--min-kills", given.kills_min, "Fail if there were fewer");
  app.add_option("--max-size", typed.bytes_max, "Input of a round; then it is counted, and the next begins")
      ->capture_default_str();
  app.add_option("--ahead", typed.ahead, "How far writers are ahead of the stores")->capture_default_str();
  app.add_option("--patience", typed.patience, "At the end: how long nothing may move before we give up")
      ->capture_default_str();
  app.add_option("--buffer", typed.buffer, "disk or memory")
      ->check(CLI::IsMember({"disk", "memory"}))
      ->capture_default_str();
  app.add_option("--part", given.parts, "Only this part of the system; may be repeated. Default: all")
      ->check(CLI::IsMember({"tiers", "remote", "direct"}));
  add_layouts(app, given);
  app.add_option("--dir", given.folder, "Where everything lies meanwhile")->check(CLI::ExistingDirectory);
  app.add_option("--weir", given.weir, "The program under test; default: the one beside this")
      ->check(CLI::ExistingFile);
  app.add_flag("--keep", given.keep, "Keep the folder even if all is well");
  app.footer("Exit status: 0 nothing lost and nothing repeated, 1 otherwise (the folder is kept then).");
  CLI11_PARSE(app, argc, argv);
  if (const auto read = read_words(typed, given); !read) return fail(read.failure()), 2;
  given.folder = fs::absolute(given.folder);
  given.weir = fs::absolute(given.weir);
  handle_signals();
  return run_chaos(given);
}

} // namespace

} // namespace weir::chaos

auto main(int argc, char** argv) -> int { return weir::chaos::parse_and_run(argc, argv); }
