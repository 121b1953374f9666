#include "tests/simulation/schedule.hpp"

#include <algorithm>
#include <set>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

constexpr auto peace_lasts = 300s; // within this everything must come to rest
constexpr auto safe_within = 60s; // also while more lines are written
constexpr auto watch_interval = 200ms;
constexpr auto whole_for = 30s;        // by then all copies were asked about
constexpr auto refilled_within = 200s; // or the logs are too full for that
constexpr auto steps_max = std::uint64_t{200'000};

} // namespace

schedule::schedule(std::uint64_t seed, bug mistake, bool tracing) : world_(seed) {
  world_.mistake = mistake;
  world_.tracing = tracing;
  world_.fault_rate = world_.random.one_in(3) ? 0 : world_.random.between(5, 80);
  if (world_.random.one_in(6)) world_.latency_max = world_.random.time_between(10ms, 1s);
  if (world_.random.one_in(4)) world_.senders_die_one_in = world_.random.between(10, 100);
  trouble_ = world_.random.time_between(1s, 20s);
  lay_out();
  place();
  protect();
  for (auto& c : components_)
    for (auto* home : c.homes) furnish(c, *home);
  for (auto& p : world_.processes) {
    if (tracing)
      p->disk->trace = [this, name = p->name](const auto& what) { world_.note(name, "disk ", what); };
    p->disk->faults.sync_does_nothing = mistake == bug::syncs_nothing || mistake == bug::ledger_before_data;
    if (mistake == bug::ledger_before_data) p->disk->faults.lies_about = "/srv/";
    p->disk->faults.failed_sync_is_hidden = mistake == bug::hides_failed_sync;
    p->build = [this](process& at) { return build(at); };
    world_.time.after(world_.random.time_between(0ms, 2s), [this, at = p.get()] { world_.start(*at); });
  }
  plan_incidents();
  if (world_.random.one_in(3))
    plan_two_strikes();
  else if (world_.random.one_in(2))
    world_.time.after(world_.random.time_between(0s, trouble_), [this] { destroy_one(); });
  world_.time.after(trouble_, [this] {
    world_.make_peace();
    peace_since_ = world_.time.now();
  });
  watch();
}

auto schedule::build(process& p) -> bool {
  if (p.may_die && !world_.peace) arm(p);
  for (auto& make : furniture_[&p])
    if (!make(p)) return false;
  return true;
}

/// Lets the process die inside some later call to its disk, now and then.
void schedule::arm(process& p) {
  if (process_deaths_ && p.may_die && world_.random.one_in(3))
    p.disk->faults.dies_in_calls = world_.random.between(1, 80);
}

void schedule::plan_incidents() {
  const auto count = world_.random.one_in(6) ? 0 : world_.random.between(1, 12);
  process_deaths_ = count > 0;
  for (auto left = count; left > 0; --left)
    world_.time.after(world_.random.time_between(0s, trouble_), [this] { incident(); });
}

void schedule::incident() {
  if (world_.peace) return;
  ++world_.faults;
  auto& all = world_.processes;
  auto& p = *all[world_.random.between(0, all.size() - 1)];
  auto& other = *all[world_.random.between(0, all.size() - 1)];
  switch (world_.random.between(0, 7)) {
  case 0:
  case 1:
    if (p.is_up && p.may_die) world_.kill(p, p.may_lose_power && world_.random.one_in(2));
    return;
  case 2:
    if (p.is_up && p.may_die) p.disk->faults.dies_in_calls = world_.random.between(1, 20);
    return;
  case 3:
    if (&p != &other) world_.cut(p, other, world_.random.time_between(100ms, 10s));
    return;
  case 4:
    if (&p != &other) world_.disconnect(p, other);
    return;
  case 5:
    if (!p.actors.empty()) p.actors[world_.random.between(0, p.actors.size() - 1)]->fail();
    return;
  default: let_disk_fail(p);
  }
}

