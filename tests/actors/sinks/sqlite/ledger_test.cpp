#include "actors/sinks/sqlite/ledger.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <map>
#include <random>
#include <set>

using namespace weir;
using test::born_in_turns;
using test::make_chunk;
using test::numbered;

namespace {

/// What a ledger has to know, without ranges.
struct plain_memory {
  std::set<chunk_id> ids;
  std::map<std::string, std::set<std::uint64_t>> positions; ///< by stream

  /// Its new events, as the ledger says it.
  auto add(const chunk& c, std::span<const position_range> born) -> std::optional<std::vector<index_range>> {
    if (!ids.insert(c.id).second) return std::nullopt;
    auto fresh = std::vector<index_range>{};
    for (std::uint64_t i = 0; i < born.size(); ++i) {
      if (positions[born[i].stream].contains(born[i].begin)) continue;
      if (!fresh.empty() && fresh.back().end == i)
        ++fresh.back().end;
      else
        fresh.push_back({i, i + 1});
    }
    for (const auto& p : c.positions)
      for (auto n = p.begin; n < p.end; ++n) positions[p.stream].insert(n);
    if (fresh.empty()) return std::nullopt;
    return fresh;
  }
  /// As a ledger tells it: ranges, in order, of streams that are no clients' messages.
  auto known() const -> std::vector<position_range> {
    auto all = position_index{};
    for (const auto& [stream, numbers] : positions)
      for (const auto n : numbers)
        if (!is_window_stream(stream)) all.add("n/collector/c", {stream, n, n + 1});
    return all.of("n/collector/c");
  }
  auto id_ranges() const -> std::size_t {
    auto ranges = std::size_t{0};
    for (const auto& id : ids) ranges += ids.contains({id.origin, id.sequence - 1}) ? 0 : 1;
    return ranges;
  }
};

/// A chunk as a collector may send it, and where each of its events was born.
struct sent_chunk {
  chunk_ptr c;
  std::vector<position_range> born;
};

class random_sender {
public:
  explicit random_sender(unsigned seed) : random_(seed) {}

  /// One in five is one of before.
  auto next() -> sent_chunk {
    if (!sent_.empty() && below(5) == 0) return sent_[below(sent_.size())];
    auto made = below(2) == 0 ? in_a_row() : in_turns();
    auto c = std::make_shared<chunk>(*made.c);
    c->id = {1 + below(2), 1 + below(400)};
    for (const auto& s : sent_)
      if (s.c->id == c->id) return s;
    made.c = c;
    sent_.push_back(made);
    return made;
  }
  auto below(std::uint64_t bound) -> std::uint64_t { return random_() % bound; }

private:
  auto stream() -> std::string { return std::vector<std::string>{"f", "g", "~m", "~*n"}[below(4)]; }
  auto in_a_row() -> sent_chunk {
    const auto name = stream();
    const auto begin = below(300);
    const auto events = 1 + below(30);
    auto made = sent_chunk{test::born_in(make_chunk({numbered("a", 0, static_cast<int>(events))}), name, begin, begin + events), {}};
    for (auto n = begin; n < begin + events; ++n) made.born.push_back({name, n, n + 1});
    return made;
  }
  auto in_turns() -> sent_chunk {
    auto ranges = std::vector<position_range>{};
    for (auto n = 1 + below(6); n > 0; --n) {
      const auto begin = below(300);
      ranges.push_back({stream(), begin, begin + 1 + below(20)});
    }
    const auto events = static_cast<int>(ranges.size());
    return {born_in_turns(make_chunk({numbered("a", 0, events)}), ranges), ranges};
  }

  std::mt19937 random_;
  std::vector<sent_chunk> sent_;
};

/// A ledger in a database of its own connection.
struct opened_ledger {
  sqlite_connection database;
  sqlite_ledger ledger;

