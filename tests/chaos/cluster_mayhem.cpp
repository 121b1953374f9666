#include "tests/chaos/cluster_mayhem.hpp"

#include <algorithm>
#include <array>

namespace weir::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto commits_within = 2s;

auto is_store(const node_place& node) -> bool { return node.type == "store" || node.type == "vault"; }

} // namespace

cluster_mayhem::cluster_mayhem(fleet& nodes, scarce_disk& disk, const site& of, const options& given, std::uint64_t seed)
    : mayhem(nodes, disk, given.kill_pause, seed),
      site_(of),
      given_(given),
      relay_(seed + 1),
      at_risk_(of.streams.size()) {
  while (!of.nodes[guest_].is_guest) ++guest_;
}

auto cluster_mayhem::open() -> result<void> {
  for (const auto& node : site_.nodes) {
    auto& door = doors_.emplace_back();
    if (node.reached == 0) continue;
    WEIR_TRY(door, relay_.add_door(node.reached, node.listens));
  }
  relay_.start();
  return {};
}

auto cluster_mayhem::look(steady_time now) -> result<void> {
  look_at_guest();
  look_at_losses(now);
  WEIR_CHECK(look_at_renewal());
  return mayhem::look(now);
}

void cluster_mayhem::cease() {
  mayhem::cease();
  relay_.heal();
}

auto cluster_mayhem::draw_kind() -> kind {
  struct share {
    kind of;
    std::uint64_t percent;
  };
  constexpr auto shares = std::array{share{kind::stop, 12},  share{kind::term, 10},   share{kind::cut, 18},
                                     share{kind::stall, 14}, share{kind::delay, 8},   share{kind::destroy, 10},
                                     share{kind::guest, 5},  share{kind::renew, 3},   share{kind::reload, 4}};
  auto lot = pick(random_, 0, 99);
  for (const auto& s : shares) {
    if (lot < s.percent) return s.of;
    lot -= s.percent;
  }
  return kind::kill;
}

/// The failure detector gives a node up after 2 s, and those that hold copies for it take over after 10 s more.
auto cluster_mayhem::draw_silence() -> milliseconds {
  if (one_in(random_, 25)) return milliseconds{pick(random_, 12'000, 15'000)};
  return milliseconds{one_in(random_, 4) ? pick(random_, 2200, 5000) : pick(random_, 50, 2000)};
}

auto cluster_mayhem::hurt(std::size_t node, steady_time now) -> result<void> {
  const auto how = draw_kind();
  switch (how) {
  case kind::stop: nodes_.stop(node, now + draw_silence()); return {};
  case kind::term: nodes_.terminate(node, draw_downtime(random_)); return {};
  case kind::reload: nodes_.reload(node); return {};
  case kind::renew: return renew(node);
  case kind::guest: return change_guest(node, now);
  case kind::destroy: return destroy(node, now);
  case kind::cut:
  case kind::stall:
  case kind::delay:
    // Of the connections of an edge each is also one of a core.
    if (doors_[node]) return hurt_connections(*doors_[node], how, now), result<void>{};
    break;
  case kind::kill: break;
  }
  kill(node, now);
  return {};
}

void cluster_mayhem::kill(std::size_t node, steady_time now) {
  if (is_store(site_.nodes[node])) stored_since_.reset();
  nodes_.kill(node, now + (one_in(random_, 25) ? draw_silence() : draw_downtime(random_)));
}

void cluster_mayhem::hurt_connections(std::size_t door, kind how, steady_time now) {
  auto& counts = nodes_.counts();
  if (how == kind::cut) {
    relay_.cut(door);
    ++counts.cuts;
  } else if (how == kind::stall) {
    relay_.stall(door, one_in(random_, 2) ? direction::inward : direction::outward, now + draw_silence());
    ++counts.stalls;
  } else {
    relay_.delay(door, milliseconds{pick(random_, 0, 500)}, now + milliseconds{pick(random_, 1000, 5000)});
    ++counts.delays;
  }
}

/// Where a disk may not go now the process does. What it acked up to its end is part of what it loses.
auto cluster_mayhem::destroy(std::size_t node, steady_time now) -> result<void> {
  if (site_.nodes[node].disk.empty() || nodes_.state(node) != fleet::condition::running || !may_lose_one())
    return kill(node, now), result<void>{};
  WEIR_CHECK(nodes_.destroy(node, now + draw_downtime(random_)));
  note_loss();
  return {};
}

auto cluster_mayhem::change_guest(std::size_t node, steady_time now) -> result<void> {
  if (nodes_.state(guest_) == fleet::condition::absent) return nodes_.join(guest_, now), result<void>{};
  if (nodes_.state(guest_) != fleet::condition::running || !may_lose_one()) return kill(node, now), result<void>{};
  return nodes_.leave(guest_);
}

auto cluster_mayhem::renew(std::size_t node) -> result<void> {
  if (renewal_) return {};
  const auto& name = site_.nodes[node].name;
  WEIR_TRY(auto child, test::process::start({given_.weir, "certs", "renew", name, "--dir", site_.certificates()},
                                            site_.logs() + "/certs.log"));
  renewal_.emplace(std::move(child));
  return {};
}

auto cluster_mayhem::look_at_renewal() -> result<void> {
  const auto ended = renewal_ ? renewal_->poll_end() : std::nullopt;
  if (!ended) return {};
  renewal_.reset();
  if (*ended != 0) return error{errc::failed, "weir certs renew failed; " + site_.logs() + "/certs.log says why"};
  ++nodes_.counts().renewals;
  return {};
}

/// One that has left takes its copies along.
void cluster_mayhem::look_at_guest() {
  const auto leaves = nodes_.state(guest_) == fleet::condition::leaving;
  if (guest_leaves_ && nodes_.state(guest_) == fleet::condition::absent) note_loss();
  guest_leaves_ = leaves;
}

void cluster_mayhem::note_loss() {
  for (std::size_t i = 0; i < at_risk_.size(); ++i)
    at_risk_[i] = std::max(site_.streams[i]->begun.load(), site_.streams[i]->written.load());
  is_whole_ = false;
  stored_since_.reset();
}

auto cluster_mayhem::do_stores_run() const -> bool {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (is_store(site_.nodes[i]) && nodes_.state(i) != fleet::condition::running) return false;
  return true;
}

/// A line in the file may be one of a commit that a kill takes back: so both stores have to run for a while with all of it.
void cluster_mayhem::look_at_losses(steady_time now) {
  auto are_stored = do_stores_run();
  for (std::size_t i = 0; i < at_risk_.size() && are_stored; ++i)
    are_stored = site_.streams[i]->stored_floor >= at_risk_[i];
  if (!are_stored) return stored_since_.reset();
  if (!stored_since_) stored_since_ = now;
  if (now - *stored_since_ >= commits_within) is_whole_ = true;
}

/// Whether a core's disk may go, or a core for good. Two copies of a chunk survive one loss. What was under way at the
/// last one may have one copy only: nobody makes another of it, it is passed on. So all that was written before has to be
/// in both stores.
auto cluster_mayhem::may_lose_one() const -> bool {
  return is_whole_ && nodes_.state(guest_) != fleet::condition::leaving;
}

} // namespace weir::chaos
