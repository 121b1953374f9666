#include "tests/actors/sinks/sql/store_cases.hpp"

#include <atomic>
#include <sstream>
#include <thread>

namespace weir::test {

auto sql_database::settings(store_settings more) const -> config::value {
  more.emplace_back("endpoints", list({server().address()}));
  more.emplace_back("database", scalar("weir"));
  more.emplace_back("auth", map_of({{"user", scalar("weir")}, {"password", scalar("weir")}}));
  return map_of(more);
}

auto sql_database::make(store_settings more, const std::string& name) const -> std::unique_ptr<store> {
  return make_store(type, settings(std::move(more)), {name, "n"});
}

auto sql_database::open(store_settings more, const std::string& name) const -> std::unique_ptr<store> {
  auto made = make(std::move(more), name);
  const auto opened = made->open();
  BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  return made;
}

auto sql_database::failure_of(store_settings more) const -> std::string {
  const auto opened = make(std::move(more), "s")->open();
  return opened ? "opened" : opened.failure().what;
}

auto must_commit(store& to, const std::vector<chunk_ptr>& chunks) -> committed {
  auto done = commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  return *done;
}

void check_sql_contract(const sql_database& db) {
  check_store_contract({[&] { return db.make({{"table", scalar("contract")}}, "contract"); },
                        [&] {
                          auto numbers = std::vector<std::int64_t>{};
                          auto lines = std::istringstream{db.query("select " + db.number + " from contract order by 1")};
                          for (auto line = std::string{}; std::getline(lines, line);) numbers.push_back(std::stoll(line));
                          return numbers;
                        },
                        true});
}

void check_tables_by_tag(const sql_database& db) {
  db.query("create table precious(a int)");
  const auto s = db.open({{"table", scalar("t_{tag}_%Y")}}, "tables");
  must_commit(*s, {make_chunk({one_event("Web.x", record("n", 1)), one_event("a\"`'; drop table precious; --", record("n", 2)),
                               one_event("", record("n", 3)), one_event(std::string(300, 'a') + "1", record("n", 4)),
                               one_event(std::string(300, 'a') + "2", record("n", 5))})});
  BOOST_TEST(db.query("select " + db.number + " from t_web_x_2026") == "1\n");
  BOOST_TEST(db.query("select " + db.number + " from t_a_____drop_table_precious_____2026") == "2\n");
  BOOST_TEST(db.query("select " + db.number + " from t___2026") == "3\n");
  BOOST_TEST(db.query("select count(*) from information_schema.tables where table_name like 't_aaaaaa%'") == "2\n");
  BOOST_TEST(db.query("select count(*) from precious") == "0\n");
}

void check_rejected_rows(const sql_database& db) {
  db.query("create table strict_one(time timestamp(6), tag text, record " + db.strict_record + ")");
  const auto s = db.open({{"table", scalar("strict_one")}}, "strict");
  const auto done = must_commit(*s, {make_chunk({numbered("a", 0, 10'000)})});
  BOOST_TEST(done.events == 9'900U);
  BOOST_TEST(done.refused.size() == 100U);
  BOOST_TEST(done.refused.front().first.index == 37U);
  BOOST_TEST(done.refused.back().first.index == 9'937U);
  BOOST_TEST(done.refused.front().reason.find(db.refusal) != std::string::npos);
  BOOST_TEST(db.query("select count(*), count(distinct " + db.number + ") from strict_one") == "9900|9900\n");
}

void check_shared_ledger(const sql_database& db) {
  const auto first = db.open({{"table", scalar("shared")}}, "shared");
  const auto second = db.open({{"table", scalar("shared")}}, "shared");
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  auto again = std::make_shared<chunk>(*at_positions(make_chunk({numbered("a", 5, 15)}, 1), 50, 150));
  again->id.origin = 99;
  BOOST_TEST(must_commit(*first, {c}).events == 10U);
  BOOST_TEST(must_commit(*second, {c}).repeated_chunks == 1U);
  BOOST_TEST(must_commit(*second, {again}).events == 5U);
  BOOST_TEST(db.query("select count(*), count(distinct " + db.number + ") from shared") == "15|15\n");
  const auto known = first->knowledge("n/collector/c");
  BOOST_REQUIRE(known);
  BOOST_TEST((known->positions == std::vector<position_range>{{"s", 0, 150}}));
}

void check_columns_that_are_missing(const sql_database& db) {
  db.query("create table lacking(time timestamp(6), tag text, record json)");
  BOOST_TEST(db.failure_of({{"table", scalar("lacking")}, {"columns", list({"status"})}})
             == db.server().address() + ": the table \"lacking\" has no column \"status\"");
  const auto s = db.open({{"table", scalar("lacking")}, {"columns", list({"status"})}, {"evolve", scalar("true")}}, "lacking");
  must_commit(*s, {make_chunk({one_event("a", record("status", 200))})});
  BOOST_TEST(db.query("select status from lacking") == "200\n");
}

void check_clear_errors(const sql_database& db) {
  const auto at = db.server().address() + ": ";
  BOOST_TEST(db.failure_of({{"table", scalar("none")}, {"create", scalar("false")}})
             == at + "there is no table \"none\", and \"create: false\" says not to make it");
  db.query("create table odd(time text, tag text, record json)");
  BOOST_TEST(db.failure_of({{"table", scalar("odd")}})
             == at + "the table \"odd\" has a column \"time\" of a type that this cannot be written to");
  const auto log_in = [&](const char* password, const char* database, const std::string& endpoint) {
    auto s = make_store(db.type, map_of({{"endpoints", list({endpoint})},
                                         {"database", scalar(database)},
                                         {"auth", map_of({{"user", scalar("weir")}, {"password", scalar(password)}})}}));
    const auto opened = s->open();
    return opened ? std::string{"opened"} : opened.failure().what;
  };
  const auto refused = log_in("wrong-one", "weir", db.server().address());
  BOOST_TEST(refused.find(db.wrong_password) != std::string::npos, refused);
  BOOST_TEST(refused.find("wrong-one") == std::string::npos);
  BOOST_TEST(log_in("weir", "nowhere", db.server().address()).find("nowhere") != std::string::npos);
  BOOST_TEST(log_in("weir", "weir", "127.0.0.1:1").find("127.0.0.1:1: ") == 0U);
}

void check_another_host(const sql_database& db) {
  auto s = make_store(db.type, map_of({{"endpoints", list({"127.0.0.1:1", db.server().address()})},
                                       {"database", scalar("weir")},
                                       {"table", scalar("other_host")},
                                       {"auth", map_of({{"user", scalar("weir")}, {"password", scalar("weir")}})}}));
  BOOST_REQUIRE(s->open());
  BOOST_TEST(must_commit(*s, {make_chunk({numbered("a", 0, 3)})}).events == 3U);
}

void check_race(const sql_database& db) {
  constexpr auto chunks = 60;
  constexpr auto writers = 4;
  auto all = std::vector<chunk_ptr>{};
  for (auto i = 0; i < chunks; ++i) {
    const auto begin = static_cast<std::uint64_t>(i) * 50;
    // Every other one has events of its neighbours, as if a collector had read them again.
    auto c = std::make_shared<chunk>(*at_positions(make_chunk({numbered("a", i * 5, i * 5 + 10)}, 1), begin, begin + 100));
    c->id = {static_cast<std::uint64_t>(1000 + i % 3), static_cast<std::uint64_t>(i + 1)};
    all.push_back(c);
  }
  auto failures = std::atomic<int>{0};
  auto threads = std::vector<std::thread>{};
  for (auto w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      const auto s = db.make({{"table", scalar("race")}}, "race");
      const auto any = tag_pattern::parse({});
      for (auto i = 0; i < chunks; ++i) {
        const auto& c = all[static_cast<std::size_t>((i + w * 7) % chunks)];
        // As a sink does it: what could not be stored is tried again.
        for (auto tries = 0; !s->open() || !s->commit({{&c, 1}, *any}); ++tries)
          if (tries == 50) return void(++failures);
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(failures == 0);
  BOOST_TEST(db.query("select count(*), count(distinct " + db.number + ") from race") == "305|305\n");
}

void check_upkeep(const sql_database& db) {
  constexpr auto chunks = 600;
  const auto chunk_at = [](int i) {
    return at_positions(make_chunk({numbered("a", i, i + 1)}, static_cast<std::uint64_t>(i) + 1), static_cast<std::uint64_t>(i) * 10,
                        static_cast<std::uint64_t>(i) * 10 + 10);
  };
  {
    const auto s = db.open({{"table", scalar("kept")}}, "kept");
    for (auto i = 0; i < chunks; ++i) must_commit(*s, {chunk_at(i)});
  }
  const auto later = db.open({{"table", scalar("kept")}}, "kept");
  must_commit(*later, {chunk_at(chunks)});
  must_commit(*later, {chunk_at(chunks + 1)});
  BOOST_TEST(std::stoi(db.query("select count(*) from weir_ledger where sink = 'kept'")) < 20);
  BOOST_TEST(must_commit(*later, {chunk_at(0)}).repeated_chunks == 1U);
  BOOST_TEST(must_commit(*later, {chunk_at(chunks / 2)}).repeated_chunks == 1U);
  const auto ids = later->known_ids({{1, 1, 10'000}});
  BOOST_REQUIRE(ids);
  BOOST_TEST((*ids == std::vector<id_range>{{1, 1, chunks + 2}}));
}

} // namespace weir::test
