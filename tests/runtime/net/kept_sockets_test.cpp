#include "runtime/net/kept_sockets.hpp"

#include "runtime/net/connect.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/sockets.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>

#include <filesystem>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

struct place_fixture {
  std::uint16_t port = free_port();
  std::string place = "127.0.0.1:" + std::to_string(port);
  net::kept_sockets kept;

  auto open(const std::string& at, mode_t mode = 0600) -> std::shared_ptr<net::listening_socket> {
    auto opened = kept.open(at, mode);
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    return *opened;
  }
  auto is_reached() const -> bool { return static_cast<bool>(net::connect_to({"127.0.0.1", port}, 1s)); }
};

auto mode_of(const std::string& path) -> mode_t {
  struct stat found {};
  BOOST_TEST_REQUIRE(::stat(path.c_str(), &found) == 0);
  return found.st_mode & 0777;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(a_kept_socket, place_fixture)

BOOST_AUTO_TEST_CASE(has_who_came_while_nobody_accepted) {
  const auto fd = open(place)->fd();
  BOOST_TEST(is_reached());
  const auto next = open(place);
  BOOST_TEST(next->fd() == fd);
  BOOST_TEST(next->accept()->has_value());
  BOOST_TEST(next->datagrams() >= 0);
}

BOOST_AUTO_TEST_CASE(is_not_for_two) {
  const auto first = open(place);
  const auto second = kept.open(place, 0600);
  BOOST_TEST_REQUIRE(!second);
  BOOST_TEST(second.failure().what.find("Address already in use") != std::string::npos, second.failure().what);
  const auto any = open("127.0.0.1:0");
  BOOST_TEST(any->port() != open("127.0.0.1:0")->port());
}

BOOST_AUTO_TEST_CASE(closes_when_it_is_wanted_nowhere) {
  open(place);
  kept.keep_only(std::vector{place});
  BOOST_TEST(is_reached());
  auto held = open(place);
  kept.keep_only({});
  BOOST_TEST(is_reached());
  held.reset();
  BOOST_TEST(!is_reached());
}

BOOST_AUTO_TEST_CASE(is_in_nobodys_way_under_another_name) {
  open(place);
  const auto fd = open("*:" + std::to_string(port))->fd();
  kept.keep_only(std::vector<std::string>{"any.log", ":" + std::to_string(port)});
  BOOST_TEST(open(":" + std::to_string(port))->fd() == fd);
}

BOOST_AUTO_TEST_CASE(stays_when_another_cannot_be_opened) {
  const auto another = free_port();
  const auto taken = listen_on(another);
  open(place);
  BOOST_TEST(!kept.open("127.0.0.1:" + std::to_string(another), 0600));
  BOOST_TEST(is_reached());
  BOOST_TEST(!kept.open("nonsense", 0600));
}

BOOST_AUTO_TEST_CASE(of_a_path_keeps_its_file_and_takes_its_new_mode) {
  const auto folder = temporary_directory{};
  const auto path = folder / "socket";
  open("unix:" + path);
  BOOST_TEST(static_cast<bool>(net::connect_to_path(path)));
  BOOST_TEST(open("unix:" + path, 0660)->accept()->has_value());
  BOOST_TEST(mode_of(path) == 0660U);
  kept.keep_only({});
  BOOST_TEST(!std::filesystem::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
