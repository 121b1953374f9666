/// The store against a real Cassandra.
#include "actors/sinks/cassandra/token.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

auto some_certificates() -> certificates& {
  static auto made = certificates{};
  return made;
}

/// The key and the certificate in one file, for the name "cassandra-1" and the address.
auto server_certificate() -> std::string {
  const auto files = some_certificates().make("server", "cassandra-1");
  const auto both = std::string{some_certificates().at / "both.pem"};
  std::ofstream{both} << content_of(files.key) << content_of(files.certificate);
  return both;
}

auto the_server() -> peer& {
  static auto one = peer{"cassandra", "CASSANDRA_LOGIN=1 CASSANDRA_SEGMENT=1MiB CASSANDRA_CERTIFICATE=" + server_certificate()};
  return one;
}

auto login(const std::string& password = "weir") -> config::value {
  return map_of({{"user", scalar("weir")}, {"password", scalar(password)}});
}

auto query(const std::string& statement) -> std::string {
  return output_of(std::string{WEIR_PEER_SCRIPTS} + "/cassandra/cql.py 127.0.0.1 " + std::to_string(the_server().port()) + " cassandra cassandra 2>&1 <<'END'\n"
                   + statement + "\nEND");
}

/// The field `n` of all rows of these tables, in order.
auto numbers_in(const std::vector<std::string>& tables) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>{};
  for (const auto& table : tables) {
    const auto found = query("SELECT record FROM weir." + table);
    for (auto at = found.find("\"n\":"); at != std::string::npos; at = found.find("\"n\":", at + 1))
      numbers.push_back(std::stoll(found.substr(at + 4)));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

auto up_to(std::int64_t end) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>{};
  for (std::int64_t n = 0; n < end; ++n) numbers.push_back(n);
  return numbers;
}

auto store_for(std::vector<std::pair<std::string, config::value>> settings, const std::string& component = "s") {
  settings.emplace_back("endpoints", list({the_server().address()}));
  settings.emplace_back("keyspace", scalar("weir"));
  settings.emplace_back("auth", login());
  return make_store("cassandra", map_of(settings), {component, "n"});
}

auto must(const result<committed>& done) -> const committed& {
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  return *done;
}

auto read_at(const chunk_ptr& c, std::int64_t time_ns) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  auto body = byte_buffer{};
  auto entries = entry_reader{c->body.view()};
  for (auto e = entry{}; entries.next(e);) body.append(entry_of(time_ns, e.record));
  made->body = shared_bytes{std::move(body)};
  made->timed_at_reading = {{0, c->count}};
  made->id.origin += 1;
  return made;
}

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};
constexpr auto a_day = std::int64_t{86'400'000'000'000};

} // namespace

BOOST_AUTO_TEST_SUITE(cassandra)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  check_store_contract({[] { return store_for({{"table", scalar("contract")}}); }, [] { return numbers_in({"contract"}); }});
}

BOOST_AUTO_TEST_CASE(a_row_has_time_tag_record_and_columns) {
  const auto s = store_for({{"table", scalar("web_{tag}")}, {"columns", map_of({{"status", scalar("status")}, {"inner", scalar("a.b")}})}});
  must(commit(*s, {make_chunk({{"Web.x", entry_of(noon, record("status", 200, "a.b", "x")), 1}})}));
  BOOST_TEST(query("SELECT day, time, tag, record, time_ns, status, inner, writetime(record) FROM weir.web_web_x")
             == "2026-11-22\t2026-11-22 15:04:05.123\tWeb.x\t{\"status\":200,\"a.b\":\"x\"}\t1795359845123456789\t200\tx\t1795359845123456\n");
}

BOOST_AUTO_TEST_CASE(a_table_of_the_user_gets_what_fits_its_columns) {
  query("CREATE TABLE weir.own (bucket int, day date, time timestamp, event_key blob, tag text, record text, time_ns bigint, i int, b bigint, "
        "s smallint, t tinyint, d double, f float, o boolean, a ascii, PRIMARY KEY ((bucket, day), time, event_key))");
  const auto s = store_for({{"table", scalar("own")}, {"columns", list({"i", "b", "s", "t", "d", "f", "o", "a"})}});
  must(commit(*s, {make_chunk({{"a", entry_of(noon, record("i", -7, "b", std::int64_t{1} << 60, "s", 300, "t", -5, "d", 0.5, "f", 0.25, "o", true, "a", "x")), 1},
                                  {"b", entry_of(noon, record("i", std::int64_t{1} << 40, "b", "12", "s", 70000, "t", 200, "d", "high", "o", "perhaps", "a", "é")), 1}})}));
  BOOST_TEST(query("SELECT i, b, s, t, d, f, o, a FROM weir.own WHERE tag = 'a' ALLOW FILTERING") == "-7\t1152921504606846976\t300\t-5\t0.5\t0.25\ttrue\tx\n");
  BOOST_TEST(query("SELECT i, b, s, t, d, f, o, a FROM weir.own WHERE tag = 'b' ALLOW FILTERING") == "null\t12\tnull\tnull\tnull\tnull\tnull\tnull\n");
}

