/// Goal: what a start does to a file lasts, also if the process before was killed while it did the same.
#include "runtime/ledger/file_recovery.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::memory_file_system;

namespace {

constexpr auto path = "/out/a.log";

struct recovery_fixture {
  memory_file_system files;
  recovery_fixture() { BOOST_REQUIRE(files.make_directories("/out") && files.sync_directory("/")); }

  auto mark(std::uint64_t length, bool is_created) const -> file_mark {
    auto m = file_mark{path};
    m.inode = 1;
    m.length = length;
    m.tail_crc = crc_of_tail(std::string_view{"committed"}.substr(0, length));
    m.is_created = is_created;
    return m;
  }
  void write_and_sync(std::string_view text) {
    const auto f = files.open(path, open_mode::create);
    BOOST_REQUIRE(f && (*f)->write_at(0, {&text, 1}) && (*f)->sync() && files.sync_directory("/out"));
  }
  void cut_power() { files.crash(1, memory_file_system::survival::lose); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(file_recovery, recovery_fixture)

BOOST_AUTO_TEST_CASE(a_cut_that_a_killed_process_did_not_sync_lasts) {
  write_and_sync("committed and more");
  BOOST_REQUIRE((*files.open(path, open_mode::write))->truncate(9));
  files.kill();
  const auto m = mark(9, false);
  BOOST_TEST_REQUIRE(static_cast<bool>(recover_file(files, m, true)));
  cut_power();
  BOOST_TEST(files.content(path) == "committed");
}

BOOST_AUTO_TEST_CASE(a_removal_that_a_killed_process_did_not_sync_lasts) {
  write_and_sync("not committed");
  BOOST_REQUIRE(files.remove(path));
  files.kill();
  BOOST_TEST_REQUIRE(static_cast<bool>(recover_file(files, mark(0, true), true)));
  cut_power();
  BOOST_TEST(!files.exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
