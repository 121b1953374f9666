#include "runtime/log/receiver_book.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

using namespace weir;
using namespace weir::test;
using addresses = receiver_book::addresses;

namespace {

struct book_on_a_disk {
  memory_file_system disk;
  faulty_file_system faults{disk};
  book_on_a_disk() { BOOST_REQUIRE(disk.make_directories("/buffer")); }
  auto opened() -> receiver_book {
    auto book = receiver_book{faults, "/buffer"};
    BOOST_REQUIRE(book.open());
    return book;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(receiver_books, book_on_a_disk)

BOOST_AUTO_TEST_CASE(give_the_next_process_what_they_were_given) {
  auto book = opened();
  BOOST_TEST(book.of("a").empty());
  BOOST_REQUIRE(book.set("a", {"n-1/sink/a", "n-2/sink/a"}));
  BOOST_REQUIRE(book.set("b", {"n-1/sink/b"}));
  BOOST_CHECK((opened().of("a") == addresses{"n-1/sink/a", "n-2/sink/a"}));
  BOOST_CHECK((opened().of("b") == addresses{"n-1/sink/b"}));
  BOOST_REQUIRE(book.set("a", {}));
  BOOST_TEST(opened().of("a").empty());
  BOOST_TEST(opened().of("b").size() == 1U);
}

BOOST_AUTO_TEST_CASE(have_an_address_on_the_device_or_say_that_they_could_not) {
  for (auto step = std::uint64_t{1};; ++step) {
    auto book = opened();
    BOOST_REQUIRE(book.set("a", {}));
    BOOST_REQUIRE(book.set("a", {"n-1"}));
    faults.arm({{file_call::any, step}});
    const auto done = book.set("a", {"n-1", "n-2"});
    const auto struck = faults.struck() > 0;
    faults.disarm();
    BOOST_TEST(static_cast<bool>(done) == !struck);
    BOOST_TEST(book.of("a").size() == (done ? 2U : 1U));
    BOOST_TEST(opened().of("a").contains("n-1"));
    if (!struck) break;
  }
}

BOOST_AUTO_TEST_CASE(take_what_is_no_book_for_an_empty_one) {
  auto book = opened();
  BOOST_REQUIRE(book.set("a", {"n-1"}));
  const auto file = disk.open("/buffer/receivers", open_mode::write);
  BOOST_REQUIRE(file);
  const auto parts = std::array<std::string_view, 1>{"what"};
  BOOST_REQUIRE((*file)->write_at(0, parts));
  BOOST_TEST(opened().of("a").empty());
}

BOOST_AUTO_TEST_SUITE_END()
