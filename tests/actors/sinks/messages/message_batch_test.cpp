#include "actors/sinks/messages/message_batch.hpp"

#include "actors/sinks/kafka/options.hpp"
#include "tests/support/store_contract.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using test::entry_of;
using test::make_chunk;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

struct assigned {
  message_batch batch;
  committed done;
  std::vector<chunk_ptr> chunks;
};

auto assign(const kafka_settings& s, const std::vector<test::tagged_entries>& sections) -> assigned {
  auto made = assigned{message_batch{rules_of(s), "n", "sink"}, {}, {make_chunk(sections)}};
  const auto any = tag_pattern::parse({});
  made.batch.assign({made.chunks, *any}, made.done);
  return made;
}

auto option_of(const kafka_options& all, std::string_view name) -> std::string {
  for (const auto& [key, value] : all)
    if (key == name) return value;
  return "none";
}

} // namespace

BOOST_AUTO_TEST_SUITE(kafka_message_batch)

BOOST_AUTO_TEST_CASE(an_event_is_a_message_without_a_line_feed) {
  auto s = kafka_settings{};
  s.topic = "logs.{tag}";
  s.key = "user.name";
  s.headers = {{"from", "weir"}, {"tag", "<{tag}>"}};
  const auto made = assign(s, {{"a", entry_of(noon, record("n", 1)) + entry_of(noon + 1, record("user.name", "eve")), 2},
                               {"b/c", entry_of(noon, record("user.name", 7)), 1}});
  BOOST_REQUIRE(made.batch.messages().size() == 3U);
  const auto& messages = made.batch.messages();
  BOOST_TEST(made.batch.payload_of(messages[0]) == R"({"time":"2026-11-22T15:04:05.123456789Z","tag":"a","n":1})");
  BOOST_TEST(!messages[0].has_key);
  BOOST_TEST(messages[1].has_key);
  BOOST_TEST(made.batch.key_of(messages[1]) == "eve");
  BOOST_TEST(made.batch.key_of(messages[2]) == "7");
  BOOST_TEST(messages[1].at.index == 1U);
  BOOST_TEST(messages[2].at.index == 2U);
  BOOST_TEST(messages[1].time_ns == noon + 1);
  BOOST_TEST((made.batch.topics() == std::vector<std::string>{"logs.a", "logs.b_c"}));
  BOOST_TEST(messages[2].topic == 1U);
  BOOST_TEST((made.batch.headers_of(messages[0]) == message_headers{{"from", "weir"}, {"tag", "<a>"}}));
  BOOST_TEST((made.batch.headers_of(messages[2]) == message_headers{{"from", "weir"}, {"tag", "<b/c>"}}));
}

BOOST_AUTO_TEST_CASE(damaged_events_are_refused_and_the_rest_is_taken) {
  const auto made = assign({}, {{"a", entry_of(noon, record("n", 1)) + "\xc1", 3}, {"b", entry_of(noon, record("n", 2)), 1}});
  BOOST_TEST(made.batch.messages().size() == 2U);
  BOOST_TEST(test::refused_events(made.done) == 2U);
  BOOST_TEST(made.done.refused.front().first.index == 1U);
}

BOOST_AUTO_TEST_CASE(secrets_and_brokers_reach_the_library) {
  auto s = kafka_settings{};
  s.endpoints = {"kafka-1", "kafka-2:9093", "[::1]:9094"};
  BOOST_TEST(option_of(connection_options(s), "bootstrap.servers") == "kafka-1:9092,kafka-2:9093,[::1]:9094");
  BOOST_TEST(option_of(connection_options(s), "security.protocol") == "plaintext");
  s.auth.user = "weir";
  s.auth.mechanism = kafka_mechanism::scram_sha_512;
  s.auth.password.value = "changeme";
  s.tls.emplace();
  s.tls->verify = store_verify::ca;
  BOOST_TEST(option_of(connection_options(s), "security.protocol") == "sasl_ssl");
  BOOST_TEST(option_of(connection_options(s), "sasl.mechanism") == "SCRAM-SHA-512");
  BOOST_TEST(option_of(connection_options(s), "sasl.password") == "changeme");
  BOOST_TEST(option_of(connection_options(s), "ssl.endpoint.identification.algorithm") == "none");
  BOOST_TEST(option_of(producer_options(s), "enable.idempotence") == "true");
  BOOST_TEST(option_of(producer_options(s), "transactional.id") == "none");
  BOOST_TEST(option_of(producer_options(s, "weir.s.3"), "transactional.id") == "weir.s.3");
}

BOOST_AUTO_TEST_SUITE_END()
