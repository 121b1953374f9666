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
  const auto are_beside_collectors = edges_ && are_collectors;
  auto made = std::vector<component*>{};
  for (std::size_t i = 0; i < count; ++i) {
    auto& c = add(tier::aggregator, name + std::to_string(i + 1),
                  are_collectors ? above : std::vector{above[i % above.size()]});
    c.is_durable = apart_ || !world_.random.one_in(4);
    c.is_copied = c.is_durable && !apart_ && !are_beside_collectors && world_.random.one_in(3);
    made.push_back(&c);
  }
  return made;
}

void schedule::lay_out() {
  auto& random = world_.random;
  auto last = std::vector<component*>{};
  for (auto left = random.between(1, 3); left > 0; --left)
    last.push_back(&add(tier::collector, "collector" + std::to_string(left), {}));
  for (auto* c : last) c->tells_positions = !random.one_in(4);
  if (random.one_in(3) && !apart_) { // clients send again to whoever is there
    auto listeners = std::vector{&add(tier::collector, "listener1", {}), &add(tier::collector, "listener2", {})};
    furnish_clients(listeners);
    last.insert(last.end(), listeners.begin(), listeners.end());
  }
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
  const auto edges = edges_;
  const auto cores = random.one_in(4);
  for (auto& c : components_) {
    if (edges && c.in == tier::aggregator && c.from.front()->in == tier::collector)
      for (auto* f : c.from) c.homes.push_back(f->homes.front());
    else if (cores && c.in == tier::sink && c.from.front()->in == tier::aggregator)
      c.homes.push_back(c.from.front()->homes.front());
    else
      for (auto left = c.in == tier::aggregator ? random.between(c.is_copied ? 2 : 1, 3) : apart_ && c.in == tier::sink ? 2 : 1; left > 0; --left)
        c.homes.push_back(&world_.add_process(c.name + "-" + std::to_string(left)));
    for (auto* home : c.homes) world_.hosts[c.name].push_back(home);
  }
}

/// Spares the processes that are not promised to survive what happens to others.
void schedule::protect() {
  for (auto& c : components_) {
    if (c.in == tier::aggregator && c.is_durable && world_.mistake != bug::acks_before_sync)
      c.survives_power_cuts = !world_.random.one_in(4);
    for (auto* home : c.homes) {
      if (!c.survives_power_cuts) home->may_lose_power = false;
      home->may_lose_disk = c.is_copied && home->may_lose_power;
    }
    // What is read again by another process has other chunk ids.
    if (!c.tells_positions) c.homes.front()->may_die = false;
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
    s.copies = c.to[i]->is_copied ? 2 : 1;
    s.unsure_for = world_.mistake == bug::gives_unsure_to_others ? duration{0} : unsure_for();
    if (world_.mistake == bug::copies_within_a_machine) s.copies = 1;
    s.policy = static_cast<balance_policy>(world_.random.between(0, 3));
    s.transfer_bytes_max = world_.random.between(1, 8) << 10;
    s.linger = world_.random.one_in(3) ? world_.random.time_between(1ms, 200ms) : 0ns;
  }
  return all;
}

/// Nothing may come to that end: all come back.
auto schedule::unsure_for() const -> duration { return apart_ ? duration{1000h} : duration{0}; }

auto schedule::tables_of(const component& c, const process& home) -> database& {
  return databases_[apart_ ? c.name + "@" + home.name : c.name];
}

auto schedule::downstream_of(const component& to, const process& home) const -> downstream_component {
  auto made = downstream_component{to.name, 1, world_.is_hosted(home, to.name)};
  made.copies = to.is_copied ? 2 : 1;
  made.wait_for = unsure_for();
  made.has_to_be_sure = apart_;
  return made;
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
  f.write(world_.random.between(1, 8), world_.time.now());
  for (auto& a : home.actors) a->wake();
  world_.time.after(world_.random.time_between(0ns, 2 * trouble_ / (left / 4 + 1)),
                    [this, &to, &home] { write_lines(to, home); });
}

auto schedule::some_file(const std::string& name) -> scripted_file {
  auto& random = world_.random;
  auto f = scripted_file{};
  f.name = name;
  f.line_bytes = random.one_in(8) ? random.between(200, 3000) : random.between(24, 80);
  f.lines_in_all = random.between(1, 40);
  f.safe.resize(f.lines_in_all);
  lines_ += f.lines_in_all;
  return f;
}

