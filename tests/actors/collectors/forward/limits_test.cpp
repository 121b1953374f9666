#include "runtime/codec/compression.hpp"
#include "tests/actors/collectors/forward/fixture.hpp"
#include "tests/support/config_build.hpp"

#include <sys/stat.h>

#include <filesystem>

using namespace weir;
using namespace weir::test;
using pack::array;
using pack::bin;
using pack::event_entry;
using pack::event_time;
using pack::integer;
using pack::map;
using pack::record;
using pack::str;

namespace {

constexpr auto second = 1'700'000'000U;

auto small_limits() -> forward_settings {
  auto s = forward_settings{};
  s.max_message = byte_count{4096};
  return s;
}

/// Whether `bytes` end their connection, without an ack or an event, while another one is served.
void expect_end(const std::string& bytes, forward_settings s = {}) {
  const auto log = captured_log{};
  auto server = forward_server{std::move(s)};
  auto bad = forward_peer_socket{server};
  auto good = forward_peer_socket{server};
  bad.send(bytes);
  server.run();
  BOOST_TEST(bad.received().empty());
  BOOST_TEST(bad.is_closed());
  BOOST_TEST(server.out.events.empty());
  BOOST_TEST(log.has("connection to 127.0.0.1:"));
  good.send(array({str("t"), integer(second), record("m"), chunk_option("c")}));
  server.run();
  BOOST_TEST((good.received() == ack_of("c")));
}

auto problems_of(const config::value& settings) -> std::string {
  auto problems = config::diagnostics{};
  const auto* plugin = plugin_registry<source>::find("forward");
  BOOST_REQUIRE(plugin != nullptr);
  (void)plugin->configure(settings, "collector \"in\"", problems, {});
  auto text = std::string{};
  for (const auto& problem : problems) text += problem.what + '\n';
  return text;
}

auto tags_of(forward_settings s) -> std::string {
  auto server = forward_server{std::move(s)};
  auto client = forward_peer_socket{server};
  client.send(array({str("t"), integer(second), record("m")}));
  server.run();
  BOOST_REQUIRE(server.out.events.size() == 1U);
  return server.out.events.front().substr(0, server.out.events.front().find(' '));
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_limits)

// S1, S2, S3, S4
BOOST_AUTO_TEST_CASE(settings_that_cannot_work_are_refused) {
  const auto no = config_item{"false"};
  const auto yes = config_item{"true"};
  const auto user = map_of({{"username", "u"}, {"password", "p"}});
  const auto secure = [&](std::initializer_list<std::pair<std::string, config_item>> fields) {
    return problems_of(map_of({{"security", map_of(fields)}}));
  };
  BOOST_TEST(problems_of(map_of({})) == "");
  BOOST_TEST(problems_of(map_of({{"listen", list_of({"0.0.0.0:24224", "unix:/run/x", "[::1]:0"})}})) == "");
  BOOST_TEST(problems_of(map_of({{"tag", ""}})) != "");
  BOOST_TEST(problems_of(map_of({{"add_tag_prefix", ""}})) != "");
  BOOST_TEST(problems_of(map_of({{"send_keepalive_packet", yes}, {"deny_keepalive", yes}})) != "");
  BOOST_TEST(problems_of(map_of({{"source_hostname_key", "h"}, {"resolve_hostname", no}})) != "");
  for (const auto* listen : {"24224", "localhost", "::1:24224", "unix:", "host:99999"})
    BOOST_TEST(problems_of(map_of({{"listen", listen}})) != "");
  BOOST_TEST(problems_of(map_of({{"socket_mode", "rw"}})) != "");
  BOOST_TEST(problems_of(map_of({{"max_message", "1"}})) != "");

  BOOST_TEST(secure({{"shared_key", "k"}}) == "");
  BOOST_TEST(secure({{"shared_key", "k"}, {"users", list_of({user})}}) == "");
  BOOST_TEST(secure({{"empty_shared_key", yes}, {"users", list_of({user})}}) == "");
  BOOST_TEST(secure({{"users", list_of({user})}}) != "");
  BOOST_TEST(secure({{"shared_key", "k"}, {"user_auth", yes}}) != "");
  BOOST_TEST(secure({{"shared_key", "k"}, {"allow_anonymous_source", no}}) != "");
  const auto client = [&](config::value rule) {
    return secure({{"shared_key", "k"}, {"clients", list_of({rule})}});
  };
  BOOST_TEST(client(map_of({{"network", "10.0.0.0/8"}, {"shared_key", "x"}})) == "");
  BOOST_TEST(client(map_of({{"host", "127.0.0.1"}, {"shared_key", "x"}})) == "");
  BOOST_TEST(client(map_of({{"host", "127.0.0.1"}, {"network", "10.0.0.0/8"}})) != "");
  BOOST_TEST(client(map_of({{"shared_key", "x"}})) != "");
  BOOST_TEST(client(map_of({{"network", "10.0.0.0/33"}})) != "");
  BOOST_TEST(client(map_of({{"network", "ten/8"}})) != "");
  BOOST_TEST(client(map_of({{"host", "no-such-host.invalid"}})) != "");
  BOOST_TEST(client(map_of({{"host", "127.0.0.1"}, {"users", list_of({"nobody"})}})) != "");
}

// S23, S30
BOOST_AUTO_TEST_CASE(a_damaged_message_ends_its_connection_and_nothing_of_it_is_put) {
  const auto two = event_entry(second, "a") + event_entry(second, "b");
  expect_end(array({str("t"), bin(two + "garbage"), chunk_option("c")}));
  expect_end(array({str("t"), bin(two.substr(0, two.size() - 1)), chunk_option("c")}));
  expect_end(array({str("t"), bin(two + "\xc1"), chunk_option("c")}));
  expect_end("\x93\xa1t\x92" + event_entry(second, "a") + "\xc1\xc1\xc1\xc1\xc1");
  expect_end(array({str("t"), bin("\x1f\x8b\x08 no gzip"), chunk_option("c")}));
  expect_end("{\"tag\": nonsense}");
}

// S27
BOOST_AUTO_TEST_CASE(a_payload_that_grows_beyond_the_limit_ends_its_connection) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    auto payload = byte_buffer{};
    BOOST_REQUIRE(static_cast<bool>(compress(method, event_entry(second, std::string(5000, 'x')), payload)));
    BOOST_TEST(payload.size() < 1000U);
    expect_end(array({str("t"), bin(payload.view()), chunk_option("c")}), small_limits());
  }
}

