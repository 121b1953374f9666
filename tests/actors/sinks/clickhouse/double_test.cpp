/// The store `clickhouse` against a server of the test's own, which says what an old real one does not.
#include "tests/support/http_server.hpp"
#include "tests/support/store_contract.hpp"

#include <deque>

using namespace weir;
using namespace weir::test;

namespace {

/// A server of this version that has one table, and answers inserts with what the test has put down.
struct newer_server {
  std::string version = "24.3.1.2672";
  bool has_table = true;
  std::deque<std::string> answers;
  std::vector<std::string> queries;
  std::vector<std::string> inserts; ///< their paths
  http_server server{[this](const got_request& r) { return answer(r); }};

  auto answer(const got_request& r) -> std::string {
    const auto line = r.line();
    if (line.find("?query=INSERT") != std::string::npos) {
      inserts.push_back(line.substr(0, line.find(" HTTP")));
      if (answers.empty()) return http_answer_text(200, "");
      auto given = answers.front();
      answers.pop_front();
      return given.empty() ? http_answer_text(200, "") : given;
    }
    queries.push_back(r.body);
    if (r.body == "SELECT version()") return http_answer_text(200, version + '\n');
    if (r.body.starts_with("CREATE")) has_table = true;
    if (r.body.starts_with("DESCRIBE") && !has_table) return http_answer_text(404, "Code: 60. DB::Exception: Table logs.t does not exist. (UNKNOWN_TABLE)");
    if (r.body.starts_with("DESCRIBE")) return http_answer_text(200, "time\tDateTime64(9, \\'UTC\\')\t\t\nrecord\tString\t\t\nday\tDate\tMATERIALIZED\ttoDate(time)\n");
    return http_answer_text(200, "");
  }
  auto store(std::vector<std::pair<std::string, config::value>> settings = {}) const {
    settings.emplace_back("endpoints", list({server.url()}));
    settings.emplace_back("compress", scalar("none"));
    settings.emplace_back("timeout", map_of({{"request", scalar("2s")}}));
    return make_store("clickhouse", map_of(settings));
  }
};

auto refusal_by(int status, const std::string& text) { return http_answer_text(status, text); }

auto token_in(const std::string& path) -> std::string {
  const auto at = path.find("&insert_deduplication_token=");
  return at == std::string::npos ? "" : path.substr(at + 28);
}

} // namespace

BOOST_AUTO_TEST_SUITE(clickhouse_doubles)

BOOST_AUTO_TEST_CASE(an_insert_that_comes_again_has_its_token_again) {
  auto peer = newer_server{};
  peer.answers = {refusal_by(500, "Code: 202. DB::Exception: Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)")};
  const auto s = peer.store();
  BOOST_REQUIRE(s->open());
  BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 10)}, 7)}));
  BOOST_REQUIRE(peer.inserts.size() == 2U);
  BOOST_TEST(token_in(peer.inserts[0]).size() == 24U);
  BOOST_TEST(peer.inserts[0] == peer.inserts[1]);
  BOOST_TEST(peer.inserts[0].find("POST /?query=INSERT%20INTO%20%60default%60.%60events%60%20%28%60time%60%2C%20%60record%60%29%20FORMAT%20RowBinary&") == 0U);
}

BOOST_AUTO_TEST_CASE(with_idempotent_a_chunk_has_its_token_in_every_batch) {
  auto peer = newer_server{};
  const auto a = make_chunk({numbered("a", 0, 10)});
  const auto b = make_chunk({numbered("a", 10, 20)});
  BOOST_REQUIRE(commit(*peer.store({{"idempotent", scalar("true")}}), {a, b}));
  BOOST_REQUIRE(commit(*peer.store({{"idempotent", scalar("true")}}), {b}));
  BOOST_REQUIRE(peer.inserts.size() == 3U);
  BOOST_TEST(peer.inserts[1] == peer.inserts[2]);
  BOOST_TEST(peer.inserts[0] != peer.inserts[1]);
}

BOOST_AUTO_TEST_CASE(an_old_server_is_sent_no_token) {
  auto peer = newer_server{};
  peer.version = "18.16.1";
  BOOST_REQUIRE(commit(*peer.store(), {make_chunk({numbered("a", 0, 10)})}));
  BOOST_TEST(token_in(peer.inserts.at(0)).empty());
}

BOOST_AUTO_TEST_CASE(a_table_is_made_as_the_version_allows) {
  auto peer = newer_server{};
  peer.has_table = false;
  BOOST_REQUIRE(peer.store({{"ttl", scalar("time + INTERVAL 30 DAY")}})->open());
  const auto made = peer.queries.at(2);
  BOOST_TEST(made.starts_with("CREATE TABLE IF NOT EXISTS `default`.`events` (`time` DateTime64(9, 'UTC'), "), made);
  BOOST_TEST(made.ends_with("ORDER BY (tag, time, event_key) TTL time + INTERVAL 30 DAY SETTINGS non_replicated_deduplication_window = 1000"), made);
}

BOOST_AUTO_TEST_CASE(a_row_that_breaks_a_constraint_is_found) {
  auto peer = newer_server{};
  const auto broken = refusal_by(500, "Code: 469. DB::Exception: Constraint `c` is violated. (VIOLATED_CONSTRAINT)");
  peer.answers = {broken, broken, broken, {}, {}};
  const auto done = commit(*peer.store(), {make_chunk({numbered("a", 0, 4)})});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 3U);
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].reason == "rejected: code 469: Constraint `c` is violated. (VIOLATED_CONSTRAINT)");
  BOOST_TEST(done->refused[0].first.index == 0U);
}

BOOST_AUTO_TEST_CASE(a_success_that_ends_in_an_exception_is_none) {
  auto peer = newer_server{};
  peer.answers = {http_answer_text(200, "Code: 242. DB::Exception: Table is in readonly mode. (TABLE_IS_READ_ONLY)")};
  const auto done = commit(*peer.store(), {make_chunk({numbered("a", 0, 4)})});
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.failure().what.find("answered 200 (code 242): Table is in readonly mode") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
