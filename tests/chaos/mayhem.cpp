#include "tests/chaos/mayhem.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <numeric>

namespace weir::chaos {

namespace {

/// Of 100 faults.
constexpr auto share_of_stops = std::uint64_t{15};
constexpr auto share_of_terms = std::uint64_t{15};
constexpr auto share_of_full_disks = std::uint64_t{5};
constexpr auto share_of_quotas = std::uint64_t{5};

void set_file_limit(pid_t pid, rlim_t bytes) {
  const auto limit = rlimit{bytes, RLIM_INFINITY};
  if (pid > 0) ::prlimit(pid, RLIMIT_FSIZE, &limit, nullptr);
}

} // namespace

mayhem::mayhem(fleet& nodes, scarce_disk& disk, milliseconds mean_pause, std::uint64_t seed)
    : nodes_(nodes), random_(seed), disk_(disk), mean_pause_(mean_pause) {}

auto mayhem::look(steady_time now) -> result<void> {
  if (disk_free_ != steady_time{} && now >= disk_free_) cease();
  if (now >= next_) {
    if (next_ != steady_time{}) WEIR_CHECK(hurt_some(now));
    const auto mean = static_cast<std::uint64_t>(mean_pause_.count());
    next_ = now + milliseconds{pick(random_, mean / 4, mean * 7 / 4)};
  }
  return nodes_.look(now);
}

void mayhem::cease() {
  disk_.empty();
  for (std::size_t i = 0; i < nodes_.size(); ++i) set_file_limit(nodes_.pid(i), RLIM_INFINITY);
  disk_free_ = {};
}

/// Mostly one process, now and then several or all at once.
auto mayhem::hurt_some(steady_time now) -> result<void> {
  auto order = std::vector<std::size_t>(nodes_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random_);
  auto count = std::size_t{1};
  if (one_in(random_, 5)) count = pick(random_, 2, std::max<std::size_t>(2, nodes_.size()));
  order.resize(std::min(count, order.size()));
  for (const auto node : order) WEIR_CHECK(hurt(node, now));
  return {};
}

auto mayhem::hurt(std::size_t node, steady_time now) -> result<void> {
  auto lot = pick(random_, 0, 99);
  const auto is_below = [&lot](std::uint64_t share) {
    if (lot < share) return true;
    lot -= share;
    return false;
  };
  if (is_below(share_of_stops))
    nodes_.stop(node, now + draw_stop());
  else if (is_below(share_of_terms))
    nodes_.terminate(node, draw_downtime(random_));
  else if (is_below(share_of_full_disks))
    fill_disk(now);
  else if (is_below(share_of_quotas))
    limit_files(node, now);
  else
    nodes_.kill(node, now + draw_downtime(random_));
  return {};
}

void mayhem::fill_disk(steady_time now) {
  if (!disk_.is_mounted() || disk_free_ != steady_time{}) return;
  disk_.fill();
  disk_free_ = now + milliseconds{pick(random_, 100, 2500)};
  ++nodes_.counts().full_disks;
}

/// Small limits stop buffers and ledgers, large ones only long stores.
void mayhem::limit_files(std::size_t node, steady_time now) {
  if (nodes_.pid(node) == 0 || disk_free_ != steady_time{}) return;
  set_file_limit(nodes_.pid(node), pick(random_, 0, 1) << 22 | pick(random_, 1, 1 << 24));
  disk_free_ = now + milliseconds{pick(random_, 100, 2500)};
  ++nodes_.counts().quotas;
}

/// The failure detector gives a node up after 5 s.
auto mayhem::draw_stop() -> milliseconds {
  return milliseconds{one_in(random_, 6) ? pick(random_, 5200, 8000) : pick(random_, 50, 2000)};
}

auto draw_downtime(randomness& random) -> milliseconds {
  if (one_in(random, 2)) return milliseconds{pick(random, 0, 100)};
  return milliseconds{one_in(random, 5) ? pick(random, 1000, 4000) : pick(random, 100, 1000)};
}

} // namespace weir::chaos
