#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <atomic>
#include <sstream>
#include <thread>

using namespace weir;
using test::at_positions;
using test::entry_of;
using test::list;
using test::make_chunk;
using test::make_store;
using test::map_of;
using test::numbered;
using test::record;
using test::scalar;

namespace {

using store_settings = std::vector<std::pair<std::string, config::value>>;

auto server() -> test::peer& {
  static auto one = test::peer{"kafka"};
  return one;
}

/// How far consumers see: "% Reached end of topic t [0] at offset 12".
auto ends_of(const std::string& topic, const std::string& isolation) -> std::string {
  return test::output_of("kcat -C -e -o beginning -X isolation.level=" + isolation + " -b " + server().address() + " -t '" + topic
                         + "' 2>&1 >/dev/null | sort");
}

/// What consumers see that read what is committed, message by message.
auto messages_of(const std::string& topic, const std::string& format = "%s") -> std::vector<std::string> {
  // What was committed becomes visible a little later.
  while (ends_of(topic, "read_committed") != ends_of(topic, "read_uncommitted")) continue;
  auto lines = std::istringstream{test::output_of("kcat -q -C -e -o beginning -X isolation.level=read_committed -b " + server().address() + " -t '" + topic
                                                  + "' -f '" + format + "\\n' 2>/dev/null")};
  auto found = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(lines, line);) found.push_back(line);
  std::sort(found.begin(), found.end());
  return found;
}

auto numbers_of(const std::string& topic) -> std::vector<std::int64_t> { return test::numbers_of_events(messages_of(topic)); }

/// As a sink of its own node has it.
auto make(store_settings more, const std::string& node = "n") -> std::unique_ptr<store> {
  more.emplace_back("endpoints", list({server().address()}));
  return make_store("kafka", map_of(more), {"sink", node});
}

auto open(store_settings more, const std::string& node = "n") -> std::unique_ptr<store> { return test::opened(make(std::move(more), node)); }

auto exactly_once(const std::string& topic) -> store_settings {
  return {{"topic", scalar(topic)}, {"ledger", scalar(topic)}, {"exactly_once", scalar("true")}};
}

auto failure_of(const store_settings& settings) -> std::string {
  const auto opened = make_store("kafka", map_of(settings))->open();
  return opened ? "opened" : opened.failure().what;
}

auto must_commit(store& to, const std::vector<chunk_ptr>& chunks) -> committed {
  auto done = test::commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  return *done;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kafka_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_with_a_ledger) {
  test::check_store_contract({[] { return make(exactly_once("contract")); }, [] { return numbers_of("contract"); }, true});
}

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_without_one) {
  test::check_store_contract({[] { return make({{"topic", scalar("plain")}}); }, [] { return numbers_of("plain"); }, false});
}

BOOST_AUTO_TEST_CASE(a_message_has_key_headers_and_the_events_time) {
  const auto s = open({{"topic", scalar("t.{tag}")}, {"key", scalar("user")}, {"headers", map_of({{"tag", scalar("{tag}")}})}, {"include", list({})}, {"message_time", scalar("event")}});
  must_commit(*s, {make_chunk({{"a/b", entry_of(1'795'359'845'123'456'789, record("user", "eve")), 1}})});
  BOOST_TEST((messages_of("t.a_b", "%k|%h|%T|%s") == std::vector<std::string>{"eve|tag=a/b|1795359845123|{\"user\":\"eve\"}"}));
}

BOOST_AUTO_TEST_CASE(two_nodes_with_one_ledger_store_each_event_once) {
  const auto first = open(exactly_once("shared"), "n1");
  const auto second = open(exactly_once("shared"), "n2");
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  auto again = std::make_shared<chunk>(*at_positions(make_chunk({numbered("a", 5, 15)}, 1), 50, 150));
  again->id.origin = 99;
  BOOST_TEST(must_commit(*first, {c}).events == 10U);
  BOOST_TEST(must_commit(*second, {c}).repeated_chunks == 1U);
  BOOST_TEST(must_commit(*second, {again}).events == 5U);
  BOOST_TEST(must_commit(*first, {again}).repeated_chunks == 1U); // it has lost the partition, and takes it back
  BOOST_TEST(numbers_of("shared") == test::numbers_upto(15), boost::test_tools::per_element());
  const auto known = first->knowledge("n/collector/c");
  BOOST_REQUIRE(known);
  BOOST_TEST((known->positions == std::vector<position_range>{{"s", 0, 150}}));
  const auto ids = second->known_ids({{99, 1, 5}});
  BOOST_REQUIRE(ids);
  BOOST_TEST((*ids == std::vector<id_range>{{99, 1, 1}}));
}

