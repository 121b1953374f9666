#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <atomic>
#include <sstream>
#include <thread>

using namespace weir;
using test::at_positions;
using test::list;
using test::make_chunk;
using test::make_store;
using test::map_of;
using test::numbered;
using test::scalar;

namespace {

using store_settings = std::vector<std::pair<std::string, config::value>>;

auto server() -> test::peer& {
  static auto one = test::peer{"redis"};
  return one;
}

auto redis_cli(const std::string& words, const test::peer& at = server()) -> std::string {
  return test::output_of("redis-cli -p " + std::to_string(at.port()) + ' ' + words + " 2>&1");
}

/// Of the events in all streams whose names begin so.
auto events_of(const std::string& stream) -> std::vector<std::string> {
  auto lines = std::istringstream{redis_cli("--raw XRANGE '" + stream + "' - +")};
  auto found = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(lines, line);)
    if (line.starts_with('{')) found.push_back(line);
  return found;
}

auto numbers_of(const std::string& stream) -> std::vector<std::int64_t> { return test::numbers_of_events(events_of(stream)); }

/// As a sink of its own node has it.
auto make(store_settings more, const std::string& node = "n") -> std::unique_ptr<store> {
  more.emplace_back("endpoints", list({server().address()}));
  return make_store("redis", map_of(more), {"sink", node});
}

auto open(store_settings more, const std::string& node = "n") -> std::unique_ptr<store> { return test::opened(make(std::move(more), node)); }

auto stream_and_ledger(const std::string& name) -> store_settings { return {{"stream", scalar(name)}, {"ledger", scalar(name)}}; }

auto problems_with(store_settings more) -> std::string {
  auto text = std::string{};
  const auto found = make(std::move(more))->examine();
  BOOST_REQUIRE(found);
  for (const auto& line : *found) text += line + '\n';
  return text;
}

auto must_commit(store& to, const std::vector<chunk_ptr>& chunks) -> committed {
  auto done = test::commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  return *done;
}

} // namespace

BOOST_AUTO_TEST_SUITE(redis_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_with_a_ledger) {
  test::check_store_contract({[] { return make(stream_and_ledger("contract")); }, [] { return numbers_of("contract"); }, true});
}

BOOST_AUTO_TEST_CASE(two_nodes_with_one_ledger_store_each_event_once) {
  const auto first = open(stream_and_ledger("shared"), "n1");
  const auto second = open(stream_and_ledger("shared"), "n2");
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  auto again = std::make_shared<chunk>(*at_positions(make_chunk({numbered("a", 5, 15)}, 1), 50, 150));
  again->id.origin = 99;
  BOOST_TEST(must_commit(*first, {c}).events == 10U);
  BOOST_TEST(must_commit(*second, {c}).repeated_chunks == 1U);
  BOOST_TEST(must_commit(*second, {again}).events == 5U);
  BOOST_TEST(must_commit(*first, {again}).repeated_chunks == 1U);
  BOOST_TEST(numbers_of("shared") == test::numbers_upto(15), boost::test_tools::per_element());
  const auto known = first->knowledge("n/collector/c");
  BOOST_REQUIRE(known);
  BOOST_TEST((known->positions == std::vector<position_range>{{"s", 0, 150}}));
  const auto ids = second->known_ids({{99, 1, 5}});
  BOOST_REQUIRE(ids);
  BOOST_TEST((*ids == std::vector<id_range>{{99, 1, 1}}));
}

BOOST_AUTO_TEST_CASE(four_writers_with_the_same_chunks_store_each_event_once) {
  constexpr auto chunks = 200;
  auto events = std::atomic<std::uint64_t>{0};
  auto failures = std::atomic<int>{0};
  const auto pattern = test::pattern_of({});
  auto all = std::vector<chunk_ptr>{};
  for (auto n = 0; n < chunks; ++n)
    all.push_back(at_positions(make_chunk({numbered("a", n * 10, n * 10 + 10)}, static_cast<std::uint64_t>(n) + 1),
                               static_cast<std::uint64_t>(n) * 100, static_cast<std::uint64_t>(n) * 100 + 100));
  auto writers = std::vector<std::thread>{};
  for (auto w = 0; w < 4; ++w)
    writers.emplace_back([&, w, to = std::shared_ptr<store>{open(stream_and_ledger("four"))}] {
      for (auto i = 0; i < chunks; ++i) {
        const auto one = std::vector<chunk_ptr>{all[static_cast<std::size_t>(w % 2 == 0 ? i : chunks - 1 - i)]};
        const auto done = to->commit({one, pattern});
        if (!done) ++failures;
        if (done) events += done->events;
      }
    });
  for (auto& w : writers) w.join();
  BOOST_TEST(failures == 0);
  BOOST_TEST(events == 2000U);
  BOOST_TEST(numbers_of("four") == test::numbers_upto(2000), boost::test_tools::per_element());
  BOOST_TEST(redis_cli("HLEN 'weir:ledger:four:p n/collector/c s'") == "1\n"); // what lies side by side is one row
}

