#include "runtime/os/paths.hpp"
#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>

using namespace weir;

namespace {

auto problem_of(const std::string& path) -> std::string {
  const auto found = check_writable(path);
  return found ? std::string{} : found.failure().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(what_may_be_written)

BOOST_AUTO_TEST_CASE(a_file_that_is_there_or_can_be_made) {
  const auto dir = test::temporary_directory{};
  BOOST_TEST(problem_of(dir / "new/deeper/x") == "");
  BOOST_TEST(!std::filesystem::exists(dir / "new")); // it only looks
  std::ofstream{dir / "old"} << "x";
  BOOST_TEST(problem_of(dir / "old") == "");
  BOOST_TEST(test::content_of(dir / "old") == "x");
  BOOST_TEST(problem_of("surely-not-there/x") == ""); // in the working directory
}

BOOST_AUTO_TEST_CASE(no_file_where_something_else_is_or_is_in_the_way) {
  const auto dir = test::temporary_directory{};
  std::ofstream{dir / "file"} << "x";
  std::filesystem::create_directory(dir / "directory");
  BOOST_TEST(problem_of(dir / "directory")
             == "cannot write " + (dir / "directory") + ": " + (dir / "directory") + " is no regular file");
  BOOST_TEST(problem_of(dir / "file/x/y").starts_with("cannot write " + (dir / "file/x/y") + ": "));
}

BOOST_AUTO_TEST_SUITE_END()
