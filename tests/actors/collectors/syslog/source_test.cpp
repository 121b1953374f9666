#include "runtime/codec/relp.hpp"
#include "runtime/os/host_name.hpp"
#include "tests/actors/collectors/listening_source.hpp"
#include "tests/support/captured_log.hpp"

#include <boost/test/unit_test.hpp>

#include <unistd.h>

using namespace weir;
using test::listening_source;
using test::plain_client;

namespace {

auto syslog_over(const std::string& scheme, listening_source::fields more = {}) -> listening_source {
  more.emplace_back("listen", scheme + "127.0.0.1:0");
  return listening_source{"syslog", more};
}

/// What comes of one datagram.
auto record_of(const std::string& text, listening_source::fields more = {}) -> std::string {
  auto in = syslog_over("udp://", std::move(more));
  plain_client{in.port(), SOCK_DGRAM}.send(text);
  in.pump_until(1);
  return in.out.found.front();
}

auto relp(std::uint32_t number, std::string_view command, std::string_view data) -> std::string {
  auto out = byte_buffer{};
  append_relp_frame(out, number, command, data);
  return std::string{out.view()};
}

const auto opening = relp(1, "open", "relp_version=0\nrelp_software=test,1,http://x.example\ncommands=syslog");
const auto opened = relp(1, "rsp", "200 OK\nrelp_version=0\nrelp_software=weir\ncommands=syslog");

} // namespace

BOOST_AUTO_TEST_SUITE(syslog_source)

BOOST_AUTO_TEST_CASE(messages_become_records) {
  const std::pair<std::string, std::string> rows[] = {
      {"<34>Nov 22 11:00:00 web sshd[42]: hello\n", R"({"facility":"auth","severity":"crit","host":"web","ident":"sshd","pid":"42","message":"hello"})"},
      {R"(<165>1 2026-11-22T11:00:00Z h app 99 ID [a@1 k="v"][b x="y"] text)",
       R"({"facility":"local4","severity":"notice","host":"h","ident":"app","pid":"99","msgid":"ID","structured_data":{"a@1":{"k":"v"},"b":{"x":"y"}},"message":"text"})"},
      {"<13>1 - - - - - - nothing known", R"({"facility":"user","severity":"notice","host":"127.0.0.1","message":"nothing known"})"},
      {"<13>1 2026-11-22T11:00:00Z h app - - [x][x] twice", R"({"facility":"user","severity":"notice","host":"h","ident":"app","message":"[x][x] twice"})"},
      {"<189>45: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured", R"({"facility":"local7","severity":"notice","host":"127.0.0.1","ident":"%SYS-5-CONFIG_I","message":"Configured"})"},
      {"<999>what", R"({"host":"127.0.0.1","message":"what"})"},
      {"no syslog at all", R"({"host":"127.0.0.1","message":"no syslog at all"})"}};
  for (const auto& [text, record] : rows) BOOST_TEST(record_of(text) == "syslog " + record);
}

BOOST_AUTO_TEST_CASE(tags_are_made_of_what_a_message_says_of_itself) {
  BOOST_TEST(record_of("<34>Nov 22 11:00:00 web.a postfix/smtpd[1]: x", {{"tag", "s.{facility}.{severity}.{host}.{ident}"}}).substr(0, 34)
             == "s.auth.crit.web_a.postfix_smtpd {\"");
  BOOST_TEST(record_of("x", {{"tag", "s.{facility}.{ident}"}}).substr(0, 19) == "s.unknown.unknown {");
  for (const auto* wrong : {"", "{app}", "a.{facility", "a.{}"})
    BOOST_TEST(test::problems_of("syslog", {{"listen", "udp://127.0.0.1:1"}, {"tag", wrong}}) == 1U, wrong);
}

