#include "tests/runtime/cluster/membership_schedule.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;

/// Few, mostly: what goes wrong among many goes wrong among few, and they are quicker.
auto shape_of(seeded& random) -> world_shape {
  if (random.one_in(40)) return {random.between(8, 14), random.between(4, 16)};
  if (random.one_in(8)) return {random.between(6, 9), random.between(0, 3)};
  return {random.between(2, 5), random.between(0, 3)};
}

} // namespace

membership_schedule::membership_schedule(std::uint64_t seed, membership_bug mistake, bool tells)
    : random_(seed), world_(shape_of(random_), random_.next(), mistake, tells) {}

auto membership_schedule::run() -> std::string {
  world_.run(random_.time_between(1s, 15s));
  for (auto left = random_.between(2, 12); left > 0 && world_.problem().empty(); --left) {
    happen();
    ++faults_;
    world_.run(random_.one_in(3) ? random_.time_between(10ms, 1s) : random_.time_between(1s, 12s));
  }
  heal();
  while (healing_ < agreed_within && world_.problem().empty()) {
    world_.run(1s);
    healing_ += 1s;
    if (world_.disagreement().empty()) break;
  }
  if (!world_.problem().empty()) return world_.problem();
  if (const auto why = world_.disagreement(); !why.empty())
    return "no agreement within " + to_text(duration{agreed_within}) + ": " + why;
  // What agrees stays so: verdicts that were under way have come by then.
  world_.run(8s);
  world_.expect_calm(true);
  world_.run(8s);
  if (const auto why = world_.disagreement(); world_.problem().empty() && !why.empty()) return "in the calm: " + why;
  return world_.problem();
}

void membership_schedule::happen() {
  const auto which = someone();
  switch (random_.between(0, 13)) {
  case 0:
  case 1: return stop_one(which);
  case 2: return world_.is_running(which) ? world_.drain(which) : world_.start(which);
  case 3: return world_.is_paused(which) ? world_.resume(which) : world_.pause(which);
  case 4: return world_.unblock_all();
  case 5: return part();
  case 6: return world_.block(which, someone());
  case 7: return silence(which);
  case 8: return world_.change(which);
  case 9: return world_.flap(which);
  case 10: return world_.turn_clock(which, random_.time_between(-40s, 40s) * (random_.one_in(8) ? 90 : 1));
  case 11: return sleep_long(which);
  case 12: return world_.leave(which);
  default:
    for (membership_world::place i = 0; i < world_.size(); ++i) world_.resume(i);
  }
}

/// And mostly starts it again, soon or late.
void membership_schedule::stop_one(membership_world::place which) {
  world_.kill(which, random_.one_in(2));
  world_.run(random_.one_in(2) ? random_.time_between(20ms, 2s) : random_.time_between(2s, 20s));
  if (!random_.one_in(3)) world_.start(which);
}

void membership_schedule::part() {
  const auto border = random_.next();
  const auto both_ways = !random_.one_in(3);
  const auto side = [&](membership_world::place i) { return (border >> (i % 64)) & 1U; };
  for (membership_world::place i = 0; i < world_.size(); ++i)
    for (membership_world::place k = 0; k < world_.size(); ++k)
      if (side(i) != side(k) && (both_ways || side(i) == 0)) world_.block(i, k);
}

/// It hears, and is not heard; or the other way round.
void membership_schedule::silence(membership_world::place which) {
  const auto is_mute = random_.one_in(2);
  for (membership_world::place i = 0; i < world_.size(); ++i)
    if (i != which) is_mute ? world_.block(which, i) : world_.block(i, which);
}

/// For longer than the others remember who is gone; one of these may go meanwhile.
void membership_schedule::sleep_long(membership_world::place which) {
  world_.pause(which);
  world_.run(random_.time_between(500ms, 8s));
  const auto other = someone();
  if (other != which) random_.one_in(2) ? world_.leave(other) : world_.kill(other, false);
  world_.run(membership_world::tombstone_age + random_.time_between(5s, 30s));
  world_.resume(which);
}

void membership_schedule::heal() {
  world_.unblock_all();
  for (membership_world::place i = 0; i < world_.size(); ++i) {
    world_.resume(i);
    const auto is_seed = i == 0; // those who have forgotten each other need one
    if (!world_.is_running(i) && (is_seed || random_.one_in(2))) world_.start(i);
  }
}

} // namespace weir::test
