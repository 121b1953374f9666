#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/ledger/journal.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::string_literals;
using test::memory_file_system;

namespace {

constexpr auto path = "/disk/j";

struct fixture {
  memory_file_system disk;
  fixture() { BOOST_REQUIRE(disk.make_directories("/disk")); }

  auto records() -> std::vector<std::string> {
    auto all = std::vector<std::string>{};
    auto j = journal{disk, path, true};
    found = {};
    const auto opened = j.open([&](std::string_view record, std::uint64_t) { all.emplace_back(record); });
    BOOST_REQUIRE(opened);
    found = *opened;
    return all;
  }
  journal::findings found;
};

void ignore(std::string_view, std::uint64_t) {}

} // namespace

BOOST_FIXTURE_TEST_SUITE(ledger_journal, fixture)

BOOST_AUTO_TEST_CASE(gives_back_what_was_appended) {
  auto j = journal{disk, path, true};
  BOOST_REQUIRE(j.open(ignore));
  BOOST_TEST(j.wants_rewrite());
  BOOST_REQUIRE(j.rewrite("a"));
  BOOST_REQUIRE(j.append("", true));
  BOOST_REQUIRE(j.append("bc", true));
  BOOST_CHECK((records() == std::vector{"a"s, ""s, "bc"s}));
  BOOST_REQUIRE(j.rewrite("d"));
  BOOST_REQUIRE(j.append("e", true));
  BOOST_CHECK((records() == std::vector{"d"s, "e"s}));
}

BOOST_AUTO_TEST_CASE(the_layout_is_as_written_down) {
  auto j = journal{disk, path, true};
  BOOST_REQUIRE(j.open(ignore));
  BOOST_REQUIRE(j.rewrite("hi"));
  const auto bytes = disk.content(path);
  BOOST_REQUIRE(bytes.size() == 2U * 24 + 2U * 30);
  BOOST_TEST(bytes.substr(0, 20) == "weirLEDG\1\0\0\0\1\0\0\0\0\0\0\0"s);
  BOOST_TEST(bytes.substr(24, 24) == bytes.substr(0, 24));
  BOOST_TEST(bytes.substr(48, 24) == "WRDL\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s);
  BOOST_TEST(bytes.substr(76, 2) == "hi");
  BOOST_TEST(bytes.substr(78) == bytes.substr(48, 30));
}

BOOST_AUTO_TEST_CASE(one_of_a_newer_version_is_refused_and_not_touched) {
  auto j = journal{disk, path, true};
  BOOST_REQUIRE(j.open(ignore));
  BOOST_REQUIRE(j.rewrite("hi"));
  auto header = "weirLEDG\2\0\0\0\1\0\0\0\0\0\0\0"s;
  put_number(header, crc32c(header));
  disk.set_content(path, header + header);
  const auto refused = journal{disk, path, true}.open(ignore);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.failure().code == errc::rejected));
  BOOST_TEST(refused.failure().what.find("version 2") != std::string::npos);
  BOOST_TEST(disk.content(path) == header + header);
}

BOOST_AUTO_TEST_CASE(records_of_an_older_generation_are_not_believed) {
  auto j = journal{disk, path, true};
  BOOST_REQUIRE(j.open(ignore));
  BOOST_REQUIRE(j.rewrite("one"));
  BOOST_REQUIRE(j.append("old", true));
  const auto old = disk.content(path);
  BOOST_REQUIRE(j.rewrite("one"));
  disk.set_content(path, disk.content(path) + old.substr(disk.content(path).size()));
  BOOST_CHECK((records() == std::vector{"one"s}));
  BOOST_TEST(found.cut_bytes > 0U);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_journal_are_set_aside) {
  for (const auto& bytes : {""s, "x"s, std::string(100, '\0'), std::string(5000, 'W')}) {
    disk.set_content(path, bytes);
    BOOST_TEST(records().empty());
    BOOST_TEST(found.was_unreadable);
    BOOST_TEST(disk.content(path + ".damaged"s) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(a_missing_record_is_damage_only_if_it_was_on_the_device) {
  auto j = journal{disk, path, true};
  BOOST_REQUIRE(j.open(ignore));
  BOOST_REQUIRE(j.rewrite("a"));
  for (const auto* text : {"bbbb", "cccc", "dddd"}) BOOST_REQUIRE(j.append(text, *text == 'd'));
  const auto without = [&](const std::string& text) {
    auto bytes = disk.content(path);
    for (auto at = bytes.find(text); at != std::string::npos; at = bytes.find(text)) bytes[at] = '?';
    return bytes;
  };
  const auto whole = disk.content(path);
  // Not synced when "dddd" was written: the power may have been cut then.
  disk.set_content(path, without("bbbb"));
  BOOST_CHECK((records() == std::vector{"a"s}));
  BOOST_TEST(found.lost_records == 0U);
  disk.set_content(path, whole);
  auto again = journal{disk, path, true};
  BOOST_REQUIRE(again.open(ignore));
  BOOST_REQUIRE(again.rewrite("a"));
  for (const auto* text : {"bbbb", "cccc", "dddd"}) BOOST_REQUIRE(again.append(text, true));
  disk.set_content(path, without("bbbb"));
  BOOST_CHECK((records() == std::vector{"a"s, "cccc"s, "dddd"s}));
  BOOST_TEST(found.lost_records == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
