#include "runtime/os/replace_files.hpp"

#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <algorithm>

using namespace weir;
using namespace weir::test;

namespace {

auto mode_of(const std::string& path) -> unsigned {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

auto names_in(const temporary_directory& at) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& entry : std::filesystem::directory_iterator{at.path()}) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

} // namespace

BOOST_AUTO_TEST_SUITE(replaced_files)

BOOST_AUTO_TEST_CASE(files_have_their_content_and_their_mode_whatever_the_umask) {
  const auto at = temporary_directory{};
  const auto former = ::umask(077);
  const auto done = replace_files({{at / "a", "one", 0600}, {at / "b", std::string(100'000, 'x'), 0644}});
  ::umask(former);
  BOOST_TEST(static_cast<bool>(done));
  BOOST_TEST(content_of(at / "a") == "one");
  BOOST_TEST(content_of(at / "b").size() == 100'000);
  BOOST_TEST(mode_of(at / "a") == 0600U);
  BOOST_TEST(mode_of(at / "b") == 0644U);
  BOOST_TEST(static_cast<bool>(replace_files({{at / "a", "two", 0600}})));
  BOOST_TEST(content_of(at / "a") == "two");
  BOOST_TEST(names_in(at).size() == 2);
}

BOOST_AUTO_TEST_CASE(if_one_cannot_be_written_none_is_replaced) {
  const auto at = temporary_directory{};
  BOOST_TEST(static_cast<bool>(replace_files({{at / "a", "one", 0600}})));
  const auto failed = replace_files({{at / "a", "two", 0600}, {at / "nowhere/b", "x", 0600}});
  BOOST_TEST_REQUIRE(!failed);
  BOOST_TEST(failed.failure().what.find("nowhere/b") != std::string::npos, failed.failure().what);
  BOOST_TEST(content_of(at / "a") == "one");
  BOOST_TEST((names_in(at) == std::vector<std::string>{"a"}));
}

BOOST_AUTO_TEST_CASE(they_are_replaced_in_the_order_given_and_nothing_is_left_beside_them) {
  const auto at = temporary_directory{};
  std::filesystem::create_directory(at / "b"); // no file can take its place
  const auto failed = replace_files({{at / "a", "one", 0600}, {at / "b", "x", 0600}, {at / "c", "x", 0600}});
  BOOST_TEST_REQUIRE(!failed);
  BOOST_TEST(failed.failure().what.find(at / "b") != std::string::npos, failed.failure().what);
  BOOST_TEST(content_of(at / "a") == "one");
  BOOST_TEST((names_in(at) == std::vector<std::string>{"a", "b"}));
}

BOOST_AUTO_TEST_SUITE_END()
