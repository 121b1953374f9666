#include "topology/scaling.hpp"

#include "config/yaml_tree.hpp"
#include "tests/runtime/log/log_fixture.hpp"
#include "topology/builder/builder.hpp"
#include "topology/diff.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

using names = std::vector<std::string>;

auto plan_with(const std::string& instances) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml("collectors: { web: { type: tail, path: in, tag: web } }\n"
                                       "destination_aggregators: { core: { buffer: { path: \"/disk/{node}\" }"
                                           + instances + " } }\nsinks: { a: { type: \"null\" } }\n",
                                       "t.yaml", problems);
  BOOST_REQUIRE(root.has_value());
  auto plan = make_plan(*root, problems);
  for (const auto& p : problems) BOOST_TEST_MESSAGE(config::to_text(p));
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

auto scaled_to(std::uint32_t written, std::uint32_t instances) -> topology_plan {
  auto numbers = scaled_numbers{{"core", {written, instances}}};
  return scaled(plan_with(written == 1 ? "" : ", instances: " + std::to_string(written)), numbers);
}

auto why_refused(std::string_view text, const names& classes = {}) -> std::string {
  auto plan = plan_with(", instances: 2");
  if (!classes.empty()) plan.components[1].classes = {"core", "store"};
  const auto read = read_scaling(text, plan, classes, "edge-1");
  BOOST_REQUIRE(!read);
  return read.failure().what;
}

/// A log with two chunks, all of which its only reader has or not.
void make_log(file_system& files, const std::string& path, bool is_settled) {
  auto disk = test::log_fixture{};
  auto settings = test::log_settings();
  settings.path = path;
  disk.open(files, settings);
  disk.append_range(1, 2);
  disk.sync();
  if (!is_settled) return;
  for (std::uint64_t number = 1; number <= 2; ++number) disk.log->settle(0, number);
  disk.sync();
}

} // namespace

BOOST_AUTO_TEST_SUITE(scaling_of_aggregators)

BOOST_AUTO_TEST_CASE(is_a_difference_of_one_component_that_renames_nobody) {
  for (const auto written : {1U, 2U}) {
    const auto before = scaled_to(written, written);
    const auto after = scaled_to(written, 4);
    BOOST_TEST(diff(before, after, {}).scaled == names{"core"}, boost::test_tools::per_element());
    BOOST_TEST(diff(before, after, {}).removed.empty());
    const auto few = addresses_of(*before.find("core"), "n");
    const auto many = addresses_of(*after.find("core"), "n");
    BOOST_TEST(many.size() == 4U);
    BOOST_TEST(std::vector(many.begin(), many.begin() + written) == few, boost::test_tools::per_element());
    BOOST_TEST(buffer_directory(*before.find("core"), "n", 0) == buffer_directory(*after.find("core"), "n", 0));
  }
  BOOST_TEST(buffer_directory(*scaled_to(1, 4).find("core"), "n", 0) == "/disk/n");
  BOOST_TEST(buffer_directory(*scaled_to(1, 4).find("core"), "n", 3) == "/disk/n/3");
  BOOST_TEST(buffer_directory(*scaled_to(2, 1).find("core"), "n", 0) == "/disk/n/0");
}

BOOST_AUTO_TEST_CASE(holds_until_the_file_has_another_number) {
  auto numbers = scaled_numbers{{"core", {2, 4}}, {"gone", {1, 3}}, {"a", {1, 2}}};
  BOOST_TEST(instances_of(*scaled(plan_with(", instances: 2"), numbers).find("core")) == 4U);
  BOOST_TEST((numbers == scaled_numbers{{"core", {2, 4}}})); // of those that are no aggregators there is nothing to know
  BOOST_TEST((scaled_in(scaled(plan_with(", instances: 2"), numbers)) == numbers));
  BOOST_TEST(instances_of(*as_written(scaled(plan_with(", instances: 2"), numbers)).find("core")) == 2U);
  BOOST_TEST(instances_of(*scaled(plan_with(", instances: 3"), numbers).find("core")) == 3U);
  BOOST_TEST(numbers.empty());
}

BOOST_AUTO_TEST_CASE(reads_what_is_asked_for_or_says_why_not) {
  const auto plan = scaled_to(2, 4);
  const auto read = read_scaling("core=8", plan, {}, "n");
  BOOST_REQUIRE(read);
  BOOST_TEST(read->component == "core");
  BOOST_TEST((read->number == scaled_number{2, 8})); // against the file, not against what runs
  BOOST_TEST(to_text(*read, 4) == "core: 8 instances instead of 4; the file says 2");
  BOOST_TEST(to_text({"core", {2, 2}}, 4) == "core: 2 instances instead of 4, as the file says");
  BOOST_TEST(to_text({"core", {2, 1}}, 1) == "core: 1 instance; the file says 2");
  BOOST_TEST(why_refused("cor=2") == "there is no component \"cor\"; did you mean \"core\"?");
  BOOST_TEST(why_refused("web=2") == "\"web\" is a collector, and only aggregators have instances");
  BOOST_TEST(why_refused("core=0") == "\"core\" wants a number from 1 to 1024 or auto, not \"0\"");
  BOOST_TEST(why_refused("core=") == "\"core\" wants a number from 1 to 1024 or auto, not \"\"");
  BOOST_TEST(why_refused("=2") == "wants COMPONENT=N, not \"=2\"");
  BOOST_TEST(why_refused("core=2", {"edge"})
             == "\"core\" is placed on class \"core\" and \"store\", and node \"edge-1\" is of class \"edge\"");
}

BOOST_AUTO_TEST_CASE(finds_what_an_earlier_start_left_on_disk) {
  auto files = test::memory_file_system{};
  const auto left = [&](const std::string& instances) { return left_on_disk(plan_with(instances), {}, "n", files); };
  BOOST_TEST(left("").empty());
  make_log(files, "/disk/n/0", false);
  make_log(files, "/disk/n/2", false);
  make_log(files, "/disk/n/3", true);
  BOOST_TEST((left("") == scaled_numbers{{"core", {1, 3}}}));
  BOOST_TEST((left(", instances: 2") == scaled_numbers{{"core", {2, 3}}}));
  BOOST_TEST(left(", instances: 3").empty());
}

BOOST_AUTO_TEST_SUITE_END()
