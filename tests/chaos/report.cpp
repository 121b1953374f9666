#include "tests/chaos/report.hpp"

#include <algorithm>
#include <cstdio>

namespace weir::chaos {

namespace {

auto number(std::uint64_t value) -> unsigned long long { return value; }
auto seconds(std::chrono::milliseconds time) -> double { return static_cast<double>(time.count()) / 1000; }

} // namespace

void add_round(round_outcome& sum, const round_outcome& round) {
  sum.lines += round.lines;
  sum.bytes += round.bytes;
  sum.messages += round.messages;
  sum.resent += round.resent;
  sum.hurt_for += round.hurt_for;
  sum.healed_in = std::max(sum.healed_in, round.healed_in);
  sum.copies_left += round.copies_left;
  sum.faults += round.faults;
  if (sum.stores.size() < round.stores.size()) sum.stores.resize(round.stores.size());
  for (std::size_t i = 0; i < round.stores.size(); ++i) {
    sum.stores[i].name = round.stores[i].name;
    sum.stores[i].lines += round.stores[i].lines;
    sum.stores[i].lost += round.stores[i].lost;
    sum.stores[i].repeated += round.stores[i].repeated;
    sum.stores[i].foreign += round.stores[i].foreign;
  }
  sum.problems.insert(sum.problems.end(), round.problems.begin(), round.problems.end());
}

void print_outcome(const round_outcome& sum, std::uint64_t rounds) {
  const auto& f = sum.faults;
  std::printf("duration   %.1f s of faults in %llu rounds; at most %.1f s until all was stored\n",
              seconds(sum.hurt_for), number(rounds), seconds(sum.healed_in));
  std::printf("kills      %llu\n", number(f.kills));
  std::printf("others     SIGSTOP %llu, SIGTERM %llu (too slow %llu, bad status %llu), full disk %llu, "
              "file size limit %llu\n",
              number(f.stops), number(f.terms), number(f.slow_terms), number(f.bad_statuses),
              number(f.full_disks), number(f.quotas));
  if (f.lost_disks + f.cuts + f.stalls + f.joins > 0) {
    std::printf("cluster    destroyed disk %llu, connections cut %llu, one way stalled %llu, delayed %llu, joined %llu, "
                "left %llu, SIGHUP %llu, certificate renewed %llu\n",
                number(f.lost_disks), number(f.cuts), number(f.stalls), number(f.delays), number(f.joins),
                number(f.leaves), number(f.reloads), number(f.renewals));
    std::printf("copies     of %llu events left when these were stored\n", number(sum.copies_left));
  }
  if (f.server_kills + f.server_stops > 0)
    std::printf("server     SIGKILL %llu, SIGSTOP %llu\n", number(f.server_kills), number(f.server_stops));
  std::printf("ended      of their own accord %llu, by a signal of their own %llu\n", number(f.own_ends),
              number(f.crashes));
  std::printf("written    %llu lines, %.1f MB\n", number(sum.lines), static_cast<double>(sum.bytes) / 1e6);
  std::printf("forward    %llu messages, sent again %llu times\n\n", number(sum.messages),
              number(sum.resent));
  std::printf("%-16s %14s %10s %10s %10s\n", "store", "lines", "lost", "repeated", "foreign");
  for (const auto& store : sum.stores)
    std::printf("%-16s %14llu %10llu %10llu %10llu\n", store.name.c_str(), number(store.lines),
                number(store.lost), number(store.repeated), number(store.foreign));
  std::fflush(stdout);
}

void print_problems(const round_outcome& round, const std::string& folder) {
  if (round.is_clean()) return;
  for (const auto& problem : round.problems) std::printf("problem: %s\n", problem.c_str());
  for (const auto& store : round.stores)
    for (const auto& example : store.examples) std::printf("%s: %s\n", store.name.c_str(), example.c_str());
  std::printf("kept for diagnosis: %s (logs/ has what every node said)\n\n", folder.c_str());
}

} // namespace weir::chaos
