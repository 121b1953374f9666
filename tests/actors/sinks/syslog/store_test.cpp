#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <fstream>

using namespace weir;
using test::list;
using test::make_chunk;
using test::make_store;
using test::map_of;
using test::numbered;
using test::scalar;

namespace {

using store_settings = std::vector<std::pair<std::string, config::value>>;

auto address_of(const test::peer& at, int more) -> std::string { return "127.0.0.1:" + std::to_string(at.port() + more); }

auto rsyslog() -> test::peer& {
  static auto one = test::peer{"rsyslog"};
  return one;
}

auto syslog_ng() -> test::peer& {
  static auto one = test::peer{"syslog-ng"};
  return one;
}

auto lines_of(const test::peer& at) -> std::vector<std::string> {
  auto file = std::ifstream{at.folder() + "/received"};
  auto lines = std::vector<std::string>{};
  for (auto line = std::string{}; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// Receivers write in their own time.
auto wait_for_lines(const test::peer& at, const std::string& mark, std::size_t count) -> std::vector<std::string> {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (true) {
    auto found = lines_of(at);
    std::erase_if(found, [&](const auto& line) { return line.find(mark) == std::string::npos; });
    if (found.size() >= count || std::chrono::steady_clock::now() > until) return found;
  }
}

/// What receivers get of the field n, whose events are sent as JSON.
auto numbers_of(const test::peer& at, const std::string& mark, std::size_t count) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>{};
  const auto key = std::string{"{\\\"n\\\":"};
  for (const auto& line : wait_for_lines(at, mark, count)) numbers.push_back(std::stoll(line.substr(line.find(key) + key.size())));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

auto upto(std::int64_t count) -> std::vector<std::int64_t> {
  auto all = std::vector<std::int64_t>{};
  for (std::int64_t n = 0; n < count; ++n) all.push_back(n);
  return all;
}

auto open(const std::string& at, const std::string& protocol, const std::string& app, store_settings more = {}) -> std::unique_ptr<store> {
  more.insert(more.end(), {{"endpoints", list({at})}, {"protocol", scalar(protocol)}, {"app", scalar(app)}});
  auto made = make_store("syslog", map_of(more), {"sink", "n"});
  const auto opened = made->open();
  BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  return made;
}

void must_commit(store& to, const std::vector<chunk_ptr>& chunks) {
  const auto done = test::commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
}

} // namespace

BOOST_AUTO_TEST_SUITE(syslog_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_without_a_ledger) {
  auto round = 0;
  const auto at = [] { return address_of(rsyslog(), 1); };
  test::check_store_contract({[&] { return ++round, make_store("syslog", map_of({{"endpoints", list({at()})}, {"protocol", scalar("relp")}, {"app", scalar("contract")}}), {"sink", "n"}); }, {}, false});
}

BOOST_AUTO_TEST_CASE(rsyslog_gets_all_of_it_by_each_protocol) {
  for (const auto& [protocol, more] : {std::pair{"tcp", 0}, {"relp", 1}}) {
    const auto app = std::string{"all-"} + protocol;
    const auto s = open(address_of(rsyslog(), more), protocol, app);
    must_commit(*s, {make_chunk({numbered("a", 0, 3000)}), make_chunk({numbered("b", 3000, 5000)})});
    must_commit(*s, {make_chunk({numbered("a", 5000, 5001)})});
    BOOST_TEST(numbers_of(rsyslog(), app, 5001) == upto(5001), boost::test_tools::per_element());
  }
  const auto s = open(address_of(rsyslog(), 2), "udp", "all-udp");
  must_commit(*s, {make_chunk({numbered("a", 0, 20)})});
  BOOST_TEST(numbers_of(rsyslog(), "all-udp", 20) == upto(20), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rsyslog_reads_what_the_fields_say) {
  const auto s = open(address_of(rsyslog(), 1), "relp", "{tag}",
                      {{"facility", scalar("local3")}, {"procid_field", scalar("n")}, {"structured_data", map_of({{"who", scalar("n")}})}});
  must_commit(*s, {make_chunk({numbered("what", 7, 8)})});
  const auto lines = wait_for_lines(rsyslog(), "\"app\":\"what\"", 1);
  BOOST_REQUIRE(lines.size() == 1U);
  for (const auto* part : {R"("host":"n")", R"("facility":"local3")", R"("severity":"info")", R"("procid":"7")", R"("data":"[fields@32473 who=\"7\"]")",
                           R"("message":"{\"n\":7}")", R"("time":"2023-11-14T22:13:20.000000)"})
    BOOST_TEST(lines[0].find(part) != std::string::npos, part << " in " << lines[0]);
}

BOOST_AUTO_TEST_CASE(syslog_ng_gets_all_of_it_by_each_framing) {
  for (const auto& [framing, more] : {std::pair{"octet_counting", 0}, {"line_feed", 1}}) {
    const auto s = open(address_of(syslog_ng(), more), "tcp", framing, {{"framing", scalar(framing)}, {"message_field", scalar("")}});
    must_commit(*s, {make_chunk({numbered("a", 0, 3000)})});
    BOOST_TEST(numbers_of(syslog_ng(), framing, 3000) == upto(3000), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_allowed_is_refused_and_the_rest_is_sent) {
  const auto s = open(address_of(rsyslog(), 1), "relp", "long", {{"max_message", scalar("480B")}});
  const auto good = test::entry_of(1, test::record("n", 0));
  const auto done = test::commit(*s, {make_chunk({{"a", good + test::entry_of(2, test::record("message", std::string(500, 'x'))) + good, 3}})});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 2U);
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].first.index == 1U);
  BOOST_TEST(done->refused[0].reason.find("\"max_message\" is 480B") != std::string::npos, done->refused[0].reason);
  BOOST_TEST(wait_for_lines(rsyslog(), "\"app\":\"long\"", 2).size() == 2U);
}

BOOST_AUTO_TEST_CASE(who_stands_in_gets_it_while_the_first_is_away) {
  auto first = test::peer{"rsyslog"};
  const auto s = make_store("syslog", map_of({{"endpoints", list({address_of(first, 1), address_of(rsyslog(), 1)})}, {"protocol", scalar("relp")}, {"app", scalar("second")}}), {"sink", "n"});
  BOOST_REQUIRE(s->open());
  must_commit(*s, {make_chunk({numbered("a", 0, 5)})});
  BOOST_TEST(wait_for_lines(first, "second", 5).size() == 5U);
  first.signal(SIGKILL);
  first.stop();
  const auto c = make_chunk({numbered("a", 0, 7)});
  if (!test::commit(*s, {c})) must_commit(*s, {c});
  BOOST_TEST(wait_for_lines(rsyslog(), "second", 7).size() == 7U);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_has_gone_is_told_before_anything_is_given_to_it) {
  auto own = test::peer{"rsyslog"};
  const auto s = open(address_of(own, 0), "tcp", "gone");
  must_commit(*s, {make_chunk({numbered("a", 0, 5)})});
  BOOST_TEST(wait_for_lines(own, "gone", 5).size() == 5U);
  own.stop();
  const auto c = make_chunk({numbered("a", 5, 10)});
  const auto failed = test::commit(*s, {c});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what.starts_with(address_of(own, 0) + ": "), failed.failure().what);
  own.start();
  must_commit(*s, {c});
  BOOST_TEST(numbers_of(own, "gone", 10) == upto(10), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_line_each) {
  const auto problem_with = [](const std::string& at, const std::string& protocol, store_settings more = {}) {
    more.insert(more.end(), {{"endpoints", list({at})}, {"protocol", scalar(protocol)}, {"timeout", map_of({{"connect", scalar("1s")}})}});
    const auto found = make_store("syslog", map_of(more), {"sink", "n"})->examine();
    BOOST_REQUIRE(found);
    return found->size() == 1U ? found->front() : std::to_string(found->size()) + " problems";
  };
  const auto nobody = "127.0.0.1:" + std::to_string(test::free_port());
  BOOST_TEST(problem_with(nobody, "tcp") == nobody + ": Connection refused");
  BOOST_TEST(problem_with(address_of(rsyslog(), 1), "relp") == "0 problems");
  BOOST_TEST(problem_with(address_of(rsyslog(), 0), "relp").find("does it speak RELP at this port?") != std::string::npos);
  BOOST_TEST(problem_with(address_of(rsyslog(), 0), "tcp", {{"tls", map_of({{"verify", scalar("none")}})}}).find("TLS") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
