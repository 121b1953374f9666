#include "actors/sinks/mqtt/packets.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using namespace std::string_literals;

namespace {

auto is_no_mqtt(std::string_view bytes) -> bool { return !take_mqtt_packet(bytes); }

} // namespace

BOOST_AUTO_TEST_SUITE(mqtt_packets)

BOOST_AUTO_TEST_CASE(a_login_is_what_the_standard_says) {
  auto out = byte_buffer{};
  append_mqtt_connect(out, {"me", "u", "pw", 60});
  BOOST_TEST(out.view() == "\x10\x15\0\4MQTT\4\xc2\0\x3c\0\2me\0\1u\0\2pw"s);
  out.clear();
  append_mqtt_connect(out, {});
  BOOST_TEST(out.view() == "\x10\x0c\0\4MQTT\4\2\0\0\0\0"s);
}

BOOST_AUTO_TEST_CASE(a_message_has_its_topic_and_number_and_its_size_in_as_many_bytes_as_it_needs) {
  auto out = byte_buffer{};
  append_mqtt_publish(out, "a/b", 258, "hi", false);
  BOOST_TEST(out.view() == "\x32\x09\0\3a/b\1\2hi"s);
  out.clear();
  append_mqtt_publish(out, "t", 1, std::string(200, 'x'), true);
  BOOST_TEST(out.view().substr(0, 8) == "\x33\xcd\1\0\1t\0\1"s);
  BOOST_TEST(out.size() == 208U);
}

BOOST_AUTO_TEST_CASE(takes_answers_one_by_one) {
  const auto all = "\x20\2\0\0\x40\2\1\2\xd0\0"s;
  auto rest = std::string_view{all};
  const auto hello = take_mqtt_packet(rest);
  BOOST_REQUIRE(hello && *hello);
  BOOST_TEST(bool{check_mqtt_connack((*hello)->body)});
  const auto ack = take_mqtt_packet(rest);
  BOOST_REQUIRE(ack && *ack);
  BOOST_TEST(number_of_puback((*ack)->body).value_or(0) == 258);
  const auto pong = take_mqtt_packet(rest);
  BOOST_REQUIRE(pong && *pong);
  BOOST_TEST(((*pong)->kind == mqtt_kind::pingresp));
  BOOST_TEST(rest.empty());
  for (const auto size : {0U, 1U, 3U}) {
    rest = std::string_view{all}.substr(0, size);
    const auto part = take_mqtt_packet(rest);
    BOOST_TEST((part && !*part));
  }
}

BOOST_AUTO_TEST_CASE(refuses_what_is_none) {
  BOOST_TEST(is_no_mqtt("HTTP/1.1 400 Bad Request\r\n"));
  BOOST_TEST(is_no_mqtt("\x40\xff\xff\xff\xff\1"s));
  BOOST_TEST(is_no_mqtt("\x40\xff\xff\xff\x7f"s));
  BOOST_TEST(!number_of_puback("\1"s));
  BOOST_TEST((check_mqtt_connack("\0\5"s).failure().code == errc::failed));
  BOOST_TEST((check_mqtt_connack("\0\3"s).failure().code == errc::unavailable));
  BOOST_TEST((check_mqtt_connack("\0\x7f"s).failure().code == errc::malformed));
  BOOST_TEST((check_mqtt_connack("").failure().code == errc::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
