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
    const auto wall = middle.used.wall_seconds;
    std::printf("%-28.*s %12.0f %9.1f %14.3f %10.1f", static_cast<int>(r.what->name.size()),
                r.what->name.data(), static_cast<double>(middle.events) / wall,
                static_cast<double>(middle.bytes) * 1e-6 / wall, cpu_per_million(middle),
                static_cast<double>(middle.used.peak_bytes) / 1048576);
    if (const auto* bare = find_row(rows, r.what->baseline)) {
      const auto ratio = cpu_per_million(middle) / cpu_per_million(median_of(bare->runs));
      const auto holds = r.what->ratio_max == 0 || ratio <= r.what->ratio_max;
      all_hold = all_hold && holds;
      std::printf(" %8.2f", ratio);
      if (r.what->ratio_max > 0) std::printf(" %6.1f%s", r.what->ratio_max, holds ? "" : "  over");
    }
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
