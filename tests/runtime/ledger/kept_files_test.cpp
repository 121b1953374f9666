#include "runtime/ledger/appended_files.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto now_ns = std::int64_t{1'000'000'000'000};

auto names_of(const std::vector<kept_file>& files) -> std::string {
  auto all = std::string{};
  for (const auto& f : files) all += f.path.substr(f.path.rfind('/') + 1) + ' ';
  return all;
}

auto file_of(const std::string& name, std::uint64_t bytes, std::chrono::seconds age, bool is_in_use = false) -> kept_file {
  return {name, bytes, now_ns - std::chrono::nanoseconds{age}.count(), is_in_use};
}

/// A sink that has written each name in turn, and what is in its directory.
struct written {
  explicit written(bool renames) : ledger(real_file_system(), {.path = dir / "ledger", .holder = "test", .keeps_idle = renames}) {
    auto options = appended_files_options{};
    options.renames_finished = renames;
    files.emplace(real_file_system(), &ledger, system_clock(), options);
    BOOST_REQUIRE(files->rollback());
  }
  void add(const std::string& name, const std::string& bytes) {
    files->begin();
    const auto target = files->open(dir / name);
    BOOST_REQUIRE(target);
    (*target)->pending.append(bytes);
    BOOST_REQUIRE(files->commit());
  }
  void age(const std::string& name, std::chrono::hours by) {
    std::filesystem::last_write_time(dir / name, std::filesystem::file_time_type::clock::now() - by);
  }
  auto has(const std::string& name) const -> bool { return std::filesystem::exists(dir / name); }

  test::temporary_directory dir;
  file_ledger ledger;
  std::optional<appended_files> files;
};

} // namespace

BOOST_AUTO_TEST_SUITE(files_kept)

BOOST_AUTO_TEST_CASE(what_is_too_old_goes_and_then_the_oldest_until_the_rest_is_small_enough) {
  const auto all = std::vector{file_of("a", 10, 100s), file_of("b", 20, 80s), file_of("c", 30, 60s, true), file_of("d", 40, 10s)};
  const auto by_age = beyond({.age = 60s}, all, now_ns);
  BOOST_TEST(names_of(by_age.too_old) == "a b ");
  BOOST_TEST(by_age.too_much.empty());
  BOOST_TEST(names_of(beyond({.bytes = 75}, all, now_ns).too_much) == "a b ");
  BOOST_TEST(names_of(beyond({.bytes = 1}, all, now_ns).too_much) == "a b d ");
  const auto both = beyond({.age = 90s, .bytes = 89}, all, now_ns);
  BOOST_TEST(names_of(both.too_old) == "a ");
  BOOST_TEST(names_of(both.too_much) == "b ");
  BOOST_TEST(beyond({}, all, now_ns).too_old.empty());
}

BOOST_AUTO_TEST_CASE(it_looks_as_often_as_the_limits_ask_for) {
  BOOST_TEST((interval_of({}) == 0s));
  BOOST_TEST((interval_of({.age = 168h}) == 60s));
  BOOST_TEST((interval_of({.age = 5s}) == 1s));
  BOOST_TEST((interval_of({.age = 168h, .bytes = 1}) == 10s));
}

BOOST_AUTO_TEST_CASE(only_what_the_sink_wrote_is_deleted_with_the_directories_that_get_empty) {
  auto w = written{false};
  for (const auto* name : {"2026/01/a.log", "2026/01/b.log", "2026/02/c.log"}) w.add(name, "line\n");
  std::filesystem::copy_file(w.dir / "2026/01/a.log", w.dir / "2026/01/others.log");
  BOOST_REQUIRE(w.files->idle());
  for (const auto* name : {"2026/01/a.log", "2026/01/b.log", "2026/01/others.log", "2026/02/c.log"}) w.age(name, 100h);
  w.add("2026/02/c.log", "more\n"); // open, and new again
  w.add("2026/03/d.log", "line\n");
  const auto gone = w.files->expire(w.dir.path(), {.age = 48h});
  BOOST_REQUIRE(gone);
  BOOST_TEST(names_of(gone->too_old) == "a.log b.log ");
  BOOST_TEST(w.has("2026/01/others.log"));
  BOOST_TEST(w.has("2026/02/c.log"));
  BOOST_TEST(w.has("2026/03/d.log"));
  BOOST_TEST(w.files->take_findings().empty());
  std::filesystem::remove(w.dir / "2026/01/others.log");
  BOOST_REQUIRE(w.files->idle());
  w.age("2026/03/d.log", 100h);
  BOOST_REQUIRE(w.files->expire(w.dir.path(), {.age = 48h}));
  BOOST_TEST(!w.has("2026/03"));
  // A path whose file is gone is written anew, and nobody misses what was deleted.
  w.add("2026/03/d.log", "again\n");
  BOOST_TEST(test::content_of(w.dir / "2026/03/d.log") == "again\n");
  BOOST_REQUIRE(w.files->rollback());
  BOOST_TEST(w.files->take_findings().empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_finished_counts_and_stays) {
  auto w = written{true};
  w.add("a.log", std::string(100, 'x'));
  BOOST_REQUIRE(w.files->finish());
  w.add("b.log", std::string(100, 'x'));
  BOOST_REQUIRE(w.files->idle());
  w.age("a.log", 2h);
  w.age("b.log.part", 3h);
  const auto gone = w.files->expire(w.dir.path(), {.bytes = 150});
  BOOST_REQUIRE(gone);
  BOOST_TEST(names_of(gone->too_much) == "a.log ");
  BOOST_TEST(w.has("b.log.part"));
}

BOOST_AUTO_TEST_SUITE_END()
