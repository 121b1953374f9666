#include "cli/console/access.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace weir;
using namespace weir::cli;

namespace {

const auto own = std::string{"0123456789abcdef0123456789abcdef"};

auto known_guests() -> console_plan {
  auto plan = console_plan{};
  plan.tokens = {{"grafana", "a-token-of-sixteen", console_role::view}, {"deploy", "another-token-of-it", console_role::operate}};
  plan.users = {{"ann", "correct horse", console_role::operate}};
  plan.viewers = {"*.ops"};
  plan.names = {"weir.example", "*.shop"};
  return plan;
}

struct door {
  console_access local{known_guests(), true, false, own};
  console_access remote{known_guests(), false, true, own};
  http_request asked;

  door() { asked.fields["host"] = "127.0.0.1:7480"; }
  /// 200: it may.
  auto status(console_access& at, console_right what) -> int {
    const auto refused = at.why_not(asked, at.guest_of(asked), what);
    return refused ? refused->status : 200;
  }
  void bear(const std::string& token) { asked.fields["authorization"] = "Bearer " + token; }
};

auto field_of(const http_response& of, const std::string& name) -> std::string {
  const auto at = std::find_if(of.fields.begin(), of.fields.end(), [&](const auto& f) { return f.first == name; });
  return at == of.fields.end() ? std::string{} : at->second;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(console_doors, door)

BOOST_AUTO_TEST_CASE(without_a_token_loopback_shows_figures_and_no_more) {
  BOOST_TEST(status(local, console_right::health) == 200);
  BOOST_TEST(status(local, console_right::metrics) == 200);
  BOOST_TEST(status(local, console_right::figures) == 200);
  BOOST_TEST(status(local, console_right::contents) == 401);
  BOOST_TEST(status(local, console_right::action) == 401);
  BOOST_TEST(status(remote, console_right::health) == 200);
  for (const auto what : {console_right::metrics, console_right::figures, console_right::contents, console_right::action})
    BOOST_TEST(status(remote, what) == 401);
}

BOOST_AUTO_TEST_CASE(a_token_opens_as_much_as_its_role_says) {
  bear("a-token-of-sixteen");
  BOOST_TEST(status(remote, console_right::contents) == 200);
  BOOST_TEST(status(remote, console_right::action) == 403);
  bear("another-token-of-it");
  BOOST_TEST(status(remote, console_right::action) == 200);
  bear(own);
  BOOST_TEST(status(remote, console_right::action) == 200);
  for (const auto* wrong : {"", "a-token-of-sixteen ", "a-token-of-sixtee", "A-token-of-sixteen"}) {
    bear(wrong);
    BOOST_TEST(status(remote, console_right::figures) == 401, wrong);
    BOOST_TEST(status(local, console_right::figures) == 401, wrong); // it is told that it is wrong
  }
}

BOOST_AUTO_TEST_CASE(a_user_comes_with_a_password) {
  asked.fields["authorization"] = "Basic YW5uOmNvcnJlY3QgaG9yc2U="; // ann:correct horse
  BOOST_TEST(status(remote, console_right::action) == 200);
  for (const auto* wrong : {"Basic YW5uOndyb25n", "Basic YW5u", "Basic ***", "Basic", "basic  ", "Digest x"}) {
    asked.fields["authorization"] = wrong;
    BOOST_TEST(status(remote, console_right::figures) == 401, wrong);
  }
}

BOOST_AUTO_TEST_CASE(a_certificate_has_the_role_of_a_pattern) {
  asked.certificate_name = "laptop.ops, 10.0.0.1";
  BOOST_TEST(status(remote, console_right::contents) == 200);
  BOOST_TEST(status(remote, console_right::action) == 403);
  asked.certificate_name = "laptop.dev";
  BOOST_TEST(status(remote, console_right::contents) == 401);
}

BOOST_AUTO_TEST_CASE(many_wrong_tries_have_to_wait) {
  bear("wrong");
  auto last = 0;
  for (auto i = 0; i < 30; ++i) last = status(remote, console_right::figures);
  BOOST_TEST(last == 429);
  bear("a-token-of-sixteen");
  BOOST_TEST(status(remote, console_right::figures) == 200); // who is known does not
}

BOOST_AUTO_TEST_CASE(a_name_that_somebody_else_made_lead_here_is_refused) {
  bear(own);
  for (const auto* host : {"evil.example", "evil.example:7480", "127.0.0.1.evil.example", "", "weir.example.evil", "x.shop.evil"}) {
    asked.fields["host"] = host;
    BOOST_TEST(status(local, console_right::figures) == 421, host);
  }
  for (const auto* host : {"localhost:7480", "[::1]:7480", "10.1.2.3", "WEIR.example", "a.shop:80"}) {
    asked.fields["host"] = host;
    BOOST_TEST(status(local, console_right::figures) == 200, host);
  }
}

BOOST_AUTO_TEST_CASE(a_session_needs_the_token_of_its_page_for_what_changes_something) {
  bear(own);
  const auto begun = local.begin_session(asked);
  const auto cookie = field_of(begun, "Set-Cookie");
  BOOST_TEST(begun.status == 204);
  BOOST_TEST(cookie.find("HttpOnly; SameSite=Strict") != std::string::npos);
  asked.fields.erase("authorization");
  asked.fields["cookie"] = cookie.substr(0, cookie.find(';'));
  BOOST_TEST(status(local, console_right::contents) == 200);
  BOOST_TEST(status(local, console_right::action) == 403);
  asked.fields["x-csrf-token"] = "wrong";
  BOOST_TEST(status(local, console_right::action) == 403);
  asked.fields["x-csrf-token"] = local.csrf_of(local.guest_of(asked));
  BOOST_TEST(status(local, console_right::action) == 200);
  asked.fields["origin"] = "http://evil.example";
  BOOST_TEST(status(local, console_right::action) == 403);
  asked.fields["origin"] = "http://127.0.0.1:7480";
  BOOST_TEST(status(local, console_right::action) == 200);
  local.end_session(local.guest_of(asked));
  BOOST_TEST(status(local, console_right::contents) == 401);
}

BOOST_AUTO_TEST_CASE(nobody_begins_a_session_without_being_known) {
  BOOST_TEST(local.begin_session(asked).status == 401);
  bear("wrong");
  BOOST_TEST(local.begin_session(asked).status == 401);
  bear(own);
  asked.fields["sec-fetch-site"] = "cross-site";
  BOOST_TEST(local.begin_session(asked).status == 403);
}

BOOST_AUTO_TEST_SUITE_END()
