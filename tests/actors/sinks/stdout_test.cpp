#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <fcntl.h>
#include <unistd.h>

using namespace weir;
using test::content_of;
using test::map_of;
using test::scalar;

namespace {

/// Everything written to the standard output goes to `path` while it lives.
class redirected_stdout {
public:
  explicit redirected_stdout(const std::string& path) : before_(::dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    const auto file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);
    ::close(file);
  }
  ~redirected_stdout() {
    ::dup2(before_, STDOUT_FILENO);
    ::close(before_);
  }
  redirected_stdout(const redirected_stdout&) = delete;
  auto operator=(const redirected_stdout&) -> redirected_stdout& = delete;

private:
  int before_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(stdout_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "out";
  const auto redirected = redirected_stdout{path};
  test::check_store_contract({[] {
                                return test::make_store("stdout", map_of({{"format", scalar("raw")}}));
                              },
                              [&] {
                                auto numbers = std::vector<std::int64_t>{};
                                const auto text = content_of(path);
                                for (auto at = text.find("{\"n\":"); at != std::string::npos;
                                     at = text.find("{\"n\":", at + 1))
                                  numbers.push_back(std::stoll(text.substr(at + 5)));
                                return numbers;
                              }});
}

BOOST_AUTO_TEST_CASE(a_header_is_written_once) {
  const auto dir = test::temporary_directory{};
  {
    const auto redirected = redirected_stdout{dir / "out"};
    const auto s = test::make_store("stdout", map_of({{"format", scalar("csv")},
                                                      {"columns", test::list({"n", "tag"})},
                                                      {"header", scalar("true")}}));
    BOOST_REQUIRE(test::commit(*s, {test::make_chunk({test::numbered("a", 0, 1)})}));
    BOOST_REQUIRE(test::commit(*s, {test::make_chunk({test::numbered("b", 1, 2)})}));
  }
  BOOST_TEST(content_of(dir / "out") == "n,tag\n0,a\n1,b\n");
}

BOOST_AUTO_TEST_CASE(a_full_device_is_named_with_its_reason) {
  auto failed = result<committed>{committed{}};
  {
    const auto redirected = redirected_stdout{"/dev/full"};
    const auto s = test::make_store("stdout", map_of({}));
    failed = test::commit(*s, {test::make_chunk({test::numbered("a", 0, 1)})});
  }
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what == "cannot write to the standard output: No space left on device");
}

BOOST_AUTO_TEST_SUITE_END()