  static auto open(const std::string& path, const manual_clock& time) -> opened_ledger {
    auto database = sqlite_connection::open(path);
    BOOST_REQUIRE(database);
    BOOST_REQUIRE(database->execute("PRAGMA synchronous = OFF"));
    auto ledger = sqlite_ledger::open(*database, "s", retention{}, time);
    BOOST_REQUIRE_MESSAGE(ledger, (ledger ? "" : ledger.failure().what));
    return {std::move(*database), std::move(*ledger)};
  }
  auto run(const std::string& sql) -> void {
    const auto done = database.execute(sql);
    BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  }
  auto number(const std::string& sql) -> std::int64_t {
    auto asked = database.prepare(sql);
    BOOST_REQUIRE(asked);
    BOOST_REQUIRE(asked->step());
    const auto found = asked->integer(0);
    asked->reset();
    return found;
  }
  void fold() {
    (void)ledger.begin();
    run("BEGIN IMMEDIATE");
    const auto kept = ledger.keep_up();
    BOOST_REQUIRE_MESSAGE(kept, (kept ? "" : kept.failure().what));
    run("COMMIT");
  }
  auto commit(const chunk& c) -> std::optional<std::vector<index_range>> {
    (void)ledger.begin();
    run("BEGIN IMMEDIATE");
    auto fresh = ledger.add(c);
    BOOST_REQUIRE_MESSAGE(fresh, (fresh ? "" : fresh.failure().what));
    run("COMMIT");
    return *fresh;
  }
};

constexpr auto pairs_in_common =
    "SELECT count(*) FROM weir_positions a JOIN weir_positions b ON a.sink = b.sink AND a.source = b.source AND "
    "a.stream = b.stream AND (a.first, a.last) < (b.first, b.last) AND a.first < b.last AND b.first < a.last";

void check_is_same(opened_ledger& o, const plain_memory& model) {
  const auto told = o.ledger.knowledge("n/collector/c");
  BOOST_REQUIRE(told);
  BOOST_REQUIRE((told->positions == model.known()));
  BOOST_REQUIRE(o.number(pairs_in_common) == 0);
}

void check_is_joined(opened_ledger& o, const plain_memory& model) {
  BOOST_REQUIRE(o.number("SELECT count(*) FROM weir_ledger") == static_cast<std::int64_t>(model.id_ranges()));
  BOOST_REQUIRE(o.number("SELECT count(*) FROM weir_positions WHERE stream < '~'")
                == static_cast<std::int64_t>(model.known().size()));
}

} // namespace

BOOST_AUTO_TEST_SUITE(sqlite_ledger_rows)