BOOST_AUTO_TEST_CASE(an_event_that_comes_again_in_any_chunk_is_there_once) {
  const auto s = store_for({{"table", scalar("again")}});
  const auto all = make_chunk({numbered("a", 0, 1000)});
  must(commit(*s, {born_from(all, 0, 100)}));
  const auto other = store_for({{"table", scalar("again")}});
  must(commit(*other, {born_from(make_chunk({numbered("a", 0, 600)}), 0, 100), born_from(make_chunk({numbered("a", 600, 1200)}), 60'000, 100)}));
  BOOST_TEST(numbers_in({"again"}) == up_to(1200), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(events_without_a_time_of_their_own_are_the_same_rows_when_they_are_read_again) {
  const auto s = store_for({{"table", scalar("unread_%Y%m%d")}});
  const auto some = [](std::int64_t first, std::int64_t end, std::int64_t time) {
    return read_at(born_from(make_chunk({numbered("a", static_cast<int>(first), static_cast<int>(end))}), static_cast<std::uint64_t>(first) * 100, 100), time);
  };
  must(commit(*s, {some(0, 300, noon)}));
  must(commit(*s, {some(300, 500, noon + 1)}));
  const auto other = store_for({{"table", scalar("unread_%Y%m%d")}});
  must(commit(*other, {some(100, 400, noon + a_day)}));
  must(commit(*s, {some(400, 600, noon + 1)}));
  must(commit(*other, {some(0, 700, noon + 2 * a_day)}));
  BOOST_TEST(numbers_in({"unread_20261122"}) == up_to(600), boost::test_tools::per_element());
  BOOST_TEST(query("SELECT count(*) FROM weir.unread_20261124") == "100\n");
}

BOOST_AUTO_TEST_CASE(writers_that_read_the_same_at_once_store_each_event_once) {
  constexpr auto writers = 4;
  BOOST_REQUIRE(store_for({{"table", scalar("race")}})->open());
  auto threads = std::vector<std::thread>{};
  auto problems = std::vector<std::string>(writers);
  for (auto w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      const auto s = store_for({{"table", scalar("race")}}, "w" + std::to_string(w));
      for (std::int64_t first = 0; first < 2000; first += 100 + 30 * w) {
        const auto end = std::min<std::int64_t>(first + 100 + 30 * w, 2000);
        const auto c = read_at(born_from(make_chunk({numbered("a", static_cast<int>(first), static_cast<int>(end))}), static_cast<std::uint64_t>(first) * 1000, 1000), noon + w * a_day + first);
        const auto done = commit(*s, {c});
        if (!done) problems[static_cast<std::size_t>(w)] = done.failure().what;
      }
    });
  for (auto& t : threads) t.join();
  for (const auto& p : problems) BOOST_TEST(p == "");
  BOOST_TEST(numbers_in({"race"}) == up_to(2000), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_the_server_refuses_is_refused_alone) {
  const auto s = store_for({{"table", scalar("picky")}});
  const auto done = must(commit(*s, {make_chunk({numbered("a", 0, 500), {"a", entry_of(noon, record("n", -1, "text", std::string(700'000, 'x'))), 1}, numbered("a", 500, 700)})}));
  BOOST_TEST(done.events == 700U);
  BOOST_REQUIRE(done.refused.size() == 1U);
  BOOST_TEST(done.refused[0].first.index == 500U);
  BOOST_TEST_MESSAGE(done.refused[0].reason);
  BOOST_TEST(numbers_in({"picky"}) == up_to(700), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tags_make_tables_and_nothing_else) {
  const auto s = store_for({{"table", scalar("t_{tag}")}});
  const auto long_tag = std::string(300, 'x');
  must(commit(*s, {make_chunk({{"a\"; DROP TABLE weir.contract; --", entry_of(noon, record("n", 1)), 1}, {long_tag, entry_of(noon, record("n", 2)), 1}, {"", entry_of(noon, record("n", 3)), 1}})}));
  BOOST_TEST(query("SELECT record FROM weir.t_a___drop_table_weir_contract____") == "{\"n\":1}\n");
  BOOST_TEST(query("SELECT count(*) FROM weir.contract").find("error") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_statement_that_the_server_has_forgotten_is_prepared_again) {
  const auto s = store_for({{"table", scalar("forgotten")}});
  must(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  query("ALTER TABLE weir.forgotten ADD more text");
  must(commit(*s, {make_chunk({numbered("a", 10, 20)})}));
  query("DROP TABLE weir.forgotten");
  for (auto tries = 0; tries < 3; ++tries)
    if (commit(*s, {make_chunk({numbered("a", 20, 30)})})) break;
  BOOST_TEST(query("SELECT count(*) FROM weir.forgotten") == "10\n");
}

BOOST_AUTO_TEST_CASE(a_column_that_is_missing_is_told_or_made) {
  must(commit(*store_for({{"table", scalar("evolving")}}), {make_chunk({numbered("a", 0, 1)})}));
  const auto strict = store_for({{"table", scalar("evolving")}, {"columns", list({"n"})}})->open();
  BOOST_REQUIRE(!strict);
  BOOST_TEST(strict.failure().what == "the table \"evolving\" has no column \"n\"; \"evolve: true\" adds what is missing");
  must(commit(*store_for({{"table", scalar("evolving")}, {"columns", list({"n"})}, {"evolve", scalar("true")}}), {make_chunk({numbered("a", 1, 2)})}));
  BOOST_TEST(query("SELECT count(n) FROM weir.evolving") == "1\n");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) {
  const auto problem_of = [](std::vector<std::pair<std::string, config::value>> settings) {
    if (std::none_of(settings.begin(), settings.end(), [](const auto& s) { return s.first == "auth"; })) settings.emplace_back("auth", login());
    const auto opened = make_store("cassandra", map_of(settings), {"s", "n"})->open();
    return opened ? std::string{} : opened.failure().what;
  };
  const auto here = std::pair{std::string{"endpoints"}, list({the_server().address()})};
  BOOST_TEST(problem_of({here, {"keyspace", scalar("nowhere")}}).starts_with("there is no keyspace \"nowhere\""));
  BOOST_TEST(problem_of({here, {"keyspace", scalar("weir")}, {"create", scalar("false")}, {"table", scalar("missing")}})
             == "there is no table \"missing\", and \"create: false\" says not to make it");
  BOOST_TEST(problem_of({{"endpoints", list({"127.0.0.1:1"})}, {"keyspace", scalar("weir")}}) == "127.0.0.1:1: Connection refused");
  BOOST_TEST(problem_of({here, {"keyspace", scalar("weir")}, {"auth", login("open-sesame")}})
             == the_server().address() + ": login refused (0x0100): Provided username weir and/or password are incorrect");
  BOOST_TEST(problem_of({here, {"keyspace", scalar("weir")}, {"auth", map_of({})}}).find("it wants a login") != std::string::npos);
  query("CREATE TABLE weir.foreign_key (id int PRIMARY KEY, tag text, record text, time_ns bigint)");
  BOOST_TEST(problem_of({here, {"keyspace", scalar("weir")}, {"table", scalar("foreign_key")}}).find("has another key than PRIMARY KEY") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_needed_can_be_examined_without_a_change) {
  const auto wrong = [](std::vector<std::pair<std::string, config::value>> settings) {
    settings.emplace_back("endpoints", list({"127.0.0.1:1", the_server().address()}));
    settings.emplace_back("auth", login());
    return make_store("cassandra", map_of(settings), {"s", "n"})->examine().value();
  };
  BOOST_TEST(wrong({{"keyspace", scalar("weir")}, {"table", scalar("examined")}}).size() == 1U);
  BOOST_TEST(query("SELECT table_name FROM system_schema.tables WHERE keyspace_name = 'weir' AND table_name = 'examined'") == "");
  BOOST_REQUIRE(wrong({{"keyspace", scalar("nowhere")}}).size() == 2U);
  BOOST_TEST(wrong({{"keyspace", scalar("nowhere")}})[1].find("there is no keyspace") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(who_is_spoken_to_by_tls_must_be_who_he_says) {
  const auto events = make_chunk({numbered("a", 0, 10)});
  const auto problem = [&](std::vector<std::pair<std::string, config::value>> tls) {
    const auto s = store_for({{"table", scalar("secret")}, {"tls", map_of(tls)}});
    const auto done = commit(*s, {events});
    return done ? std::string{} : done.failure().what;
  };
  const auto ca = std::pair{std::string{"ca"}, scalar(some_certificates().file("authority"))};
  BOOST_TEST(problem({ca}) == "");
  BOOST_TEST(problem({ca, {"server_name", scalar("cassandra-1")}}) == "");
  BOOST_TEST(problem({ca, {"server_name", scalar("cassandra-2")}}).find("certificate verify failed: hostname mismatch") != std::string::npos);
  BOOST_TEST(problem({ca, {"server_name", scalar("cassandra-2")}, {"verify", scalar("ca")}}) == "");
  BOOST_TEST(problem({}).find("certificate verify failed") != std::string::npos);
  BOOST_TEST(problem({{"verify", scalar("none")}}) == "");
  BOOST_TEST(numbers_in({"secret"}) == up_to(10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(tokens_are_those_of_the_server) {
  query("CREATE TABLE weir.tokens (bucket int, day date, PRIMARY KEY ((bucket, day)))");
  query("INSERT INTO weir.tokens (bucket, day) VALUES (13, '2026-11-22')");
  const auto key = std::string("\0\4\0\0\0\15\0\0\4\x80\0\x51\x2b\0", 14);
  BOOST_TEST(query("SELECT token(bucket, day) FROM weir.tokens") == std::to_string(murmur3_token(key)) + "\n");
}

BOOST_AUTO_TEST_CASE(another_host_is_taken_if_the_first_is_gone) {
  const auto s = make_store("cassandra", map_of({{"endpoints", list({"127.0.0.1:1", the_server().address()})}, {"keyspace", scalar("weir")}, {"auth", login()}, {"table", scalar("other")}}), {"s", "n"});
  must(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  BOOST_TEST(numbers_in({"other"}) == up_to(10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