// S27, S31, S35
BOOST_AUTO_TEST_CASE(a_giant_declared_length_ends_its_connection_at_once) {
  for (const auto* head : {"\x93\xa1t\xc6\xff\xff\xff\xff", "\x93\xa1t\xdd\xff\xff\xff\xff",
                           "\xdd\xff\xff\xff\xff", "\x93\xa1t\xdb\x7f\xff\xff\xff"})
    expect_end(head);
  expect_end(array({str("t"), bin(std::string(5000, '\x90'))}), small_limits());
}

// S32
BOOST_AUTO_TEST_CASE(chunk_size_limits_warn_and_drop_but_keep_the_connection) {
  const auto log = captured_log{};
  auto s = forward_settings{};
  s.chunk_size_warn_limit = byte_count{1024};
  s.chunk_size_limit = byte_count{4096};
  auto server = forward_server{s};
  auto client = forward_peer_socket{server};
  const auto message = [](std::size_t size, const char* chunk) {
    return array({str("big.tag"), bin(event_entry(second, std::string(size, 'x'))), chunk_option(chunk)});
  };
  client.send(message(2000, "a"));
  server.run();
  BOOST_TEST(log.has("big.tag"));
  BOOST_TEST(log.has("chunk_size_warn_limit"));
  client.send(message(5000, "b") + message(10, "c"));
  server.run();
  BOOST_TEST((client.received() == ack_of("a") + ack_of("b") + ack_of("c")));
  BOOST_TEST(server.out.events.size() == 2U);
  BOOST_TEST(server.out.dropped["message too large"] == 1U);
}