BOOST_AUTO_TEST_CASE(times_without_zone_are_of_the_set_zone_and_a_clock_that_is_not_set_is_not_believed) {
  auto in = syslog_over("udp://", {{"time_zone", "+02:00"}});
  auto client = plain_client{in.port(), SOCK_DGRAM};
  const std::pair<std::string, std::int64_t> rows[] = {{"<1>Nov 22 12:00:00 h a: x", 1795341600},
                                                       {"<1>Nov 22 12:00:00 UTC h a: x", 1795348800},
                                                       {"<1>1: *Mar  1 00:00:00: %A-1-B: x", 1795348800},
                                                       {"<1>1 - h a - - - x", 1795348800}};
  for (const auto& [text, time] : rows) {
    in.out.found.clear();
    client.send(text);
    in.pump_until(1);
    BOOST_TEST(in.out.last_time_ns / 1'000'000'000 == time, text);
  }
  BOOST_TEST(!in.out.timed_at_reading[0]);
  BOOST_TEST(in.out.timed_at_reading[2]);
}

BOOST_AUTO_TEST_CASE(datagrams_stay_in_the_kernel_without_demand_and_what_it_loses_is_counted_and_told) {
  const auto log = test::captured_log{};
  auto in = syslog_over("udp://", {{"receive_buffer", "4KiB"}});
  auto client = plain_client{in.port(), SOCK_DGRAM};
  constexpr auto sent = 500U;
  for (auto i = 0U; i < sent; ++i) client.send("<1>Nov 22 12:00:00 h a: " + std::string(300, 'x'));
  in.pump(0);
  BOOST_TEST(in.out.found.empty());
  in.pump();
  const auto lost = in.out.dropped["lost in the receive buffer"];
  BOOST_TEST(lost > 0U);
  BOOST_TEST(in.out.found.size() + lost == sent);
  BOOST_REQUIRE(in.seen().problems.size() == 1U);
  BOOST_TEST(in.seen().problems.front().find("had no room for") != std::string::npos);
  in.time.advance(std::chrono::minutes{2});
  BOOST_TEST(in.seen().problems.empty());
}

BOOST_AUTO_TEST_CASE(of_a_message_that_is_too_long_the_beginning_is_kept_and_marked) {
  const auto is_marked = [](const std::string& record) { return record.find(R"(,"truncated":true})") != std::string::npos; };
  BOOST_TEST(is_marked(record_of("<1>" + std::string(600, 'x'), {{"max_message", "500B"}})));
  auto in = syslog_over("tcp://", {{"max_message", "500B"}});
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send("<1>" + std::string(600, 'x') + "\n603 <1>" + std::string(600, 'y') + "<1>ok\n");
  in.pump_until(3);
  BOOST_TEST(is_marked(in.out.found[0]));
  BOOST_TEST(is_marked(in.out.found[1]));
  BOOST_TEST(!is_marked(in.out.found[2]));
  BOOST_TEST(in.seen().noted.at("message cut") == 2U);
}

BOOST_AUTO_TEST_CASE(messages_of_a_stream_are_told_apart_one_by_one) {
  auto in = syslog_over("tcp://");
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send(std::string{"<1>one\n6 <1>two<1>thr"});
  in.pump_until(2);
  client.send(std::string{"ee\0<1>four\r\n\n<1>five", 22});
  client.end();
  in.pump_until(5);
  const char* messages[] = {"one", "two", "three", "four", "five"};
  for (auto i = 0U; i < 5; ++i) BOOST_TEST(in.out.found[i].find("\"message\":\"" + std::string{messages[i]} + "\"}") != std::string::npos, in.out.found[i]);
}

BOOST_AUTO_TEST_CASE(a_message_that_ends_with_its_connection_and_is_not_whole_is_counted) {
  auto in = syslog_over("tcp://");
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send("100 <1>half");
  client.end();
  in.pump();
  BOOST_TEST(in.out.found.empty());
  BOOST_TEST(in.out.dropped["incomplete message"] == 1U);
}

BOOST_AUTO_TEST_CASE(without_demand_a_stream_is_not_read) {
  auto in = syslog_over("tcp://");
  auto client = plain_client{in.port(), SOCK_STREAM};
  in.pump(0);
  client.send("<1>one\n");
  in.pump(0);
  BOOST_TEST(in.out.found.empty());
  in.pump_until(1);
}

BOOST_AUTO_TEST_CASE(relp_answers_each_message_when_it_is_safe_and_not_before) {
  auto in = syslog_over("relp://");
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send(opening + relp(2, "syslog", "<1>one") + relp(3, "syslog", "<1>two"));
  in.pump_until(2);
  BOOST_TEST(client.received() == opened);
  in.settle();
  BOOST_TEST(client.received() == "2 rsp 6 200 OK\n3 rsp 6 200 OK\n");
  client.send(relp(4, "syslog", "<1>three") + relp(5, "close", {}));
  in.pump_until(3);
  BOOST_TEST(client.received() == "");
  in.settle();
  BOOST_TEST(client.received().find("4 rsp 6 200 OK\n5 rsp 0\n0 serverclose 0\n") == 0U);
}

BOOST_AUTO_TEST_CASE(relp_takes_the_beginning_of_a_message_that_is_too_long_and_answers_when_all_has_passed) {
  auto in = syslog_over("relp://", {{"max_message", "500B"}});
  auto client = plain_client{in.port(), SOCK_STREAM};
  client.send(opening + "2 syslog 70003 <1>" + std::string(30000, 'x'));
  in.pump_until(1);
  in.settle();
  BOOST_TEST(client.received() == opened);
  client.send(std::string(40000, 'x') + "\n3 syslog 5 <1>ok\n");
  in.pump_until(2);
  in.settle();
  BOOST_TEST(client.received() == "2 rsp 6 200 OK\n3 rsp 6 200 OK\n");
  BOOST_TEST(in.out.found[0].find("\"truncated\":true") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_relp_ends_the_connection) {
  const auto log = test::captured_log{};
  for (const auto& bytes : std::vector<std::string>{"GET / HTTP/1.1\r\n\r\n", "1 syslog 3 abc\n", "1 open 3 abc\n",
                            opening + "2 syslog 3 abcd\n", opening + "2 rsp 6 200 OK\n", "1 open 99999999 x"}) {
    auto in = syslog_over("relp://");
    auto client = plain_client{in.port(), SOCK_STREAM};
    client.send(bytes);
    in.pump();
    auto got = client.received();
    BOOST_TEST(got.find("(end)") != std::string::npos, bytes << " got " << got);
    BOOST_TEST(in.out.found.empty());
  }
}

BOOST_AUTO_TEST_CASE(the_kernel_says_who_sends_at_a_unix_socket) {
  const auto path = "/tmp/weir-syslog-test-" + std::to_string(::getpid());
  const auto who = R"("credentials":{"pid":)" + std::to_string(::getpid()) + R"(,"uid":)" + std::to_string(::getuid());
  for (const auto& [scheme, type] : {std::pair{"unix:", SOCK_DGRAM}, std::pair{"unix-stream:", SOCK_STREAM}}) {
    auto in = listening_source{"syslog", {{"listen", scheme + path}}};
    auto client = plain_client{path, type};
    client.send("<13>Nov 22 11:00:00 app[7]: local\n");
    client.end();
    in.pump_until(1);
    BOOST_TEST(in.out.found.front().find(R"("host":")" + own_host_name() + R"(","ident":"app","pid":"7","message":"local",)" + who) != std::string::npos,
               in.out.found.front());
  }
  BOOST_TEST(::access(path.c_str(), F_OK) != 0);
}

BOOST_AUTO_TEST_CASE(settings_that_do_nothing_or_cannot_be_are_refused) {
  const auto problems = [](listening_source::fields fields) { return test::problems_of("syslog", fields); };
  for (const auto* good : {"udp://0.0.0.0:514", "tcp://:514", "relp://[::1]:2514", "unix:/dev/log", "unix-stream:/run/x"})
    BOOST_TEST(problems({{"listen", good}}) == 0U, good);
  for (const auto* wrong : {"0.0.0.0:514", "udp://", "udp://x", "unix:", "http://x:1", "tcp://unix:/x", "tls://x:1"})
    BOOST_TEST(problems({{"listen", wrong}}) == 1U, wrong);
  for (const auto* key : {"framing", "receive_buffer", "socket_mode", "credentials_key", "max_connections", "message_timeout", "handshake_timeout"})
    BOOST_TEST(problems({{"listen", key == std::string{"receive_buffer"} ? "tcp://x:1" : "udp://x:1"},
                         {key, key == std::string{"framing"} ? "lf" : key == std::string{"socket_mode"} ? "0600" : key == std::string{"receive_buffer"} ? "1MiB" : key == std::string{"max_connections"} ? "5" : "5s"}})
                   == 1U,
               key);
  BOOST_TEST(problems({{"listen", "udp://x:1"}, {"time_zone", "Nowhere/At_all"}}) == 1U);
  BOOST_TEST(problems({{"listen", "udp://x:1"}, {"max_message", "20MiB"}}) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
