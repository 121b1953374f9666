#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

/// A link to a link to a log, each in a directory of its own: containers/x.log -> pods/c/0.log -> docker/0-json.log.
struct container_logs {
  container_logs() {
    for (const auto* name : {"containers", "pods", "pods/c", "pods/d", "docker"})
      std::filesystem::create_directory(directory / name);
  }
  auto link() const -> std::string { return directory / "containers/x.log"; }
  auto tail() const -> tail_harness { return {directory, "containers/*.log"}; }

  scratch_directory directory;
};

} // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(a_target_that_was_rotated_while_away_is_read_to_its_end_first) {
  const auto logs = container_logs{};
  const auto target = logs.directory / "pods/c/0.log";
  append(target, "one\n");
  swap_link(target, logs.link());
  auto tail = logs.tail();
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(target, "two\n");
  rename(target, target + ".20240101-000000");
  append_later(target, "three\n", target + ".20240101-000000");
  rename(target, target + ".20240102-000000");
  append_later(target, "four\n", target + ".20240102-000000");
  tail.start();
  BOOST_TEST(tail.read() == (lines{"two", "three", "four"}), per_element());
  BOOST_TEST(tail.tags == lines(4, "x.log"), per_element());
  tail.start();
  BOOST_TEST(tail.read_for(3s).empty());
}

BOOST_AUTO_TEST_CASE(a_file_waits_until_it_need_not_also_when_its_link_is_gone) {
  const auto logs = container_logs{};
  const auto target = logs.directory / "pods/c/0.log";
  append(target, "one\n");
  swap_link(target, logs.link());
  auto asked = lines{};
  auto waits = true;
  auto tail = logs.tail();
  tail.options.waits = [&](const auto& path, const auto& place) {
    asked = {path, place};
    return waits;
  };
  BOOST_TEST(tail.read().empty());
  BOOST_TEST(asked == (lines{logs.link(), target}), per_element());
  std::filesystem::remove(logs.link());
  std::filesystem::remove(target);
  BOOST_TEST(tail.read_for(30s).empty());
  waits = false;
  tail.tail->look_again();
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  (void)tail.read_for(3s);
  BOOST_TEST(tail.tail->open_files() == 0U);
}

BOOST_AUTO_TEST_CASE(what_lies_beside_a_target_that_was_never_seen_is_read_before_it_and_once) {
  const auto logs = container_logs{};
  const auto target = logs.directory / "pods/c/0.log";
  for (const auto* name : {".20240102-000000", ".20240101-000000", ".20231231-000000.gz"}) append(target + name, std::string{name} + '\n');
  append(target, "now\n");
  swap_link(target, logs.link());
  auto tail = logs.tail();
  tail.options.rotated_beside = true;
  BOOST_TEST(tail.read() == (lines{".20240101-000000", ".20240102-000000", "now"}), per_element());
  tail.start();
  BOOST_TEST(tail.read_for(3s).empty());
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_elsewhere_after_a_restart_leaves_nothing_unread_behind) {
  for (const auto* next : {"pods/c/3.log", "pods/d/0.log"}) {
    const auto logs = container_logs{};
    append(logs.directory / "pods/c/0.log", "one\n");
    swap_link("../pods/c/0.log", logs.link());
    auto tail = logs.tail();
    BOOST_TEST(tail.read() == lines{"one"}, per_element());
    append(logs.directory / "pods/c/0.log", "two\n");
    append_later(logs.directory / next, "last\n", logs.directory / "pods/c/0.log");
    swap_link(std::string{"../"} + next, logs.link());
    tail.start();
    BOOST_TEST(tail.read() == (lines{"two", "last"}), per_element());
    BOOST_TEST(tail.tags == lines(3, "x.log"), per_element());
  }
}

BOOST_AUTO_TEST_CASE(targets_in_a_row_between_two_looks_are_read_all) {
  for (const auto restarts : {false, true}) {
    const auto logs = container_logs{};
    const auto target = [&](int i) { return logs.directory / ("pods/c/" + std::to_string(i) + ".log"); };
    append(target(9), "line 9\n");
    swap_link(target(9), logs.link());
    auto tail = logs.tail();
    BOOST_TEST(tail.read() == lines{"line 9"}, per_element());
    for (const auto i : {10, 11, 12}) {
      append_later(target(i), "line " + std::to_string(i) + "\n", target(i - 1));
      swap_link(target(i), logs.link());
    }
    append(target(8), "of an earlier start\n");
    append(logs.directory / "pods/c/10.txt", "of somebody else\n");
    if (restarts) tail.start();
    BOOST_TEST(sorted(tail.read_for(1s)) == (lines{"line 10", "line 11", "line 12"}), per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_target_that_was_copied_and_cut_off_while_away_goes_on_in_the_copy) {
  const auto logs = container_logs{};
  const auto target = logs.directory / "docker/0-json.log";
  append(target, "a first line that is long enough to tell\n");
  swap_link(target, logs.directory / "pods/c/0.log");
  swap_link("../pods/c/0.log", logs.link());
  auto tail = logs.tail();
  BOOST_TEST(tail.read().size() == 1U);
  append(target, "two\n");
  std::filesystem::copy_file(target, target + ".1");
  write(target, "three\n");
  tail.start();
  BOOST_TEST(tail.read() == (lines{"two", "three"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_directory_behind_a_link_that_leads_elsewhere_leaves_nothing_unread_behind) {
  const auto directory = scratch_directory{};
  for (const auto* name : {"1", "2"}) std::filesystem::create_directory(directory / name);
  append(directory / "1/a.log", "one\n");
  swap_link("1", directory / "current");
  auto tail = tail_harness{directory, "current/*.log"};
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "1/a.log", "two\n");
  append_later(directory / "2/a.log", "three\n", directory / "1/a.log");
  swap_link("2", directory / "current");
  tail.start();
  BOOST_TEST(tail.read() == (lines{"two", "three"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_target_whose_descriptor_was_closed_is_found_when_it_is_rotated) {
  const auto logs = container_logs{};
  const auto target = logs.directory / "pods/c/0.log";
  append(target, "one\n");
  swap_link(target, logs.link());
  append(logs.directory / "containers/y.log", "other\n");
  auto tail = logs.tail();
  tail.options.open_files_max = 1;
  BOOST_TEST(tail.read().size() == 2U);
  append(target, "two\n");
  append(logs.directory / "containers/y.log", "more\n");
  rename(target, target + ".1");
  append_later(target, "three\n", target + ".1");
  BOOST_TEST(sorted(tail.read_for(1s)) == (lines{"more", "three", "two"}), per_element());
}

BOOST_AUTO_TEST_CASE(names_are_in_a_row_if_one_number_alone_differs) {
  BOOST_TEST(is_in_a_row("/c/0.log", "/c/1.log", "/c/2.log"));
  BOOST_TEST(is_in_a_row("/c/9.log", "/c/10.log", "/c/11.log"));
  BOOST_TEST(is_in_a_row("/c/a12b", "/c/a15b", "/c/a19b"));
  for (const auto* other : {"/c/0.log", "/c/2.log", "/c/3.log", "/c/.log", "/c/1.txt", "/c/x.log", "/d/1.log", "/c/1x.log"})
    BOOST_TEST(!is_in_a_row("/c/0.log", other, "/c/2.log"), other);
  BOOST_TEST(!is_in_a_row("/c/0.log", "/c/1.log", "/c/0.log"));
  BOOST_TEST(!is_in_a_row("/c/0.log", "/c/1.log", "/c/2.txt"));
}

BOOST_AUTO_TEST_SUITE_END()