/// Two disks have what is acked: one of them may be lost, once.
void schedule::destroy_one() {
  for (auto& p : world_.processes) {
    if (world_.peace || !p->is_up || !p->may_lose_disk || !p->may_die) continue;
    world_.destroy(*p);
    for (auto& other : world_.processes) other->may_lose_disk = false;
    return;
  }
}

/// Whatever is acked has to outlive one disk, and another one when there was time to make up for the first. Until then no store
/// takes it away.
void schedule::plan_two_strikes() {
  auto beside = std::set<process*>{};
  for (auto& c : components_)
    if (c.in == tier::aggregator) beside.insert(c.homes.begin(), c.homes.end());
  for (auto& c : components_) {
    const auto may_lose = [](const process* p) { return p->may_lose_disk && p->may_die; };
    if (c.is_copied && std::all_of(c.homes.begin(), c.homes.end(), may_lose)) struck_ = &c;
    if (c.in == tier::sink && beside.contains(c.homes.front())) return void(struck_ = nullptr);
  }
  if (struck_ == nullptr) return;
  world_.time.after(world_.random.time_between(0s, trouble_), [this] {
    for (auto& c : components_)
      if (c.in == tier::sink) held_down_.push_back(c.homes.front());
    for (auto* p : held_down_) world_.hold_down(*p);
  });
  world_.time.after(world_.random.time_between(0s, trouble_), [this] {
    auto& p = *struck_->homes[world_.random.between(0, struck_->homes.size() - 1)];
    if (p.is_up) world_.destroy(p);
    for (auto& other : world_.processes) other->may_lose_disk = false;
  });
  world_.time.after(trouble_ + watch_interval, [this] { strike_again(); });
}

auto schedule::is_whole(const component& c) const -> bool {
  return std::all_of(c.homes.begin(), c.homes.end(), [](const process* p) {
    return p->is_up && std::none_of(p->actors.begin(), p->actors.end(), [](const auto& a) { return a->lacks_copies(); });
  });
}

/// Those that have copies, and do not know yet that nobody else has what they are of, know that long before.
void schedule::strike_again() {
  const auto now = world_.time.now();
  if (!is_whole(*struck_)) whole_since_ = now;
  if (now > trouble_ + refilled_within) return let_stores_up();
  if (now - std::max(whole_since_, trouble_) < whole_for)
    return world_.time.after(watch_interval, [this] { strike_again(); });
  world_.destroy(*struck_->homes[world_.random.between(0, struck_->homes.size() - 1)]);
  let_stores_up();
}

void schedule::let_stores_up() {
  struck_ = nullptr;
  peace_since_ = world_.time.now();
  for (auto* p : held_down_) world_.let_up(*p);
}

void schedule::let_disk_fail(process& p) {
  auto& f = p.disk->faults;
  const auto kind = world_.random.between(0, 2);
  if (kind == 0) f.write_fails_one_in = world_.random.between(1, 10);
  if (kind == 1) f.sync_fails_one_in = world_.random.between(1, 4);
  if (kind == 2) f.full = true;
  world_.note(p.name, kind == 0 ? "writes fail" : kind == 1 ? "fsync fails" : "the disk is full");
  world_.time.after(world_.random.time_between(100ms, 3s), [&f, kind] {
    if (kind == 0) f.write_fails_one_in = 0;
    if (kind == 1) f.sync_fails_one_in = 0;
    if (kind == 2) f.full = false;
  });
}

void schedule::watch() {
  world_.time.after(watch_interval, [this] {
    check_memory();
    check_progress();
    at_rest_ = world_.peace && is_at_rest();
    if (!at_rest_) watch();
  });
}

/// Once nothing goes wrong any more, no line waits for long.
void schedule::check_progress() {
  if (!world_.peace || struck_ != nullptr) return;
  for (const auto& s : scripts_)
    for (const auto& f : s.files)
      if (const auto since = f.waits_since(); since && world_.time.now() - std::max(*since, peace_since_) > safe_within)
        return world_.broken("a line of " + f.name + " has waited for too long");
}