// Goal: what a ledger says is new is what a plain set of numbers says. Method: random chunks, repeats and overlaps; rows
// joined at every step, at some, never; a process that is killed in either transaction, or between them.
BOOST_AUTO_TEST_CASE(knows_what_a_plain_memory_knows_whenever_rows_are_joined) {
  for (const auto every : {1U, 3U, 17U, 100'000U}) {
    BOOST_TEST_CONTEXT("joined every " << every) {
      const auto dir = test::temporary_directory{};
      const auto path = dir / "weir.db";
      const auto time = manual_clock{};
      auto model = plain_memory{};
      auto sender = random_sender{every};
      auto o = opened_ledger::open(path, time);
      o.run("PRAGMA journal_mode = WAL");
      for (auto step = 0U; step < 600; ++step) {
        if (step % every == 0) o.fold(), check_is_joined(o, model);
        const auto sent = sender.next();
        if (sender.below(20) == 0) { // killed in the midst of one or the other
          o.run("BEGIN IMMEDIATE");
          BOOST_REQUIRE(o.ledger.add(*sent.c));
          if (sender.below(2) == 0) BOOST_REQUIRE(o.ledger.keep_up());
          o.run("ROLLBACK");
          o = opened_ledger::open(path, time);
        }
        BOOST_REQUIRE((o.commit(*sent.c) == model.add(*sent.c, sent.born)));
        check_is_same(o, model);
      }
      o.fold();
      check_is_joined(o, model);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_commit_changes_no_row_that_another_one_wrote) {
  const auto dir = test::temporary_directory{};
  const auto time = manual_clock{};
  auto o = opened_ledger::open(dir / "weir.db", time);
  o.fold();
  for (const auto* table : {"weir_ledger", "weir_positions", "weir_settled"})
    for (const auto* change : {"UPDATE", "DELETE"})
      o.run(std::string{"CREATE TRIGGER "} + table + change + " BEFORE " + change + " ON " + table
            + " BEGIN SELECT RAISE(ABORT, 'a row is changed'); END");
  auto model = plain_memory{};
  auto sender = random_sender{7};
  for (auto step = 0; step < 300; ++step) {
    auto sent = sender.next();
    auto c = *sent.c;
    c.settled = c.positions;
    BOOST_REQUIRE((o.commit(c) == model.add(*sent.c, sent.born)));
  }
}

BOOST_AUTO_TEST_CASE(rows_are_joined_so_many_at_a_time_also_those_of_a_writer_that_died) {
  constexpr auto chunks = std::uint64_t{6000};
  const auto dir = test::temporary_directory{};
  const auto path = dir / "weir.db";
  auto time = manual_clock{};
  {
    auto dies = opened_ledger::open(path, time);
    (void)dies.ledger.begin();
    dies.run("BEGIN IMMEDIATE");
    for (auto n = std::uint64_t{0}; n < chunks; ++n)
      BOOST_REQUIRE(dies.ledger.add(*test::born_in(make_chunk({numbered("a", 0, 1)}, n + 1), "f", n, n + 1)));
    dies.run("COMMIT");
  }
  auto o = opened_ledger::open(path, time);
  const auto rows = [&] {
    return o.number("SELECT (SELECT count(*) FROM weir_ledger) + (SELECT count(*) FROM weir_positions)");
  };
  for (auto before = rows(); before > 2; before = rows()) {
    BOOST_REQUIRE(o.ledger.begin());
    o.fold();
    BOOST_TEST(rows() < before);
    BOOST_TEST(before - rows() <= static_cast<std::int64_t>(fold_schedule::looked_at_max));
  }
  while (o.ledger.begin()) o.fold();
  BOOST_TEST(o.number("SELECT last FROM weir_ledger") == static_cast<std::int64_t>(chunks));
  BOOST_TEST(o.number("SELECT last FROM weir_positions") == static_cast<std::int64_t>(chunks));
  BOOST_TEST(!o.commit(*make_chunk({numbered("a", 0, 1)}, 4711)).has_value());
}

BOOST_AUTO_TEST_CASE(witnesses_without_length_are_kept_beside_what_begins_there) {
  const auto dir = test::temporary_directory{};
  const auto time = manual_clock{};
  auto o = opened_ledger::open(dir / "weir.db", time);
  const auto put = [&](std::vector<position_range> positions) {
    auto c = *make_chunk({});
    c.source = "n/collector/c";
    c.positions = std::move(positions);
    (void)o.commit(c);
  };
  const auto known = [&] { return o.ledger.knowledge("n/collector/c")->positions; };
  put({{"f", 0, 0}, {"g", 50, 50}});
  put({{"f", 0, 0}, {"g", 50, 50}});
  BOOST_CHECK((known() == std::vector<position_range>{{"f", 0, 0}, {"g", 50, 50}}));
  put({{"f", 0, 10}, {"g", 0, 100}});
  // The last row that begins before it is not the one that has it.
  BOOST_TEST(!o.commit(*test::born_in(make_chunk({numbered("a", 0, 10)}), "g", 60, 70)).has_value());
  put({{"f", 0, 0}, {"g", 60, 70}});
  o.fold();
  BOOST_CHECK((known() == std::vector<position_range>{{"f", 0, 10}, {"g", 0, 100}}));
  BOOST_TEST(o.number("SELECT count(*) FROM weir_positions") == 2);
}

BOOST_AUTO_TEST_SUITE_END()
