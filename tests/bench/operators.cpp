// Records in memory: how many events a core decides in a second by an expression, and what three operators in a row cost.
// Usage: weir-bench-operators [EVENTS]
#include "actors/operators/operator_chain.hpp"
#include "config/yaml_tree.hpp"
#include "runtime/expression/expression.hpp"
#include "tests/support/msgpack_build.hpp"

#include <sys/resource.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace weir::bench {
namespace {

constexpr auto conditions = std::array<std::string_view, 7>{
    "status >= 500",
    "status >= 500 && path =~ /^\\/api/ && !exists(user.id)",
    "path =~ /^\\/api/ && status >= 200 && !exists(user.id)",
    "method in [\"PUT\", \"POST\", \"DELETE\"]",
    "tag == \"web.access\"",
    "path =~ /item=[0-9]+$/",
    "lower(method) == \"get\" && took * 1000 > 100",
};

auto records() -> std::vector<std::string> {
  auto made = std::vector<std::string>{};
  for (int i = 0; i < 1024; ++i)
    made.push_back(test::packed({{"remote", "10.1." + std::to_string(i % 250) + ".7"},
                                 {"user", "-"},
                                 {"method", i % 3 == 0 ? "POST" : "GET"},
                                 {"path", (i % 4 == 0 ? "/api/cart?item=" : "/shop/index.html?item=") + std::to_string(i)},
                                 {"status", i % 8 == 0 ? 503 : 200},
                                 {"size", 1000 + i},
                                 {"referer", "https://shop.example/start"},
                                 {"agent", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101"},
                                 {"took", 0.001 * i}})
                       .bytes);
  return made;
}

auto cpu_seconds() -> double {
  auto used = rusage{};
  ::getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_utime.tv_sec) + static_cast<double>(used.ru_utime.tv_usec) / 1e6;
}

void measure(std::string_view text, const std::vector<std::string>& events, std::uint64_t count) {
  auto problems = expression_problems{};
  auto made = expression::compile(text, {}, problems);
  if (!made) return void(std::printf("%s: %s\n", std::string{text}.c_str(), problems.front().what.c_str()));
  const auto before = cpu_seconds();
  auto true_for = std::uint64_t{0};
  for (std::uint64_t i = 0; i < count; ++i)
    true_for += made->holds({"web.access", 7, events[i % events.size()]}) ? 1 : 0;
  const auto seconds = cpu_seconds() - before;
  std::printf("%7.1f million events/s a core, true for %4.1f %%: %s\n", static_cast<double>(count) / seconds / 1e6,
              100.0 * static_cast<double>(true_for) / static_cast<double>(count), std::string{text}.c_str());
}

struct counting_output final : event_output {
  std::uint64_t events = 0;
  void put(const event_view&) override { ++events; }
  void drop(std::string_view, std::uint64_t count) override { events += count; }
};

constexpr auto three = std::array<std::pair<std::string_view, std::string_view>, 3>{{
    {"filter", "{ drop: path =~ /^\\/health/ }"},
    {"set", "{ class: to_int(status / 100), slow: took > 0.5 }"},
    {"record", "{ remove: [user, referer] }"},
}};

void measure_three(const std::vector<std::string>& events, std::uint64_t count) {
  auto problems = config::diagnostics{};
  auto factories = std::vector<operator_plugin::factory>{};
  for (const auto& [name, settings] : three) {
    const auto written = config::parse_yaml(settings, "bench", problems);
    factories.push_back(plugin_registry<event_operator>::find(name)->configure(*written, std::string{name}, problems, {}));
  }
  for (const auto& p : problems) std::printf("%s\n", config::to_text(p).c_str());
  auto end = counting_output{};
  auto chain = operator_chain{factories, {}, end};
  const auto before = cpu_seconds();
  for (std::uint64_t i = 0; i < count; ++i) chain.first().put({"web.access", 7, events[i % events.size()]});
  std::printf("%7.3f CPU seconds for a million events: filter, set of two fields and record in a row, %llu events\n",
              (cpu_seconds() - before) / static_cast<double>(count) * 1e6, static_cast<unsigned long long>(end.events));
}

} // namespace
} // namespace weir::bench

auto main(int argc, char** argv) -> int {
  const auto count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 5'000'000ULL;
  const auto events = weir::bench::records();
  for (const auto text : weir::bench::conditions) weir::bench::measure(text, events, count);
  weir::bench::measure_three(events, count);
}
