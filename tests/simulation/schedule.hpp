/// One seed's system, what goes wrong in it and when, and whether every promise was kept.
#pragma once

#include "tests/simulation/aggregator_actor.hpp"
#include "tests/simulation/clients.hpp"
#include "tests/simulation/collector_actor.hpp"
#include "tests/simulation/file_sink.hpp"
#include "tests/simulation/sink_actor.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weir::test {

class schedule {
public:
  schedule(std::uint64_t seed, bug mistake, bool tracing = false);
  /// The first broken promise; empty if all were kept.
  auto run() -> std::string;
  auto messages() const -> std::uint64_t { return world_.messages; }
  auto faults() const -> std::uint64_t { return world_.faults; }
  auto steps() const -> std::uint64_t { return steps_; }
  auto lines() const -> std::uint64_t { return lines_; }

private:
  struct client_group {
    client_group(world& w, script& all, scripted_file one) : lines(all), messages((all.files = {std::move(one)}, all.files.front()), w) {}
    script& lines;
    client_messages messages;
  };
  enum class tier { collector, aggregator, sink };
  struct component {
    std::string name;
    tier in = tier::collector;
    std::vector<component*> from;
    std::vector<component*> to;
    std::vector<process*> homes;
    tag_pattern match; ///< of a sink
    bool is_durable = true;
    bool tells_positions = true; ///< a collector, of each line
    client_group* clients = nullptr; ///< of a collector that listens
    bool survives_power_cuts = true;
    bool is_copied = false; ///< two machines have each chunk of it before it is acked
  };

  auto add(tier in, std::string name, std::vector<component*> from) -> component&;
  void lay_out();
  auto lay_out_aggregators(std::vector<component*> above, const std::string& name, std::size_t count)
      -> std::vector<component*>;
  void place();
  void protect();
  void furnish(component& c, process& home);
  auto some_file(const std::string& name) -> scripted_file;
  auto collector_plan_of(const component& c, const process& home) -> collector_actor::plan;
  void furnish_collector(component& c, process& home);
  void furnish_clients(const std::vector<component*>& listeners);
  void send_messages(client_group& who);
  void furnish_aggregator(component& c, process& home);
  void furnish_sink(component& c, process& home);
  void furnish_database(component& c, process& home, sink_actor::plan plan);
  auto outlets_of(const component& c) -> std::vector<outlet_settings>;
  auto unsure_for() const -> duration;
  auto downstream_of(const component& to, const process& home) const -> downstream_component;
  auto some_window() -> inlet_settings;
  auto some_match() -> tag_pattern;
  void write_lines(script& to, process& home);
  void plan_incidents();
  void incident();
  void let_disk_fail(process& p);
  void destroy_one();
  void plan_two_strikes();
  void strike_again();
  auto is_whole(const component& c) const -> bool;
  void let_stores_up();
  void arm(process& p);
  auto build(process& p) -> bool;
  void watch();
  void check_memory();
  void check_progress();
  auto is_at_rest() const -> bool;
  void check_stores();
  auto tables_of(const component& c, const process& home) -> database&;
  void check_line(const component& sink, const std::string& tag, const std::string& name, const std::string& line);

  world world_;
  std::chrono::nanoseconds trouble_{0};
  bool at_rest_ = false;
  std::map<std::string, std::uint64_t> found_; ///< the most of an actor, by address
  std::chrono::nanoseconds peace_since_{0};
  bool process_deaths_ = true;
  component* struck_ = nullptr; ///< the stores behind it are down until another one of its disks is destroyed
  std::vector<process*> held_down_;
  std::chrono::nanoseconds whole_since_{0}; ///< each chunk has its copies again
  bool edges_ = world_.random.one_in(4); ///< first aggregators are beside their collectors
  /// Each sink has two stores that do not know of each other, and all wait for who may have something.
  bool apart_ = world_.random.one_in(5);
  std::uint64_t lines_ = 0;
  std::uint64_t steps_ = 0;
  std::deque<component> components_;
  std::deque<script> scripts_;
  std::deque<client_group> clients_;
  std::map<std::string, database> databases_;
  std::vector<std::pair<std::string, process*>> file_sinks_;
  std::map<std::string, std::map<std::string, std::size_t>> letters_; ///< sink -> line -> how often
  std::map<process*, std::vector<std::function<bool(process&)>>> furniture_;
};

} // namespace weir::test