// S33
BOOST_AUTO_TEST_CASE(tags_are_replaced_and_prefixed) {
  auto s = forward_settings{};
  BOOST_TEST(tags_of(s) == "t");
  s.add_tag_prefix = "p";
  BOOST_TEST(tags_of(s) == "p.t");
  s.tag = "own";
  BOOST_TEST(tags_of(s) == "p.own");
  s.add_tag_prefix.clear();
  BOOST_TEST(tags_of(s) == "own");
}

// S34
BOOST_AUTO_TEST_CASE(address_and_name_of_the_client_are_put_into_every_record_of_every_mode) {
  auto s = forward_settings{};
  s.source_address_key = "addr";
  s.source_hostname_key = "host";
  auto server = forward_server{s};
  auto client = forward_peer_socket{server};
  const auto lie = array({event_time(second), map({{"addr", str("8.8.8.8")}, {"message", str("m")}})});
  client.send(array({str("t"), event_time(second), record("m")})
              + array({str("t"), array({event_entry(second, "m"), lie})})
              + array({str("t"), bin(event_entry(second, "m"))}));
  server.run();
  BOOST_TEST(server.out.events.size() == 4U);
  for (const auto& event : server.out.events)
    BOOST_TEST(
        event.starts_with("t 1700000000000000000 {\"message\":\"m\",\"addr\":\"127.0.0.1\",\"host\":\""));
}

BOOST_AUTO_TEST_CASE(connections_beyond_the_limit_are_closed_with_a_warning) {
  const auto log = captured_log{};
  auto s = forward_settings{};
  s.max_connections = 2;
  auto server = forward_server{s};
  auto first = forward_peer_socket{server};
  auto second_one = forward_peer_socket{server};
  server.pump();
  auto third = forward_peer_socket{server};
  server.pump();
  BOOST_TEST(third.is_closed());
  BOOST_TEST(!first.is_closed());
  BOOST_TEST(log.has("max_connections"));
  first.close();
  server.pump();
  auto fourth = forward_peer_socket{server};
  server.pump();
  BOOST_TEST(!fourth.is_closed());
}

// S64
BOOST_AUTO_TEST_CASE(a_unix_socket_has_its_mode_and_replaces_a_stale_one) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("weir-forward-" + std::to_string(::getpid()))).string();
  auto s = forward_settings{};
  s.listen = {"unix:" + path};
  const auto serve = [&] {
    auto server = forward_server{s};
    struct stat found {};
    BOOST_TEST(::stat(path.c_str(), &found) == 0);
    BOOST_TEST((found.st_mode & 0777) == 0600U);
    auto client = forward_peer_socket{path};
    client.send(array({str("t"), integer(second), record("m"), chunk_option("c")}));
    server.run();
    BOOST_TEST((client.received() == ack_of("c")));
  };
  serve();
  BOOST_TEST(!std::filesystem::exists(path));
  {
    const auto stale = owned_fd{::socket(AF_UNIX, SOCK_STREAM, 0)};
    auto address = sockaddr_un{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    BOOST_REQUIRE(::bind(stale.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  serve();
}

BOOST_AUTO_TEST_CASE(a_unix_socket_in_use_is_left_alone) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("weir-forward-used-" + std::to_string(::getpid()))).string();
  auto s = forward_settings{};
  s.listen = {"unix:" + path};
  const auto server = forward_server{s};
  auto second_one = forward_source{s, plugin_context{}};
  BOOST_TEST(!second_one.open({}));
  BOOST_TEST(std::filesystem::exists(path));
}

BOOST_AUTO_TEST_SUITE_END()
