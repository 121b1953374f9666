#include "actors/sinks/batch_digits.hpp"
#include "actors/sinks/http/request_paths.hpp"
#include "actors/sinks/http/status_rules.hpp"
#include "actors/sinks/network/stored_before.hpp"
#include "tests/support/store_contract.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(http_store_parts)

BOOST_AUTO_TEST_CASE(a_status_beats_its_hundred_and_what_is_said_beats_what_is_usual) {
  using enum status_meaning;
  auto rules = status_rules{};
  for (const auto& [status, meaning] : {std::pair{200, stored}, {204, stored}, {400, rejected}, {413, rejected}, {422, rejected}, {404, later},
                                        {401, later}, {429, later}, {500, later}, {301, later}, {0, later}, {-1, later}, {1000, later}})
    BOOST_TEST((rules.of(status) == meaning), status);
  rules.add({"4xx"}, later);
  rules.add({"409", "nonsense", "2x"}, stored);
  rules.add({"4xx"}, rejected);
  BOOST_TEST((rules.of(400) == rejected));
  BOOST_TEST((rules.of(404) == rejected));
  BOOST_TEST((rules.of(409) == stored));
  for (const auto* text : {"", "2", "20", "2000", "0xx", "6xx", "2x0", "abc", "20x"}) BOOST_TEST(!status_rules::is_rule(text), text);
}

BOOST_AUTO_TEST_CASE(no_tag_leaves_its_place_in_a_path) {
  auto paths = request_paths{"/in/{tag}/%Y/{node}/?k={component}", "n/1", "s p"};
  const auto path_of = [&](std::string_view tag) {
    auto out = std::string{};
    paths.begin_tag(tag);
    BOOST_TEST(paths.of(1'700'000'000'000'000'000, out) == "");
    return out;
  };
  BOOST_TEST(path_of("web.access") == "/in/web.access/2023/n_1/?k=s_p");
  BOOST_TEST(path_of("../../etc") == "/in/.._.._etc/2023/n_1/?k=s_p");
  BOOST_TEST(path_of("..") == "/in/__/2023/n_1/?k=s_p");
  BOOST_TEST(path_of("a b?x=1&y#%0d\r\n") == "/in/a_b_x=1_y__0d__/2023/n_1/?k=s_p");
  BOOST_TEST(path_of("") == "/in/none/2023/n_1/?k=s_p");
  auto plain = std::string{};
  BOOST_TEST(request_paths("/", "n", "c").of(0, plain) == "");
  BOOST_TEST(plain == "/");
  for (const auto* text : {"", "in", "/a b", "/{what}", "/a#b", "/\n"}) BOOST_TEST(!problem_of_request_path(text).empty(), text);
  BOOST_TEST(problem_of_request_path("/in/{tag}/%Y?a=b&c=%%20") == "");
}

BOOST_AUTO_TEST_CASE(fields_of_a_request_are_what_they_say) {
  for (const auto* text : {"", "a b", "a:b", "a\r\nb", "caf\xc3\xa9"}) BOOST_TEST(!is_header_name(text), text);
  BOOST_TEST(is_header_name("X-Api_Key2"));
  BOOST_TEST(!is_header_value("a\r\nb: c"));
  BOOST_TEST(is_own_header("AUTHORIZATION"));
  BOOST_TEST(!is_own_header("X-Authorization"));
}

BOOST_AUTO_TEST_CASE(digits_follow_from_which_events_these_are) {
  const auto any = tag_pattern{};
  const auto both = std::vector<chunk_ptr>{make_chunk({numbered("a", 0, 3)}, 1), make_chunk({numbered("a", 3, 6)}, 2)};
  const auto turned = std::vector<chunk_ptr>{both[1], both[0]};
  const auto events = std::vector<event_ref>{{0, 1}, {0, 2}, {1, 0}};
  const auto digits = digits_of_events({both, any}, events, "/a");
  BOOST_TEST(digits.size() == 24U);
  BOOST_TEST(digits == digits_of_events({both, any}, events, "/a"));
  BOOST_TEST(digits != digits_of_events({both, any}, events, "/b"));
  BOOST_TEST(digits != digits_of_events({turned, any}, events, "/a"));
  BOOST_TEST(digits != digits_of_events({both, any}, std::vector<event_ref>{{0, 1}, {1, 0}}, "/a"));
  // What else is in the commit does not matter.
  const auto one = std::vector<chunk_ptr>{both[1]};
  BOOST_TEST(digits_of_events({both, any}, std::vector<event_ref>{{1, 0}}, "") == digits_of_events({one, any}, std::vector<event_ref>{{0, 0}}, ""));
}

BOOST_AUTO_TEST_CASE(what_failed_commits_stored_is_known_until_its_batch_is_in) {
  const auto any = tag_pattern{};
  const auto chunks = std::vector<chunk_ptr>{make_chunk({numbered("a", 0, 3)}, 1)};
  const auto batch = commit_batch{chunks, any};
  auto before = stored_before{};
  BOOST_TEST(!before.has(batch, {0, 1}));
  before.add(batch, {0, 1});
  BOOST_TEST(before.has(batch, {0, 1}));
  BOOST_TEST(!before.has(batch, {0, 2}));
  before.forget(batch);
  BOOST_TEST(!before.has(batch, {0, 1}));
}

BOOST_AUTO_TEST_SUITE_END()
