#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/msgpack_build.hpp"

#include <sqlite3.h>

#include <fstream>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(lookup)

namespace {

/// A table file in a folder of its own.
struct table_file {
  explicit table_file(std::string_view content) { write(content); }
  void write(std::string_view content) { std::ofstream{path(), std::ios::trunc} << content; }
  auto path() const -> std::string { return folder / "table"; }
  temporary_directory folder;
};

auto looked_up(const config::value& settings, const packed_bytes& record) -> std::string {
  return outcome(*make_operator("lookup", settings), record, "t").substr(2);
}

} // namespace

BOOST_AUTO_TEST_CASE(rows_of_csv_become_fields) {
  const auto table = table_file{"id,name,\"the team\"\r\n5,\"a, b\",x\n6,c,y\n\n5,d,z\n"};
  const auto base = map_of({{"file", table.path()}, {"key", "id"}, {"field", "host.id"}});
  BOOST_TEST(looked_up(base, packed({{"host", packed({{"id", 6}})}, {"name", "old"}})) == R"({"host":{"id":6},"name":"c","the team":"y"})");
  BOOST_TEST(looked_up(base, packed({{"host", packed({{"id", "5"}})}})) == R"({"host":{"id":"5"},"name":"d","the team":"z"})");
  BOOST_TEST(looked_up(base, packed({{"host", packed({{"id", 7}})}})) == R"({"host":{"id":7}})");
  const auto under = map_of({{"file", table.path()}, {"key", "id"}, {"field", "id"}, {"to", "host.row"}, {"columns", list_of({"id", "name"})}});
  BOOST_TEST(looked_up(under, packed({{"id", 6}})) == R"({"id":6,"host":{"row":{"id":"6","name":"c"}}})");
  check_operator_contract(*make_operator("lookup", map_of({{"file", table.path()}, {"key", "id"}, {"field", "a"}, {"to", "b.c"}})));
}

BOOST_AUTO_TEST_CASE(json_has_rows_in_a_list_under_their_keys_or_one_a_line) {
  for (const auto* content : {R"([{"id":1,"n":{"x":2}},{"id":3,"n":0}])", R"({"1":{"n":{"x":2}},"3":{"n":0}})",
                              "{\"id\":1,\"n\":{\"x\":2}}\n\n{\"id\":3,\"n\":0}\n", "{\"id\":1,\"n\":{\"x\":2}}"}) {
    const auto table = table_file{content};
    const auto settings = map_of({{"file", table.path()}, {"format", "json"}, {"key", "id"}, {"field", "id"}});
    BOOST_TEST(looked_up(settings, packed({{"id", 1}})) == R"({"id":1,"n":{"x":2}})", content);
  }
}

BOOST_AUTO_TEST_CASE(a_query_gives_rows_of_sqlite) {
  const auto table = table_file{""};
  sqlite3* database = nullptr;
  BOOST_TEST_REQUIRE(sqlite3_open(table.path().c_str(), &database) == SQLITE_OK);
  sqlite3_exec(database, "CREATE TABLE hosts (id INTEGER, name TEXT, load REAL, note); INSERT INTO hosts VALUES (1, 'a', 0.5, NULL)", nullptr,
               nullptr, nullptr);
  sqlite3_close(database);
  const auto with = [&](const char* query) {
    return map_of({{"file", table.path()}, {"format", "sqlite"}, {"query", query}, {"key", "id"}, {"field", "id"}});
  };
  BOOST_TEST(looked_up(with("SELECT * FROM hosts"), packed({{"id", "1"}})) == R"({"id":"1","name":"a","load":0.5,"note":null})");
  BOOST_TEST(findings("lookup", with("DELETE FROM hosts")).find("\"query\" is no SELECT") != std::string::npos);
  const auto missing = findings("lookup", with("SELECT * FROM absent"));
  BOOST_TEST(missing.find("no such table: absent") != std::string::npos, missing);
}

BOOST_AUTO_TEST_CASE(a_table_that_changes_is_read_again_and_one_that_is_broken_is_not) {
  auto log = captured_log{};
  auto table = table_file{"id,n\n1,a\n"};
  auto now = manual_clock{};
  auto problems = config::diagnostics{};
  const auto settings = map_of({{"file", table.path()}, {"key", "id"}, {"field", "id"}});
  const auto factory = plugin_registry<event_operator>::find("lookup")->configure(settings, "lookup", problems, {});
  const auto tried = factory({.component = "c", .node = "n", .clock = &now});
  const auto row = [&] { return outcome(*tried, packed({{"id", 1}}), "t"); };
  BOOST_TEST(row() == R"(t {"id":1,"n":"a"})");
  table.write("id,n\n1,longer\n");
  BOOST_TEST(row() == R"(t {"id":1,"n":"a"})");
  now.advance(std::chrono::seconds{2});
  BOOST_TEST(row() == R"(t {"id":1,"n":"longer"})");
  table.write("no key\n1\n");
  now.advance(std::chrono::seconds{2});
  BOOST_TEST(row() == R"(t {"id":1,"n":"longer"})");
  BOOST_TEST(log.text().find("its first line has no column \"id\"; the rows of before stay, 1") != std::string::npos, log.text());
}

BOOST_AUTO_TEST_CASE(check_finds_what_is_wrong) {
  const auto table = table_file{"id,n\n1,a\n2,b\n"};
  const auto finds = [&](config::value settings, const char* what) {
    const auto all = findings("lookup", settings);
    BOOST_TEST(all.find(what) != std::string::npos, all);
  };
  finds(map_of({{"file", "/nowhere/x"}, {"key", "id"}, {"field", "a"}}), "/nowhere/x: No such file or directory");
  finds(map_of({{"file", table.path()}, {"key", "id"}, {"field", "a"}, {"rows_max", "1"}}), "has more than 1 rows (\"rows_max\")");
  finds(map_of({{"file", table.path()}, {"format", "json"}, {"key", "id"}, {"field", "a"}}), "line 1: ");
  finds(map_of({{"file", table.path()}, {"format", "sqlite"}, {"key", "id"}, {"field", "a"}}), "sqlite wants a \"query\"");
  finds(map_of({{"file", table.path()}, {"query", "SELECT 1"}, {"key", "id"}, {"field", "a"}}), "it is for the format sqlite");
}

BOOST_AUTO_TEST_SUITE_END()
