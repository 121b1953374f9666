#include "tests/bench/report.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

namespace weir::bench {

namespace {

auto cpu_per_million(const measurement& m) -> double {
  return m.used.cpu_seconds * 1e6 / static_cast<double>(m.events);
}

auto events_per_second(const measurement& m) -> double {
  return static_cast<double>(m.events) / m.used.wall_seconds;
}

/// Prints what a row is compared with its baseline; returns whether it keeps its bounds.
auto print_ratios(const row& what, const measurement& of, const measurement& base) -> bool {
  const auto cost = cpu_per_million(of) / cpu_per_million(base);
  const auto is_cheap = what.ratio_max == 0 || cost <= what.ratio_max;
  std::printf(" %8.2f", cost);
  if (what.ratio_max > 0) std::printf(" %6.1f%s", what.ratio_max, is_cheap ? "" : "  over");
  if (what.rate_min == 0) return is_cheap;
  const auto rate = events_per_second(of) / events_per_second(base);
  const auto is_fast = rate >= what.rate_min;
  std::printf("  rate %.2f of it, at least %g%s", rate, what.rate_min, is_fast ? "" : "  under");
  return is_cheap && is_fast;
}

auto find_row(const std::vector<measured_row>& rows, std::string_view name) -> const measured_row* {
  const auto found = std::ranges::find_if(rows, [&](const measured_row& r) { return r.what->name == name; });
  return found == rows.end() ? nullptr : &*found;
}

auto model_of_processor() -> std::string {
  auto in = std::ifstream{"/proc/cpuinfo"};
  for (auto line = std::string{}; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

} // namespace

auto median_of(std::vector<measurement> runs) -> measurement {
  std::ranges::sort(runs, {}, [](const measurement& m) { return m.used.cpu_seconds; });
  return runs[runs.size() / 2];
}

auto print_table(const std::vector<measured_row>& rows) -> bool {
  auto all_hold = true;
  std::printf("%-28s %12s %9s %14s %10s %8s %6s\n", "row", "events/s", "MB/s", "CPU s/1M events", "peak MiB",
              "x base", "bound");
  for (const auto& r : rows) {
    const auto middle = median_of(r.runs);
    std::printf("%-28.*s %12.0f %9.1f %14.3f %10.1f", static_cast<int>(r.what->name.size()),
                r.what->name.data(), events_per_second(middle),
                static_cast<double>(middle.bytes) * 1e-6 / middle.used.wall_seconds, cpu_per_million(middle),
                static_cast<double>(middle.used.peak_bytes) / 1048576);
    if (const auto* base = find_row(rows, r.what->baseline))
      all_hold = print_ratios(*r.what, middle, median_of(base->runs)) && all_hold;
    std::printf("\n");
  }
  return all_hold;
}

auto print_figures(std::string_view name, const std::vector<figure>& figures) -> bool {
  auto all_hold = true;
  std::printf("\n%.*s\n", static_cast<int>(name.size()), name.data());
  for (const auto& f : figures) {
    std::printf("  %-22s %9.2f %-4s", f.name.c_str(), f.value, std::string{f.unit}.c_str());
    const auto holds = f.max == 0 || f.value <= f.max;
    if (f.max > 0) std::printf(" bound %g%s", f.max, holds ? "" : "  over");
    std::printf("\n");
    all_hold = all_hold && holds;
  }
  return all_hold;
}

auto describe_machine() -> std::string {
  auto system = utsname{};
  uname(&system);
  const auto memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, ", %ld cores, %.1f GiB, ", sysconf(_SC_NPROCESSORS_ONLN),
                memory / 1073741824);
  return model_of_processor() + numbers + system.sysname + " " + system.release;
}

} // namespace weir::bench
