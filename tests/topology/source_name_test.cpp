#include "topology/source_name.hpp"

#include "config/yaml_tree.hpp"
#include "tests/support/memory_file_system.hpp"
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto plan_of(const std::string& aggregators) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml("collectors: { c: { type: tail, path: x } }\nsource_aggregators: { " + aggregators
                                           + " }\nsinks: { s: { type: file, path: y } }\n",
                                       "t.yaml", problems);
  auto plan = root ? make_plan(*root, problems) : std::nullopt;
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

struct fixture {
  test::memory_file_system disk;

  auto name(const topology_plan& plan, const std::string& node) -> result<std::string> {
    return kept_source_name(disk, components_of(plan, {}), node);
  }
  void write(const std::string& path, std::string_view text) {
    const auto file = disk.open(path, open_mode::create);
    BOOST_REQUIRE(file);
    BOOST_REQUIRE((*file)->truncate(0));
    BOOST_REQUIRE((*file)->write_at(0, {{text}}));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(source_names, fixture)

BOOST_AUTO_TEST_CASE(are_kept_beside_the_first_disk_buffer) {
  const auto plan = plan_of("a: { buffer: { path: /data/buffer } }");
  BOOST_TEST(name(plan, "pod-1").value() == "pod-1");
  disk.kill();
  BOOST_TEST(name(plan, "pod-2").value() == "pod-1");
  BOOST_TEST(name(plan, "pod-3").value() == "pod-1");
}

BOOST_AUTO_TEST_CASE(are_the_node_s_own_where_nothing_is_kept) {
  const auto plan = plan_of("a: { }");
  BOOST_TEST(name(plan, "pod-1").value() == "pod-1");
  BOOST_TEST(name(plan, "pod-2").value() == "pod-2");
}

BOOST_AUTO_TEST_CASE(that_cannot_be_read_are_not_made_up) {
  const auto plan = plan_of("a: { buffer: { path: /data/buffer } }");
  BOOST_REQUIRE(disk.make_directories("/data/buffer"));
  for (const auto text : {std::string_view{""}, std::string_view{"two words\n"}, std::string_view{"\0\0", 2}}) {
    write("/data/buffer/source-name", text);
    const auto found = name(plan, "pod-1");
    BOOST_REQUIRE(!found);
    BOOST_TEST(found.failure().what.find("/data/buffer/source-name holds no name of a node") == 0U);
  }
  write("/data/buffer/source-name", "pod-0");
  BOOST_TEST(name(plan, "pod-1").value() == "pod-0");
}

BOOST_AUTO_TEST_SUITE_END()
