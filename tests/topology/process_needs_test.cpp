#include "config/yaml_tree.hpp"
#include "runtime/log/chunk_log.hpp"
#include "topology/make_plan.hpp"
#include "topology/process_needs.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto planned(const std::string& yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  auto plan = std::optional<topology_plan>{};
  if (const auto root = config::parse_yaml(yaml, "t.yaml", problems)) plan = make_plan(*root, problems);
  BOOST_REQUIRE(plan.has_value());
  return *plan;
}

auto descriptors_in_one(const topology_plan& plan, std::size_t limit) -> descriptor_plan {
  return descriptors_of(plan, components_of(plan, {}), limit);
}

const auto smallest = std::string{"collectors: { a: { type: tail, path: a.log } }\n"
                                  "sinks: { s: { type: 'null' } }\n"};

} // namespace

BOOST_AUTO_TEST_SUITE(needs_of_a_process)

BOOST_AUTO_TEST_CASE(components_that_open_by_number_share_what_the_others_leave) {
  const auto one = descriptors_in_one(planned(smallest), 1024);
  BOOST_TEST(one.sharers == 1U);
  const auto more = descriptors_in_one(
      planned("collectors:\n  a: { type: tail, path: a.log }\n"
              "  f: { type: forward, listen: [127.0.0.1:1, 127.0.0.1:2] }\n"
              "source_aggregators: { b: { from: [a, f], instances: 2, buffer: { path: buf } } }\n"
              "sinks: { s: { type: 'null' } }\n"),
      1024);
  BOOST_TEST(more.sharers == 2U);
  BOOST_TEST(more.reserved == one.reserved + 5 + 2 * chunk_log_descriptors);
  BOOST_TEST(more.shared() == 1024 - more.reserved);
}

BOOST_AUTO_TEST_CASE(sixty_four_descriptors_are_enough_for_a_tail_and_a_sink) {
  BOOST_TEST(lack_of_descriptors(descriptors_in_one(planned(smallest), 64)) == "");
}

BOOST_AUTO_TEST_CASE(a_limit_that_is_too_low_is_named_with_what_is_needed) {
  const auto plan = planned(smallest);
  const auto least = descriptors_in_one(plan, 0).least();
  BOOST_TEST(lack_of_descriptors(descriptors_in_one(plan, least)) == "");
  BOOST_TEST(lack_of_descriptors(descriptors_in_one(plan, least - 1))
             == "the limit of open files (ulimit -n) is " + std::to_string(least - 1)
                    + ", this topology needs at least " + std::to_string(least));
}

BOOST_AUTO_TEST_CASE(each_collector_sink_and_log_has_threads) {
  const auto count = [](const std::string& yaml) {
    const auto plan = planned(yaml);
    return threads_of(plan, components_of(plan, {}));
  };
  const auto few = count(smallest);
  BOOST_TEST(count("collectors: { a: { type: tail, path: a.log }, b: { type: tail, path: b.log } }\n"
                   "source_aggregators: { g: { from: [a, b] } }\n"
                   "sinks: { s: { type: 'null' } }\n")
             == few + 1);
  BOOST_TEST(count("collectors: { a: { type: tail, path: a.log } }\n"
                   "source_aggregators: { g: { from: [a], instances: 3, buffer: { path: buf } } }\n"
                   "sinks: { s: { type: 'null' } }\n")
             == few + 6);
}

BOOST_AUTO_TEST_CASE(each_writer_of_a_sink_has_a_thread_and_a_store) {
  const auto sink = [](const std::string& settings) {
    return planned("collectors: { a: { type: tail, path: a.log } }\nsinks: { s: { type: base" + settings + " } }\n");
  };
  const auto one = sink("");
  const auto four = sink(", writers: 4");
  BOOST_TEST(threads_of(four, components_of(four, {})) == threads_of(one, components_of(one, {})) + 3);
  BOOST_TEST(descriptors_in_one(four, 1024).reserved == descriptors_in_one(one, 1024).reserved + 3 * 2);
}

BOOST_AUTO_TEST_SUITE_END()
