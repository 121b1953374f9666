#include "runtime/codec/compression.hpp"
#include "tests/actors/collectors/http/fixture.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using event_texts = std::vector<std::string>;
constexpr auto lines_type = std::string_view{"Content-Type: application/x-ndjson\r\n"};

auto chunked(std::string_view target, const std::vector<std::string>& chunks, std::string_view fields) -> std::string {
  auto text = "POST " + std::string{target} + " HTTP/1.1\r\nHost: h\r\n" + std::string{fields} + "Transfer-Encoding: chunked\r\n\r\n";
  for (const auto& c : chunks) {
    auto size = std::array<char, 20>{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", c.size());
    text += size.data() + c + "\r\n";
  }
  return text + "0\r\n\r\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(http_source_)

BOOST_AUTO_TEST_CASE(an_answer_comes_only_when_the_events_are_safe) {
  auto server = web_server{};
  auto client = web_client{server};
  client.send(post("/t", R"([{"a":1},{"a":2}])"));
  server.pump();
  BOOST_TEST(server.out.events == (event_texts{"t now {\"a\":1}", "t now {\"a\":2}"}), boost::test_tools::per_element());
  BOOST_TEST(client.received().empty());
  server.settle();
  BOOST_TEST(statuses_of(client.received()) == "200");
  BOOST_TEST(server.at().is_settled());
}

BOOST_AUTO_TEST_CASE(answers_keep_the_order_of_the_requests) {
  auto server = web_server{};
  auto client = web_client{server};
  client.send(post("/t", "{}") + get("/health") + post("/t", "no") + get("/t"));
  server.pump();
  BOOST_TEST(client.received().empty());
  server.settle();
  BOOST_TEST(statuses_of(client.received()) == "200 200 400 405");
  BOOST_TEST(!client.is_closed());
}

BOOST_AUTO_TEST_CASE(a_request_may_come_a_byte_at_a_time) {
  for (const auto& request : {post("/t", R"({"a":1})"), chunked("/t", {R"({"a")", ":1}"}, "Content-Type: application/json\r\n"),
                              chunked("/t", {R"({"a")", ":1}"}, lines_type)}) {
    auto server = web_server{};
    auto client = web_client{server};
    for (const auto byte : request) {
      client.send({&byte, 1});
      (void)server.at().read(server.out, 1 << 20);
    }
    server.run();
    BOOST_TEST(server.out.events == event_texts{"t now {\"a\":1}"}, boost::test_tools::per_element());
    BOOST_TEST(statuses_of(client.received()) == "200");
  }
}

BOOST_AUTO_TEST_CASE(lines_of_any_length_of_body_are_taken_as_they_come) {
  auto server = web_server{"http", {{"max_message", "64KiB"}}};
  auto client = web_client{server};
  constexpr auto lines = 20'000U;
  auto body = std::vector<std::string>{};
  for (auto i = 0U; i < lines; ++i) body.push_back("{\"a\":" + std::to_string(i) + "}\n{\"b\"");
  for (auto& c : body) c += ":1}\n";
  const auto request = chunked("/t", body, lines_type);
  for (auto sent = std::size_t{0}; sent < request.size(); sent += 10'000) {
    client.send(std::string_view{request}.substr(sent, 10'000));
    server.run();
  }
  server.run();
  BOOST_TEST(server.out.events.size() == 2 * lines);
  BOOST_TEST(server.out.events.back() == "t now {\"b\":1}");
  BOOST_TEST(client.received().ends_with("{\"events\":40000,\"dropped\":0}\n"));
}

BOOST_AUTO_TEST_CASE(a_line_that_is_too_long_is_left_out) {
  auto server = web_server{};
  auto client = web_client{server};
  const auto long_line = std::string(1'200'000, 'x');
  auto request = post("/t", "{\"a\":1}\n" + long_line + "\n{\"a\":2}", lines_type);
  for (auto sent = std::size_t{0}; sent < request.size(); sent += 50'000) {
    client.send(std::string_view{request}.substr(sent, 50'000));
    server.pump();
  }
  server.run();
  BOOST_TEST(server.out.events == (event_texts{"t now {\"a\":1}", "t now {\"a\":2}"}), boost::test_tools::per_element());
  BOOST_TEST(server.out.dropped["line too long"] == 1U);
}

BOOST_AUTO_TEST_CASE(bodies_come_compressed) {
  auto server = web_server{};
  auto client = web_client{server};
  for (const auto method : {compression::gzip, compression::zstd}) {
    auto body = byte_buffer{};
    BOOST_REQUIRE(compress(method, R"({"a":1})", body));
    const auto coding = method == compression::gzip ? "gzip" : "zstd";
    client.send(post("/t", body.view(), std::string{"Content-Type: application/json\r\nContent-Encoding: "} + coding + "\r\n"));
  }
  const auto deflated = std::string{"\xab\x56\x4a\x54\xb2\x32\xac\x05\x00", 9}; // bare
  client.send(post("/t", deflated, "Content-Type: application/json\r\nContent-Encoding: deflate\r\n"));
  server.run();
  BOOST_TEST(server.out.events == event_texts(3, "t now {\"a\":1}"), boost::test_tools::per_element());
  BOOST_TEST(statuses_of(client.received()) == "200 200 200");
  client.send(post("/t", "x", "Content-Encoding: br\r\n") + post("/t", "x", "Content-Encoding: gzip\r\n"));
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "415 400");
}

BOOST_AUTO_TEST_CASE(a_bomb_is_refused_and_the_connection_goes_on) {
  auto server = web_server{"http", {{"max_message", "1MiB"}}};
  auto client = web_client{server};
  auto bomb = byte_buffer{};
  BOOST_REQUIRE(compress(compression::gzip, std::string(20U << 20U, ' '), bomb));
  client.send(post("/t", bomb.view(), "Content-Type: application/json\r\nContent-Encoding: gzip\r\n") + get("/health"));
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "413 200");
}

BOOST_AUTO_TEST_CASE(what_is_too_large_is_refused_before_it_has_come) {
  auto server = web_server{"http", {{"max_message", "1KiB"}}};
  auto client = web_client{server};
  client.send("POST /t HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n");
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "413");
  auto other = web_client{server};
  other.send(chunked("/t", {std::string(900, ' '), std::string(900, ' ')}, ""));
  server.run();
  BOOST_TEST(statuses_of(other.received()) == "413");
}

BOOST_AUTO_TEST_CASE(who_waits_for_a_word_before_the_body_gets_it) {
  auto server = web_server{};
  auto client = web_client{server};
  client.send("POST /t HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  server.pump();
  BOOST_TEST(statuses_of(client.received()) == "100");
  client.send("{}");
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "200");
}

BOOST_AUTO_TEST_CASE(without_demand_clients_are_told_to_come_again) {
  auto server = web_server{};
  auto client = web_client{server};
  client.send(post("/t", R"({"a":1})"));
  server.pump(0);
  server.pump(0);
  BOOST_TEST(client.received().empty());
  server.time.advance(std::chrono::seconds{3});
  server.pump(0);
  server.pump(0);
  const auto said = client.received();
  BOOST_TEST(statuses_of(said) == "429");
  BOOST_TEST(said.find("Retry-After: 1\r\n") != std::string::npos);
  client.send(post("/t", R"({"a":2})"));
  server.pump(0);
  server.pump(0);
  BOOST_TEST(statuses_of(client.received()) == "429");
  client.send(post("/t", R"({"a":3})"));
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "200");
  BOOST_TEST(server.out.events == event_texts{"t now {\"a\":3}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(with_little_demand_a_request_is_put_in_pieces) {
  auto server = web_server{};
  auto client = web_client{server};
  auto other = web_client{server};
  auto body = std::string{"["};
  for (auto i = 0; i < 100; ++i) body += (i > 0 ? ",{\"a\":" : "{\"a\":") + std::to_string(i) + "}";
  client.send(post("/t", body + "]"));
  other.send(post("/o", body + "]"));
  for (auto i = 0; i < 400; ++i) (void)server.at().read(server.out, 20);
  server.run();
  BOOST_TEST(server.out.events.size() == 200U);
  BOOST_TEST(statuses_of(client.received()) == "200");
  BOOST_TEST(statuses_of(other.received()) == "200");
}

BOOST_AUTO_TEST_CASE(a_request_with_a_known_key_is_answered_and_not_put_again) {
  auto server = web_server{};
  auto client = web_client{server};
  const auto request = post("/t", R"([{"a":1},{"a":2}])", "Content-Type: application/json\r\nIdempotency-Key: k1\r\n");
  client.send(request + request);
  server.pump();
  BOOST_TEST(server.out.events.size() == 2U);
  BOOST_TEST(server.out.born.at(1).position == 1U);
  BOOST_TEST(client.received().empty());
  server.settle();
  BOOST_TEST(statuses_of(client.received()) == "200 200");
  const auto& stream = server.out.all_positions.at(0).stream;
  BOOST_TEST(stream.starts_with("~*h1:"));

  auto later = web_server{"http", {}, {{{stream, 0, 1}}, {}}};
  auto again = web_client{later};
  again.send(request);
  later.run();
  BOOST_TEST(later.out.events == event_texts{"t now {\"a\":2}"}, boost::test_tools::per_element());
  BOOST_TEST(statuses_of(again.received()) == "200");
}

BOOST_AUTO_TEST_CASE(lines_with_a_known_key_go_on_where_they_were_cut) {
  const auto request = post("/t", "{\"a\":1}\n{\"a\":2}\nno\n{\"a\":3}\n", std::string{lines_type} + "Idempotency-Key: k2\r\n");
  auto server = web_server{};
  auto cut = web_client{server};
  cut.send(std::string_view{request}.substr(0, request.size() - 10));
  server.pump();
  auto whole = web_client{server};
  whole.send(request);
  server.run();
  BOOST_TEST(server.out.events == (event_texts{"t now {\"a\":1}", "t now {\"a\":2}", "t now {\"a\":3}"}), boost::test_tools::per_element());
  BOOST_TEST(server.out.dropped["invalid line"] == 1U);
  BOOST_TEST(whole.received().ends_with("{\"events\":3,\"dropped\":1}\n"));
}

BOOST_AUTO_TEST_CASE(tags_and_addresses_are_as_the_settings_say) {
  auto server = web_server{"http", {{"tag", "all"}, {"add_tag_prefix", "in"}, {"source_address_key", "from"}}};
  auto client = web_client{server};
  client.send(post("/", R"({"from":"me","a":1})"));
  server.run();
  BOOST_TEST(server.out.events == event_texts{"in.all now {\"a\":1,\"from\":\"127.0.0.1\"}"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_no_http_is_told_so_and_ends) {
  for (const auto* const bytes : {"\x16\x03\x01\r\n\r\n", "GET / HTTP/3\r\n\r\n", "GET /\r\n\r\n", "POST / HTTP/1.1\r\n\r\n",
                                  "POST /t HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
                                  "POST /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                                  "POST /t HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    auto server = web_server{};
    auto client = web_client{server};
    client.send(bytes);
    server.run();
    const auto said = client.received();
    BOOST_TEST((statuses_of(said) == "400" || statuses_of(said) == "505" || statuses_of(said) == "415"), bytes);
  }
  auto server = web_server{};
  auto client = web_client{server};
  client.send("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
  server.run();
  BOOST_TEST(statuses_of(client.received()) == "431");
}

BOOST_AUTO_TEST_SUITE_END()
