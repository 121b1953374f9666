#include "actors/sinks/hdfs/hdfs_directory.hpp"
#include "tests/support/http_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto standing_by = R"({"RemoteException":{"exception":"StandbyException","message":"Operation category READ is not supported in state standby"}})";

auto settings_for(std::vector<std::string> endpoints) -> hdfs_settings {
  auto s = hdfs_settings{};
  s.http.endpoints = std::move(endpoints);
  s.http.auth.user = "weir";
  s.http.timeout = {std::chrono::seconds{2}, std::chrono::seconds{10}};
  return s;
}

auto sent_to(const std::string& url) -> std::string { return http_answer_text(307, "", "Location: " + url + "\r\n"); }

auto directory_at(const hdfs_settings& s) -> hdfs_directory {
  return hdfs_directory{s, system_clock(), [] { return std::uint64_t{7}; }};
}

} // namespace

BOOST_AUTO_TEST_SUITE(webhdfs_requests)

BOOST_AUTO_TEST_CASE(bytes_go_to_the_data_node_alone) {
  auto data = http_server{[](const auto&) { return http_answer_text(201, ""); }};
  auto name = http_server{[&](const auto&) { return sent_to(data.url() + "/webhdfs/v1/logs/a?op=CREATE&x=1"); }};
  auto files = directory_at(settings_for({name.url()}));
  BOOST_REQUIRE(files.put("logs/a b", "hello", {}));
  BOOST_TEST(name.requests().at(0).line() == "PUT /webhdfs/v1/logs/a%20b?op=CREATE&overwrite=true&user.name=weir HTTP/1.1");
  BOOST_TEST(name.requests().at(0).body.empty());
  BOOST_TEST(data.requests().at(0).line() == "PUT /webhdfs/v1/logs/a?op=CREATE&x=1 HTTP/1.1");
  BOOST_TEST(data.requests().at(0).body == "hello");
  BOOST_TEST(data.requests().at(0).has("Content-Type: application/octet-stream"));
}

BOOST_AUTO_TEST_CASE(a_password_is_told_to_no_data_node) {
  auto data = http_server{[](const auto&) { return http_answer_text(201, ""); }};
  auto name = http_server{[&](const auto&) { return sent_to(data.url() + "/x"); }};
  auto s = settings_for({name.url()});
  s.http.auth.password.value = "geheim";
  BOOST_REQUIRE(directory_at(s).put("a", "hello", {}));
  BOOST_TEST(name.requests().at(0).head.find("\r\nAuthorization: Basic ") != std::string::npos);
  BOOST_TEST(data.requests().at(0).head.find("Authorization") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_name_node_that_stands_by_is_passed_over) {
  auto passive = http_server{[](const auto&) { return http_answer_text(403, standing_by); }};
  auto active = http_server{[](const auto&) { return http_answer_text(200, R"({"boolean":true})"); }};
  auto files = directory_at(settings_for({passive.url(), active.url()}));
  for (auto i = 0; i < 3; ++i) BOOST_REQUIRE(files.remove("a"));
  BOOST_TEST(passive.requests().size() == 1U);
  BOOST_TEST(active.requests().size() == 3U);
}

BOOST_AUTO_TEST_CASE(if_all_stand_by_it_is_told) {
  auto passive = http_server{[](const auto&) { return http_answer_text(403, standing_by); }};
  auto files = directory_at(settings_for({passive.url()}));
  const auto done = files.remove("a");
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.failure().what.find("is a name node that stands by (403 StandbyException)") != std::string::npos);
  auto wrong = std::vector<std::string>{};
  files.examine("logs", wrong);
  BOOST_REQUIRE(wrong.size() == 1U);
  BOOST_TEST(wrong[0].starts_with("no name node is active: "));
}