/// What receivers remember of an origin: no more gaps than its collector had chunks under way, and those of what a log
/// held at a start, which is passed on without news of what is settled; all of it to a reader that comes late.
void schedule::check_memory() {
  auto bound = std::uint64_t{0};
  for (const auto& [origin, span] : world_.spans) bound += 2 * (span + 1);
  for (const auto& p : world_.processes)
    for (const auto& a : p->actors) found_[a->address] = std::max(found_[a->address], a->found());
  for (const auto& [address, chunks] : found_) {
    if (chunks == world::unbounded) return;
    bound += 2 * chunks;
  }
  for (const auto& p : world_.processes)
    for (const auto& a : p->actors)
      if (a->remembered_ranges() > bound) world_.broken(a->address + " remembers too many ranges");
}

auto schedule::is_at_rest() const -> bool {
  return std::all_of(world_.processes.begin(), world_.processes.end(), [](const auto& p) {
    return p->is_up
           && std::all_of(p->actors.begin(), p->actors.end(), [](const auto& a) { return a->is_at_rest(); });
  });
}

void schedule::check_stores() {
  for (const auto& [sink, home] : file_sinks_)
    for (const auto& row : rows_of_files(*home->disk, sink)) {
      if (row.second > 1 || !databases_[sink].rows.insert(row).second)
        return world_.broken("line " + row.first + " is in " + sink + " twice");
    }
  for (const auto& c : components_)
    for (const auto* home : c.homes)
      if (apart_ && c.in == tier::sink)
        for (const auto& row : tables_of(c, *home).rows)
          if (!databases_[c.name].rows.insert(row).second)
            return world_.broken("line " + row.first + " is in two stores of " + c.name);
  for (const auto& c : components_)
    if (c.in == tier::sink) letters_[c.name] = lines_of_letters(*c.homes.front()->disk, c.name);
  for (const auto& c : components_) {
    if (c.in != tier::sink) continue;
    for (const auto& s : scripts_)
      for (const auto& f : s.files)
        for (std::size_t i = 0; i < f.lines_in_all; ++i)
          check_line(c, "sim." + f.name, f.name + "/" + std::to_string(i), f.line(i));
  }
}

/// Stored once, or once in a dead letter; neither if the sink does not take it.
void schedule::check_line(const component& sink, const std::string& tag, const std::string& name,
                          const std::string& line) {
  const auto& tables = databases_[sink.name];
  const auto is_taken = sink.match.matches(tag);
  const auto is_rejected = is_taken && tables.rejects(line);
  const auto is_wanted = is_taken && !is_rejected;
  if (tables.rows.contains(line) != is_wanted)
    world_.broken("line " + name + (is_wanted ? " is not in " : " is in ") + sink.name);
  const auto letters = letters_[sink.name][line];
  if (letters != (is_rejected ? 1U : 0U))
    world_.broken("line " + name + " is in " + std::to_string(letters) + " letters of " + sink.name);
}

auto schedule::run() -> std::string {
  while (world_.problem.empty() && !at_rest_) {
    if (world_.time.now() > std::max(trouble_, peace_since_) + peace_lasts) {
      auto who = std::string{};
      for (const auto& p : world_.processes) {
        if (!p->is_up) who += " " + p->name + " (down)";
        for (const auto& a : p->actors)
          if (!a->is_at_rest()) who += " " + a->address;
      }
      world_.broken("no rest:" + who);
      break;
    }
    if (!world_.time.step()) break;
    if (++steps_ > steps_max) world_.broken("it never ends");
    for (auto& p : world_.processes)
      if (p->is_up && p->disk->is_dead()) world_.kill(*p, p->may_lose_power && world_.random.one_in(2));
  }
  if (world_.problem.empty()) check_stores();
  return world_.problem;
}

} // namespace weir::test
