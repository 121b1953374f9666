#include "tests/simulation/schedule.hpp"

#include <algorithm>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

} // namespace

auto schedule::add(tier in, std::string name, std::vector<component*> from) -> component& {
  auto& c = components_.emplace_back();
  c.name = std::move(name);
  c.in = in;
  c.from = std::move(from);
  for (auto* f : c.from) f->to.push_back(&c);
  return c;
}

/// Each of `above` feeds at least one of the new ones, and each of these has one source, or all collectors.
auto schedule::lay_out_aggregators(std::vector<component*> above, const std::string& name, std::size_t count)
    -> std::vector<component*> {
  const auto are_collectors = above.front()->in == tier::collector;
  auto made = std::vector<component*>{};
  for (std::size_t i = 0; i < count; ++i) {
    auto& c = add(tier::aggregator, name + std::to_string(i + 1),
                  are_collectors ? above : std::vector{above[i % above.size()]});
    c.is_durable = !world_.random.one_in(4);
    made.push_back(&c);
  }
  return made;
}

void schedule::lay_out() {
  auto& random = world_.random;
  auto last = std::vector<component*>{};
  for (auto left = random.between(1, 3); left > 0; --left)
    last.push_back(&add(tier::collector, "collector" + std::to_string(left), {}));
  for (auto* c : last) c->tells_positions = random.one_in(2);
  const auto least = [&] { return last.front()->in == tier::collector ? std::size_t{1} : last.size(); };
  if (!random.one_in(4)) last = lay_out_aggregators(last, "source", random.one_in(4) ? 2 : 1);
  if (!random.one_in(3))
    last = lay_out_aggregators(last, "destination", std::max<std::size_t>(least(), random.one_in(4) ? 2 : 1));
  const auto sinks = std::max<std::size_t>(least(), random.between(1, 3));
  const auto are_collectors = last.front()->in == tier::collector;
  for (std::size_t i = 0; i < sinks; ++i)
    add(tier::sink, "sink" + std::to_string(i + 1), are_collectors ? last : std::vector{last[i % last.size()]}).match =
        some_match();
}

/// Tags are names of files.
auto schedule::some_match() -> tag_pattern {
  if (!world_.random.one_in(3)) return {};
  return *tag_pattern::parse({world_.random.one_in(2) ? "**.f1" : "!**.f1"});
}

/// Everything in a process of its own, or aggregators beside their collectors, or sinks beside their source.
void schedule::place() {
  auto& random = world_.random;
  const auto edges = random.one_in(4);
  const auto cores = random.one_in(4);
  for (auto& c : components_) {
    if (edges && c.in == tier::aggregator && c.from.front()->in == tier::collector)
      for (auto* f : c.from) c.homes.push_back(f->homes.front());
    else if (cores && c.in == tier::sink && c.from.front()->in == tier::aggregator)
      c.homes.push_back(c.from.front()->homes.front());
    else
      for (auto left = c.in == tier::aggregator ? random.between(1, 3) : 1; left > 0; --left)
        c.homes.push_back(&world_.add_process(c.name + "-" + std::to_string(left)));
    for (auto* home : c.homes) world_.hosts[c.name].push_back(home);
  }
}

/// Spares the processes that are not promised to survive what happens to others.
void schedule::protect() {
  for (auto& c : components_) {
    if (c.in == tier::aggregator && c.is_durable && world_.mistake != bug::acks_before_sync)
      c.survives_power_cuts = !world_.random.one_in(4);
    for (auto* home : c.homes)
      if (!c.survives_power_cuts) home->may_lose_power = false;
    if (c.in != tier::collector || c.tells_positions) continue;
    for (const auto* first : c.to)
      if (first->in == tier::aggregator && !first->is_durable) c.homes.front()->may_die = false;
  }
}

auto schedule::some_window() -> inlet_settings {
  auto window = inlet_settings{};
  window.floor_bytes = world_.random.between(1, 4) << 10;
  window.capacity_bytes = world_.random.between(1, 32) << 10;
  return window;
}

auto schedule::outlets_of(const component& c) -> std::vector<outlet_settings> {
  auto all = std::vector<outlet_settings>(c.to.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& s = all[i];
    s.match = c.to[i]->match;
    s.policy = static_cast<balance_policy>(world_.random.between(0, 3));
    s.transfer_bytes_max = world_.random.between(1, 8) << 10;
    s.linger = world_.random.one_in(3) ? world_.random.time_between(1ms, 200ms) : 0ns;
  }
  return all;
}

void schedule::furnish(component& c, process& home) {
  if (c.in == tier::collector) furnish_collector(c, home);
  if (c.in == tier::aggregator) furnish_aggregator(c, home);
  if (c.in == tier::sink) furnish_sink(c, home);
}

void schedule::write_lines(script& to, process& home) {
  auto growing = std::vector<scripted_file*>{};
  auto left = std::size_t{0};
  for (auto& f : to.files) {
    if (f.written < f.lines_in_all) growing.push_back(&f);
    left += f.lines_in_all - f.written;
  }
  if (growing.empty()) return;
  auto& f = *growing[world_.random.between(0, growing.size() - 1)];
  f.written = std::min<std::size_t>(f.lines_in_all, f.written + world_.random.between(1, 8));
  for (auto& a : home.actors) a->wake();
  world_.time.after(world_.random.time_between(0ns, 2 * trouble_ / (left / 4 + 1)),
                    [this, &to, &home] { write_lines(to, home); });
}

