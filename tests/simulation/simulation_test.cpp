// Goal: whatever happens to processes, disks and connections, every line is in every sink once.
// Method: seeded schedules of the real flow, log and ledger objects in virtual time.
//   simulation_test --seed N          replays one schedule and tells what happens
//   simulation_test --schedules N     so many, from seed 1 on
#include "tests/simulation/schedule.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace weir::test;

int main(int argc, char** argv) {
  auto count = std::uint64_t{1000};
  auto first = std::uint64_t{1};
  auto replay = false;
  auto mistake = 0;
  for (int i = 1; i + 1 < argc; ++i) {
    if (!std::strcmp(argv[i], "--schedules")) count = std::strtoull(argv[i + 1], nullptr, 10);
    if (!std::strcmp(argv[i], "--bug")) mistake = std::atoi(argv[i + 1]);
    if (!std::strcmp(argv[i], "--from")) first = std::strtoull(argv[i + 1], nullptr, 10);
    if (!std::strcmp(argv[i], "--seed")) {
      first = std::strtoull(argv[i + 1], nullptr, 10);
      count = 1;
      replay = true;
    }
  }
  if (!replay) spdlog::set_level(spdlog::level::off);
  auto bad = 0;
  std::uint64_t messages = 0, faults = 0, lines = 0;
  for (auto seed = first; seed < first + count; ++seed) {
    auto s = schedule{seed, static_cast<bug>(mistake), replay};
    const auto what = s.run();
    messages += s.messages();
    faults += s.faults();
    lines += s.lines();
    if (what.empty()) continue;
    setlinebuf(stdout);
    std::printf("seed %lu: %s\n", seed, what.c_str());
    if (++bad == 20) break;
  }
  std::printf("%lu messages %lu faults %lu lines, %d bad\n", messages, faults, lines, bad);
}
