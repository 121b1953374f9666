#include "actors/sinks/redis/replies.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

namespace {

using kind = redis_reply::kind;

auto take_one(std::string_view bytes) -> redis_reply {
  auto rest = bytes;
  auto reply = take_redis_reply(rest);
  BOOST_REQUIRE(reply && *reply);
  BOOST_TEST(rest.empty());
  return **reply;
}

auto is_refused(std::string_view bytes) -> bool {
  auto rest = bytes;
  return !take_redis_reply(rest);
}

} // namespace

BOOST_AUTO_TEST_SUITE(redis_replies)

BOOST_AUTO_TEST_CASE(a_command_is_its_words_with_their_sizes) {
  auto out = byte_buffer{};
  append_redis_command_head(out, 2);
  append_redis_word(out, "XLEN");
  append_redis_word(out, "a\r\nb");
  BOOST_TEST(out.view() == "*2\r\n$4\r\nXLEN\r\n$4\r\na\r\nb\r\n");
}

BOOST_AUTO_TEST_CASE(reads_each_kind_of_reply) {
  BOOST_TEST(take_one("+OK\r\n").text == "OK");
  BOOST_TEST(take_one("-ERR no\r\n").is_error());
  BOOST_TEST(take_one(":-7\r\n").number == -7);
  BOOST_TEST(take_one("$4\r\na\r\nb\r\n").text == "a\r\nb");
  BOOST_TEST((take_one("$-1\r\n").is == kind::nothing));
  BOOST_TEST((take_one("*-1\r\n").is == kind::nothing));
  const auto list = take_one("*3\r\n:1\r\n$0\r\n\r\n*1\r\n+x\r\n");
  BOOST_REQUIRE(list.items.size() == 3U);
  BOOST_TEST(list.items[1].text.empty());
  BOOST_TEST(list.items[2].items.at(0).text == "x");
}

BOOST_AUTO_TEST_CASE(waits_for_the_rest_of_what_is_not_whole) {
  const auto whole = std::string{"*2\r\n$5\r\nhello\r\n:12\r\n"};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto rest = std::string_view{whole}.substr(0, size);
    const auto reply = take_redis_reply(rest);
    BOOST_REQUIRE(reply);
    BOOST_TEST(!*reply);
    BOOST_TEST(rest.size() == size);
  }
  auto two = std::string_view{"+a\r\n+b\r\n"};
  BOOST_TEST((*take_redis_reply(two))->text == "a");
  BOOST_TEST(two == "+b\r\n");
}

BOOST_AUTO_TEST_CASE(refuses_what_is_none) {
  BOOST_TEST(is_refused("HTTP/1.1 400 Bad Request\r\n"));
  BOOST_TEST(is_refused("\r\n"));
  BOOST_TEST(is_refused(":x\r\n"));
  BOOST_TEST(is_refused("$-2\r\n"));
  BOOST_TEST(is_refused("$99999999999\r\n"));
  BOOST_TEST(is_refused("$1\r\nabc\r\n"));
  BOOST_TEST(is_refused("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n"));
  BOOST_TEST(is_refused(std::string(70'000, 'x')));
}

BOOST_AUTO_TEST_CASE(errors_say_whether_waiting_helps) {
  for (const auto* later : {"OOM command not allowed when used memory > 'maxmemory'.", "LOADING Redis is loading the dataset in memory",
                            "BUSY Redis is busy running a script.", "READONLY You can't write against a read only replica.",
                            "MISCONF Redis is configured to save RDB snapshots", "NOREPLICAS Not enough good replicas to write."})
    BOOST_TEST((error_of_redis(later).code == errc::unavailable), later);
  for (const auto* never : {"NOAUTH Authentication required.", "WRONGPASS invalid username-password pair or user is disabled.",
                            "NOPERM this user has no permissions", "MOVED 3999 127.0.0.1:6381", "ERR DB index is out of range"})
    BOOST_TEST((error_of_redis(never).code == errc::failed), never);
  BOOST_TEST(error_of_redis("OOM \x1b[31m\n" + std::string(1000, 'x')).what.find('\x1b') == std::string::npos);
  BOOST_TEST(error_of_redis("OOM " + std::string(1000, 'x')).what.size() <= 300U);
}

BOOST_AUTO_TEST_SUITE_END()