auto schedule::collector_plan_of(const component& c, const process& home) -> collector_actor::plan {
  auto& random = world_.random;
  auto plan = collector_actor::plan{};
  plan.component = c.name;
  plan.address = home.name + "/collector/" + c.name;
  plan.outlets = outlets_of(c);
  for (const auto* to : c.to) plan.downstream.push_back(downstream_of(*to, home));
  plan.hold_bytes = random.between(0, 16) << 10;
  plan.pace.chunk_bytes_wanted = random.between(64, 2048);
  plan.pace.read_bytes_max = random.between(64, 4096);
  plan.pace.chunk_age_max = random.time_between(1ms, 300ms);
  plan.pace.gathering_max = random.time_between(0ms, 2ms);
  plan.pace.ask_interval = random.time_between(100ms, 1s);
  plan.pace.patience = random.time_between(0ms, 3s);
  plan.listens = c.clients != nullptr;
  return plan;
}

void schedule::furnish_collector(component& c, process& home) {
  auto& lines = c.clients != nullptr ? c.clients->lines : scripts_.emplace_back();
  for (auto left = c.clients != nullptr ? 0 : world_.random.between(1, 3); left > 0; --left) {
    auto& f = lines.files.emplace_back(some_file(c.name + ".f" + std::to_string(left)));
    f.tells_positions = c.tells_positions;
  }
  if (c.clients == nullptr)
    world_.time.after(world_.random.time_between(0ms, 2s), [this, &lines, &home] { write_lines(lines, home); });
  const auto plan = collector_plan_of(c, home);
  furniture_[&home].push_back([this, plan, &lines, clients = c.clients](process& at) {
    const auto make = [this, &lines, &at, clients](bool is_first) -> std::unique_ptr<source> {
      if (clients != nullptr) return std::make_unique<scripted_listener>(clients->messages, at);
      return std::make_unique<scripted_source>(lines, world_, is_first);
    };
    at.actors.push_back(std::make_unique<collector_actor>(world_, at, plan, make, lines));
    return true;
  });
}

/// Clients that may send to any of these.
void schedule::furnish_clients(const std::vector<component*>& listeners) {
  auto& made = clients_.emplace_back(world_, scripts_.emplace_back(), some_file("clients"));
  for (auto* c : listeners) c->clients = &made;
  world_.time.after(world_.random.time_between(0ms, 2s), [this, &made] { send_messages(made); });
}

void schedule::send_messages(client_group& who) {
  auto& f = who.lines.files.front();
  if (f.written < f.lines_in_all && world_.random.one_in(3)) f.write(world_.random.between(1, 8), world_.time.now());
  who.messages.send();
  if (f.is_done()) return;
  world_.time.after(world_.random.time_between(1ms, trouble_ / 10), [this, &who] { send_messages(who); });
}

void schedule::furnish_aggregator(component& c, process& home) {
  auto& random = world_.random;
  auto plan = aggregator_actor::plan{};
  plan.component = c.name;
  plan.address = home.name + "/aggregator/" + c.name;
  for (const auto* to : c.to) plan.downstream.push_back(downstream_of(*to, home));
  plan.outlets = outlets_of(c);
  plan.window = some_window();
  plan.keeps_copies = c.is_copied;
  plan.sync_takes = random.one_in(4) ? random.time_between(0ms, 2s) : random.time_between(0ms, 20ms);
  if (c.is_durable) {
    auto log = chunk_log_settings{};
    log.path = "/var/" + c.name;
    log.bytes_max = random.one_in(2) ? random.between(16, 64) << 10 : std::uint64_t{1} << 20;
    // What others are to pass on lies in it, too, as long as their stores take.
    log.knows_ids = c.is_copied;
    if (c.is_copied) log.bytes_max = std::max(log.bytes_max, std::uint64_t{128} << 10);
    log.segment_bytes = random.between(2, 16) << 10;
    log.cache_bytes = random.one_in(2) ? random.between(0, 8) << 10 : 1 << 20;
    log.sync = c.survives_power_cuts ? sync_policy::always
               : random.one_in(2)    ? sync_policy::interval
                                     : sync_policy::os;
    if (world_.mistake == bug::acks_before_sync) log.sync = sync_policy::os;
    log.sync_interval = random.time_between(100ms, 1s);
    for (const auto* to : c.to) log.readers.push_back(to->name);
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
    file_sinks_.emplace_back(c.name, &home);
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
  auto& tables = tables_of(c, home);
  tables.is_picky = random.one_in(4) && !apart_;
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