BOOST_AUTO_TEST_CASE(what_was_not_committed_is_seen_by_nobody) {
  const auto s = open(exactly_once("tried"));
  const auto c = at_positions(make_chunk({numbered("a", 0, 10)}, 1), 0, 100);
  const auto any = tag_pattern::parse({});
  const auto tried = s->commit({.chunks = {&c, 1}, .match = *any, .confirm = [](auto) { return result<void>{error{errc::unavailable, "a try"}}; }});
  BOOST_TEST(!tried);
  BOOST_TEST(must_commit(*s, {c}).events == 10U);
  BOOST_TEST(numbers_of("tried") == test::numbers_upto(10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(nodes_that_race_store_each_event_once) {
  constexpr auto chunks = 24;
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
  for (auto w = 0; w < 3; ++w)
    threads.emplace_back([&, w] {
      const auto s = make(exactly_once("race"), "n" + std::to_string(w));
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
  BOOST_TEST(numbers_of("race") == test::numbers_upto(125), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(writers_of_a_sink_do_not_take_the_ledger_from_each_other) {
  auto settings = exactly_once("writers");
  settings.emplace_back("endpoints", list({server().address()}));
  auto problems = config::diagnostics{};
  const auto factory = plugin_registry<store>::find("kafka")->configure(map_of(settings), "sink \"s\"", problems, {});
  auto threads = std::vector<std::thread>{};
  auto failures = std::atomic<int>{0};
  for (auto w = 0; w < 4; ++w)
    threads.emplace_back([&, w] {
      const auto s = factory({"sink", "n"});
      if (!s->open()) return void(++failures);
      for (auto i = w; i < 40; i += 4) {
        const auto begin = static_cast<std::uint64_t>(i) * 10;
        auto c = at_positions(make_chunk({numbered("a", i * 10, i * 10 + 10)}, static_cast<std::uint64_t>(i + 1)), begin, begin + 10);
        if (!test::commit(*s, {c})) ++failures;
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(failures == 0);
  BOOST_TEST(numbers_of("writers") == test::numbers_upto(400), boost::test_tools::per_element());
  // Nobody began anew: the latest owner is the first.
  BOOST_TEST(messages_of("weir-ledger-writers", "%k").size() > 40U);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_is_refused_and_the_rest_is_in) {
  for (const auto once : {"true", "false"}) {
    const auto topic = std::string{"long-"} + once;
    auto settings = exactly_once(topic);
    settings[2].second = scalar(once);
    if (once == std::string_view{"false"}) settings.erase(settings.begin() + 1);
    const auto s = open(settings);
    const auto huge = entry_of(1, record("n", 5, "text", std::string(2'000'000, 'x')));
    const auto done = must_commit(*s, {make_chunk({numbered("a", 0, 5), {"a", huge, 1}, numbered("a", 5, 10)})});
    BOOST_TEST(done.events == 10U);
    BOOST_REQUIRE(done.refused.size() == 1U);
    BOOST_TEST(done.refused.front().first.index == 5U);
    BOOST_TEST(done.refused.front().reason.find("the topic takes 1048588 (max.message.bytes)") != std::string::npos, done.refused.front().reason);
    BOOST_TEST(numbers_of(topic) == test::numbers_upto(10), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) {
  const auto here = server().address();
  BOOST_TEST(failure_of({{"endpoints", list({here})}, {"topic", scalar("none")}, {"create", scalar("false")}})
             == here + ": there is no topic \"none\", and \"create: false\" says not to make it");
  BOOST_TEST(failure_of({{"endpoints", list({"127.0.0.1:1"})}}) == "127.0.0.1:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused");
  const auto log_in = [&](const char* password) {
    return failure_of({{"endpoints", list({"127.0.0.1:" + std::to_string(server().port() + 2)})},
                       {"auth", map_of({{"user", scalar("weir")}, {"password", scalar(password)}, {"mechanism", scalar("plain")}})}});
  };
  BOOST_TEST(log_in("weir") == "opened");
  const auto refused = log_in("open-sesame");
  BOOST_TEST(refused.find("Authentication failed") != std::string::npos, refused);
  BOOST_TEST(refused.find("open-sesame") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(settings_that_make_no_sense_are_told) {
  const auto problems = [](store_settings more) {
    more.emplace_back("endpoints", list({"kafka-1:9092"}));
    return test::problems_of("kafka", map_of(more));
  };
  BOOST_TEST(problems({}) == "");
  BOOST_TEST(problems({{"topic", scalar("a b")}}).find("\"topic\" makes no name of a topic") != std::string::npos);
  BOOST_TEST(problems({{"ledger", scalar("x")}}).find("\"ledger\"") != std::string::npos);
  BOOST_TEST(problems({{"create", scalar("false")}, {"partitions", scalar("3")}}).find("\"partitions\"") != std::string::npos);
  BOOST_TEST(problems({{"compress", scalar("brotli")}}).find("snappy") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