BOOST_AUTO_TEST_CASE(an_event_whose_answer_was_lost_is_known_when_it_comes_again) {
  const auto s = open(stream_and_ledger("lost"));
  const auto c = make_chunk({numbered("a", 0, 3)}, 1);
  redis_cli("CLIENT PAUSE 100 WRITE");
  must_commit(*s, {c});
  const auto id = redis_cli("CLIENT KILL TYPE normal SKIPME yes");
  const auto again = test::commit(*s, {c});
  BOOST_REQUIRE(again); // what was closed while nothing was asked is opened anew
  BOOST_TEST(again->repeated_chunks == 1U);
  BOOST_TEST(numbers_of("lost") == test::numbers_upto(3), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tag_makes_one_key_whatever_is_in_it) {
  const auto s = open({{"stream", scalar("t:{tag}")}, {"ledger", scalar("tags")}});
  must_commit(*s, {make_chunk({numbered("a b\r\nFLUSHALL\r\n", 0, 1), numbered("c/d", 1, 2), numbered("", 2, 3)})});
  BOOST_TEST(numbers_of("t:a_b__FLUSHALL__").size() == 1U);
  BOOST_TEST(numbers_of("t:c_d").size() == 1U);
  BOOST_TEST(numbers_of("t:none").size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_key_that_is_no_stream_refuses_its_events_and_no_others) {
  redis_cli("SET w:bad text");
  const auto s = open({{"stream", scalar("w:{tag}")}, {"ledger", scalar("wrong")}});
  const auto c = make_chunk({numbered("good", 0, 5), numbered("bad", 5, 8), numbered("also", 8, 10)}, 1);
  auto confirmed = std::vector<refusal>{};
  const auto pattern = test::pattern_of({});
  const auto chunks = std::vector<chunk_ptr>{c};
  const auto done = s->commit({chunks, pattern, {}, [&](std::span<const refusal> all) -> result<void> {
                                confirmed.assign(all.begin(), all.end());
                                BOOST_TEST(numbers_of("w:good").empty());
                                return {};
                              }});
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  BOOST_TEST(done->events == 7U);
  BOOST_TEST(test::refused_events(*done) == 3U);
  BOOST_TEST(confirmed.size() == 3U);
  BOOST_TEST(done->refused.at(0).reason == "rejected: WRONGTYPE: \"w:bad\" is a string, no stream");
  BOOST_TEST(numbers_of("w:good").size() == 5U);
  BOOST_TEST(numbers_of("w:also").size() == 2U);
  BOOST_TEST(must_commit(*s, {c}).repeated_chunks == 1U);
}

BOOST_AUTO_TEST_CASE(without_memory_nothing_is_stored_and_nothing_is_lost) {
  auto small = test::peer{"redis", "REDIS_OPTIONS='--maxmemory 3mb'"};
  const auto s = make_store("redis", map_of({{"endpoints", list({small.address()})}, {"stream", scalar("oom")}}), {"sink", "n"});
  BOOST_REQUIRE(s->open());
  redis_cli("SET filler " + std::string(100'000, 'x'), small);
  auto stored = std::size_t{0};
  auto failure = std::string{};
  auto c = chunk_ptr{};
  for (auto n = 0; n < 200 && failure.empty(); ++n) {
    c = make_chunk({numbered("a", n * 1000, n * 1000 + 1000)}, static_cast<std::uint64_t>(n) + 1);
    const auto done = test::commit(*s, {c});
    if (done) stored += done->events;
    if (!done) {
      failure = done.failure().what;
      BOOST_TEST((done.failure().code == errc::unavailable));
    }
  }
  BOOST_TEST(failure.find("OOM") != std::string::npos, failure);
  BOOST_TEST(redis_cli("XLEN oom", small) == std::to_string(stored) + '\n');
  redis_cli("CONFIG SET maxmemory 100mb", small);
  BOOST_TEST(must_commit(*s, {c}).events == 1000U);
  BOOST_TEST(redis_cli("XLEN oom", small) == std::to_string(stored + 1000) + '\n');
}

BOOST_AUTO_TEST_CASE(a_killed_server_has_what_it_acknowledged) {
  auto own = test::peer{"redis"};
  const auto s = make_store("redis", map_of({{"endpoints", list({own.address()})}, {"stream", scalar("k")}}), {"sink", "n"});
  BOOST_REQUIRE(s->open());
  const auto c = make_chunk({numbered("a", 0, 100)}, 1);
  must_commit(*s, {c});
  own.signal(SIGKILL);
  own.stop();
  BOOST_TEST(!test::commit(*s, {c}));
  BOOST_TEST(!s->open());
  own.start();
  BOOST_REQUIRE(s->open());
  BOOST_TEST(must_commit(*s, {c}).repeated_chunks == 1U);
  BOOST_TEST(redis_cli("XLEN k", own) == "100\n");
}

BOOST_AUTO_TEST_CASE(streams_are_cut_to_about_their_length) {
  const auto s = open({{"stream", scalar("cut")}, {"ledger", scalar("cut")}, {"max_length", scalar("500")}});
  must_commit(*s, {make_chunk({numbered("a", 0, 5000)})});
  const auto left = std::stoi(redis_cli("XLEN cut"));
  BOOST_TEST(left >= 500);
  BOOST_TEST(left < 1000);
}

BOOST_AUTO_TEST_CASE(replicas_that_are_wanted_are_waited_for) {
  auto primary = test::peer{"redis"};
  const auto s = make_store("redis", map_of({{"endpoints", list({primary.address()})},
                                             {"stream", scalar("r")},
                                             {"replicas", scalar("1")},
                                             {"timeout", map_of({{"request", scalar("1s")}})}}),
                            {"sink", "n"});
  BOOST_REQUIRE(s->open());
  const auto c = make_chunk({numbered("a", 0, 10)}, 1);
  const auto alone = test::commit(*s, {c});
  BOOST_REQUIRE(!alone);
  BOOST_TEST(alone.failure().what.find("0 of its replicas") != std::string::npos, alone.failure().what);
  auto replica = test::peer{"redis", "REDIS_OPTIONS='--repl-diskless-sync-delay 0 --replicaof 127.0.0.1 " + std::to_string(primary.port()) + "'"};
  auto done = test::commit(*s, {c});
  for (auto tries = 0; !done && tries < 60; ++tries) done = test::commit(*s, {c});
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  BOOST_TEST(done->repeated_chunks == 1U);
  BOOST_TEST(redis_cli("XLEN r", replica) == "10\n");
  const auto at_replica = make_store("redis", map_of({{"endpoints", list({replica.address(), primary.address()})}, {"stream", scalar("r")}}), {"sink", "n"});
  BOOST_REQUIRE(at_replica->open()); // the first that takes writes
  BOOST_TEST(must_commit(*at_replica, {c}).repeated_chunks == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_line_each) {
  BOOST_TEST(problems_with({{"stream", scalar("fine")}}).empty());
  redis_cli("ACL SETUSER few on '>secret' '~weir:ledger:*' +@all");
  const auto as = [](const std::string& user, const std::string& password) {
    return std::pair{std::string{"auth"}, map_of({{"user", scalar(user)}, {"password", scalar(password)}})};
  };
  BOOST_TEST(problems_with({as("few", "wrong")}) == server().address() + ": WRONGPASS invalid username-password pair or user is disabled.\n");
  BOOST_TEST(problems_with({as("few", "secret"), {"stream", scalar("mine")}}) == server().address() + ": the user may not XADD to \"mine\"\n");
  redis_cli("SET text x");
  BOOST_TEST(problems_with({{"stream", scalar("text")}}) == server().address() + ": \"text\" is a string, no stream\n");
  BOOST_TEST(problems_with({{"database", scalar("99")}}) == server().address() + ": ERR DB index is out of range\n");
  BOOST_TEST(redis_cli("EXISTS fine") == "0\n"); // nothing was written
}

BOOST_AUTO_TEST_CASE(a_server_of_a_cluster_is_refused_with_its_mode) {
  auto part = test::peer{"redis", "REDIS_OPTIONS='--cluster-enabled yes --cluster-port " + std::to_string(test::free_port()) + "'"};
  const auto opened = make_store("redis", map_of({{"endpoints", list({part.address()})}}), {"sink", "n"})->open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what == part.address() + ": it is part of a Redis cluster; the events and the ledger want one server");
}

BOOST_AUTO_TEST_SUITE_END()
