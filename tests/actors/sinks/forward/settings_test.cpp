#include "tests/support/store_contract.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using members = std::vector<std::pair<std::string, config::value>>;

auto problems(members more, bool has_endpoint = true) -> std::string {
  if (has_endpoint) more.emplace_back("endpoints", list({"127.0.0.1:24224"}));
  return problems_of("forward", map_of(more));
}

auto one_server(members of) -> members {
  auto servers = config::value{};
  servers.type = config::value::kind::sequence;
  servers.items.push_back(map_of(of));
  return {{"servers", servers}};
}

auto promise_of(const members& settings) -> store_promise { return plugin_registry<store>::find("forward")->promise(map_of(settings)); }

} // namespace

BOOST_AUTO_TEST_SUITE(forward_store_settings_check)

BOOST_AUTO_TEST_CASE(one_endpoint_is_enough) {
  BOOST_TEST(problems({}) == "");
  BOOST_TEST(problems(one_server({{"at", scalar("unix:/run/weir/forward")}}), false) == "");
}

BOOST_AUTO_TEST_CASE(somebody_must_be_there_to_send_to) {
  BOOST_TEST(problems({}, false).find("\"endpoints\" is missing") != std::string::npos);
  BOOST_TEST(problems({{"endpoints", list({})}}, false).find("nobody to send to") != std::string::npos);
  BOOST_TEST(problems(one_server({{"at", scalar("a:1")}, {"weight", scalar("0")}}), false).find("nobody to send to") != std::string::npos);
  BOOST_TEST(problems(one_server({{"at", scalar("a:1")}})).find("not both") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_endpoint_is_a_host_and_a_port) {
  for (const auto* bad : {"a", "a:0", ":24224", "unix:", "a:99999"}) {
    BOOST_TEST(problems({{"endpoints", list({bad})}}, false) != "", bad);
    BOOST_TEST(problems(one_server({{"at", scalar(bad)}}), false) != "", bad);
  }
}

BOOST_AUTO_TEST_CASE(a_user_needs_a_key_or_word_that_there_is_none) {
  const auto auth = map_of({{"user", scalar("ann")}, {"password", scalar("secret")}});
  BOOST_TEST(problems({{"auth", auth}}).find("beside a \"shared_key\"") != std::string::npos);
  BOOST_TEST(problems({{"auth", auth}, {"shared_key", scalar("k")}}) == "");
  BOOST_TEST(problems({{"auth", auth}, {"empty_shared_key", scalar("true")}}) == "");
  BOOST_TEST(problems({{"shared_key", scalar("k")}, {"empty_shared_key", scalar("true")}}) != "");
  BOOST_TEST(problems({{"auth", map_of({{"token", scalar("t")}})}}).find("no tokens") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_does_nothing_is_refused) {
  BOOST_TEST(problems({{"require_ack", scalar("false")}, {"ack_timeout", scalar("5s")}}) != "");
  BOOST_TEST(problems({{"self_hostname", scalar("me")}}) != "");
  BOOST_TEST(problems({{"tls", map_of({})}, {"endpoints", list({"unix:/x"})}}, false) != "");
  BOOST_TEST(problems({{"tag", scalar("{what}")}}) != "");
  BOOST_TEST(problems({{"max_message", scalar("1B")}}) != "");
  BOOST_TEST(problems({{"ack_timeout", scalar("0")}}) != "");
}

BOOST_AUTO_TEST_CASE(it_promises_what_every_receiver_keeps) {
  BOOST_TEST(!promise_of({}).has_memory());
  BOOST_TEST(!promise_of({}).loses.has_value());
  BOOST_TEST(promise_of({{"require_ack", scalar("false")}}).loses.has_value());
  BOOST_TEST(promise_of({}).writers_max == store_writers_max);
}

BOOST_AUTO_TEST_SUITE_END()