void schedule::furnish_collector(component& c, process& home) {
  auto& random = world_.random;
  auto& lines = scripts_.emplace_back();
  for (auto left = random.between(1, 3); left > 0; --left) {
    auto& f = lines.files.emplace_back();
    f.name = c.name + ".f" + std::to_string(left);
    f.line_bytes = random.one_in(8) ? random.between(200, 3000) : random.between(24, 80);
    f.lines_in_all = random.between(1, 40);
    f.safe.resize(f.lines_in_all);
    f.tells_positions = c.tells_positions;
    lines_ += f.lines_in_all;
  }
  auto plan = collector_actor::plan{};
  plan.component = c.name;
  plan.address = home.name + "/collector/" + c.name;
  plan.outlets = outlets_of(c);
  for (const auto* to : c.to) plan.downstream.push_back({to->name, 1, world_.is_hosted(home, to->name)});
  plan.pace = {random.between(64, 2048),         random.between(64, 4096),
               random.between(0, 16) << 10,      random.time_between(1ms, 300ms),
               random.time_between(100ms, 1s),   24h,
               random.time_between(0ms, 3s)};
  world_.time.after(random.time_between(0ms, 2s), [this, &lines, &home] { write_lines(lines, home); });
  furniture_[&home].push_back([this, plan, &lines](process& at) {
    at.actors.push_back(std::make_unique<collector_actor>(world_, at, plan, lines));
    return true;
  });
}

void schedule::furnish_aggregator(component& c, process& home) {
  auto& random = world_.random;
  auto plan = aggregator_actor::plan{};
  plan.component = c.name;
  plan.address = home.name + "/aggregator/" + c.name;
  for (const auto* to : c.to) plan.downstream.push_back(to->name);
  plan.outlets = outlets_of(c);
  plan.window = some_window();
  plan.sync_takes = random.one_in(4) ? random.time_between(0ms, 2s) : random.time_between(0ms, 20ms);
  if (c.is_durable) {
    auto log = chunk_log_settings{};
    log.path = "/var/" + c.name;
    log.bytes_max = random.one_in(2) ? random.between(16, 64) << 10 : std::uint64_t{1} << 20;
    log.segment_bytes = random.between(2, 16) << 10;
    log.cache_bytes = random.one_in(2) ? random.between(0, 8) << 10 : 1 << 20;
    log.sync = c.survives_power_cuts ? sync_policy::always
               : random.one_in(2)    ? sync_policy::interval
                                     : sync_policy::os;
    if (world_.mistake == bug::acks_before_sync) log.sync = sync_policy::os;
    log.sync_interval = random.time_between(100ms, 1s);
    log.readers = plan.downstream;
    log.holder = home.name;
    plan.log = log;
    world_.note(plan.address, "has a log, sync ", static_cast<int>(log.sync), ", at most ", log.bytes_max,
                ", segments of ", log.segment_bytes);
  }
  furniture_[&home].push_back([this, plan](process& at) {
    auto log = std::unique_ptr<chunk_log>{};
    if (plan.log) {
      auto opened = chunk_log::open(*at.files, *plan.log, world_.time);
      if (!opened) {
        world_.note(plan.address, "cannot open its log: ", opened.failure().what);
        if (opened.failure().code == errc::rejected)
          world_.broken(plan.address + ": " + opened.failure().what);
        return false;
      }
      log = std::move(*opened);
    }
    at.actors.push_back(std::make_unique<aggregator_actor>(world_, at, plan, std::move(log)));
    return true;
  });
}

void schedule::furnish_sink(component& c, process& home) {
  auto& random = world_.random;
  auto plan = sink_actor::plan{};
  plan.component = c.name;
  plan.address = home.name + "/sink/" + c.name;
  plan.match = c.match;
  plan.window = some_window();
  plan.group_bytes_max = random.between(1, 16) << 10;
  plan.fill_delay = random.one_in(4) ? random.time_between(1ms, 500ms) : 0ns;
  plan.commit_takes = random.one_in(4) ? random.time_between(0ms, 1s) : random.time_between(0ms, 20ms);
  if (random.one_in(2)) {
    file_sinks_[c.name] = &home;
    const auto sink = some_file_sink(c.name, random, home.may_lose_power);
    furniture_[&home].push_back([this, plan, sink](process& at) {
      const auto make = [this, sink, &at](std::size_t) -> std::unique_ptr<store> {
        auto context = plugin_context{};
        context.component = sink.name;
        context.node = at.name;
        context.clock = &world_.time;
        context.files = at.files.get();
        return std::make_unique<watched_store>(sink.make(context), world_, at, sink.name);
      };
      at.actors.push_back(std::make_unique<sink_actor>(world_, at, plan, make));
      return true;
    });
    return;
  }
  furnish_database(c, home, plan);
}

void schedule::furnish_database(component& c, process& home, sink_actor::plan plan) {
  auto& random = world_.random;
  auto& tables = databases_[c.name];
  tables.is_picky = random.one_in(4);
  plan.writers = random.one_in(2) ? random.between(2, 4) : 1;
  if (plan.writers > 1) plan.on_begin = [&tables](std::size_t writer) { tables.begin(writer); };
  furniture_[&home].push_back([this, plan, &tables](process& at) {
    const auto make = [this, &tables, &at, name = plan.component](std::size_t writer) {
      return std::make_unique<database_store>(tables, world_, at, name, writer);
    };
    at.actors.push_back(std::make_unique<sink_actor>(world_, at, plan, make));
    return true;
  });
}

} // namespace weir::test