BOOST_AUTO_TEST_CASE(a_data_node_that_cannot_be_reached_is_left_out) {
  const auto nobody = "127.0.0.1:" + std::to_string(free_port());
  auto data = http_server{[](const auto&) { return http_answer_text(201, ""); }};
  auto name = http_server{[&](const got_request& r) {
    return sent_to((r.line().find("&excludedatanodes=") == std::string::npos ? "http://" + nobody : data.url()) + "/x");
  }};
  BOOST_REQUIRE(directory_at(settings_for({name.url()})).put("a", "hello", {}));
  BOOST_TEST(name.requests().size() == 2U);
  BOOST_TEST(name.requests().at(1).line().find("&excludedatanodes=127.0.0.1%3A") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(bytes_that_may_have_arrived_are_not_sent_again) {
  auto data = http_server{[](const auto&) { return std::string{}; }};
  auto name = http_server{[&](const auto&) { return sent_to(data.url() + "/webhdfs/v1/a?delegation=geheim"); }};
  const auto done = directory_at(settings_for({name.url()})).put("a", "hello", {});
  BOOST_REQUIRE(!done);
  BOOST_TEST(data.requests().size() == 1U);
  BOOST_TEST(done.failure().what.find(data.url()) != std::string::npos);
  BOOST_TEST(done.failure().what.find("geheim") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_rename_whose_answer_was_lost_is_looked_for) {
  auto renames = 0;
  auto data = http_server{[](const auto&) { return http_answer_text(201, ""); }};
  auto name = http_server{[&](const got_request& r) {
    if (r.line().find("op=CREATE") != std::string::npos) return sent_to(data.url() + "/x");
    if (r.line().find("op=RENAME") != std::string::npos) return ++renames == 1 ? std::string{} : http_answer_text(200, R"({"boolean":false})");
    if (r.line().find("op=GETFILESTATUS") != std::string::npos) return http_answer_text(200, R"({"FileStatus":{"length":1}})");
    return http_answer_text(200, R"({"boolean":true})");
  }};
  auto files = directory_at(settings_for({name.url()}));
  auto done = files.put_if_absent("log/1", "x");
  if (!done) done = files.put_if_absent("log/1", "x"); // libcurl asks again by itself on a connection that was kept
  BOOST_REQUIRE(done);
  BOOST_TEST(!*done); // whose it is says what is in it
  BOOST_TEST(renames == 2);
}

BOOST_AUTO_TEST_CASE(where_nothing_can_be_appended_to_is_no_error) {
  const auto refusal = R"({"RemoteException":{"exception":"UnsupportedOperationException","message":"Append on EC file is not supported"}})";
  auto name = http_server{[&](const auto&) { return http_answer_text(400, refusal); }};
  const auto done = directory_at(settings_for({name.url()})).append("a", "x", 0);
  BOOST_REQUIRE(done);
  BOOST_TEST(!*done);
}

BOOST_AUTO_TEST_CASE(a_file_that_somebody_writes_to_is_finished_later) {
  auto truncations = 0;
  auto name = http_server{[&](const got_request& r) {
    if (r.line().find("op=TRUNCATE") == std::string::npos) return http_answer_text(200, R"({"boolean":true})");
    if (++truncations == 1) return http_answer_text(403, R"({"RemoteException":{"exception":"AlreadyBeingCreatedException","message":"x"}})");
    return http_answer_text(200, truncations == 2 ? R"({"boolean":false})" : R"({"boolean":true})");
  }};
  auto files = directory_at(settings_for({name.url()}));
  const auto f = growing_file{"made", "key", {}, 0, 7, true};
  BOOST_TEST(!*files.finish(f));
  BOOST_TEST(!*files.finish(f));
  BOOST_TEST(*files.finish(f));
  const auto all = name.requests();
  BOOST_TEST(all.at(1).line() == "POST /webhdfs/v1/made.closed?op=TRUNCATE&newlength=7&user.name=weir HTTP/1.1");
  BOOST_TEST(all.back().line() == "PUT /webhdfs/v1/made.closed?op=RENAME&destination=%2Fkey&user.name=weir HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(without_a_ticket_the_login_is_what_is_wrong) {
  auto name = http_server{[](const auto&) { return http_answer_text(401, "<html>", "WWW-Authenticate: Negotiate\r\n"); }};
  auto s = settings_for({name.url()});
  s.http.auth = {};
  s.spnego = true;
  const auto done = directory_at(s).remove("a");
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.failure().what == name.url() + " does not take who asks (401)");
  BOOST_TEST(name.requests().at(0).line() == "DELETE /webhdfs/v1/a?op=DELETE&recursive=false HTTP/1.1");
}

BOOST_AUTO_TEST_CASE(who_takes_the_bytes_at_once_has_not_got_them) {
  auto name = http_server{[](const auto&) { return http_answer_text(200, ""); }};
  BOOST_TEST(!directory_at(settings_for({name.url()})).put("a", "hello", {}));
}

BOOST_AUTO_TEST_SUITE_END()
