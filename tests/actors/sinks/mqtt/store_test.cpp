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

/// Gets all that a broker is given from when it is made, also what comes while it is away.
class subscriber {
public:
  explicit subscriber(const test::peer& of) : of_(of) {
    const auto words = "-p " + std::to_string(of.port()) + " -i reader -c -q 1 -t '#' -F '%t %p'";
    BOOST_REQUIRE(std::system(("mosquitto_sub -E " + words).c_str()) == 0);
    const auto command = "exec mosquitto_sub " + words + " >" + file() + " 2>/dev/null";
    pid_ = ::fork();
    if (pid_ == 0) {
      ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~subscriber() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  subscriber(const subscriber&) = delete;
  auto operator=(const subscriber&) -> subscriber& = delete;

  /// "topic payload" of all that was acknowledged by now: what is published later comes later.
  auto messages() -> std::vector<std::string> {
    const auto mark = "mark " + std::to_string(++marks_);
    BOOST_REQUIRE(std::system(("mosquitto_pub -q 1 -p " + std::to_string(of_.port()) + " -t mark -m " + std::to_string(marks_)).c_str()) == 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (std::chrono::steady_clock::now() < until) {
      auto lines = std::ifstream{file()};
      auto found = std::vector<std::string>{};
      for (auto line = std::string{}; std::getline(lines, line);) {
        if (line == mark) return found;
        if (!line.starts_with("mark ")) found.push_back(line);
      }
    }
    BOOST_ERROR("the subscriber got nothing in a minute");
    return {};
  }

  auto numbers(const std::string& topic) -> std::vector<std::int64_t> {
    auto found = std::vector<std::int64_t>{};
    for (const auto& m : messages())
      if (m.starts_with(topic + ' ')) found.push_back(std::stoll(m.substr(m.find("\"n\":") + 4)));
    std::sort(found.begin(), found.end());
    return found;
  }

private:
  auto file() const -> std::string { return of_.folder() + "/subscribed"; }

  const test::peer& of_;
  pid_t pid_ = 0;
  int marks_ = 0;
};

auto broker() -> test::peer& {
  static auto one = test::peer{"mosquitto"};
  return one;
}

auto reader() -> subscriber& {
  static auto one = subscriber{broker()};
  return one;
}

auto upto(std::int64_t count) -> std::vector<std::int64_t> {
  auto all = std::vector<std::int64_t>{};
  for (std::int64_t n = 0; n < count; ++n) all.push_back(n);
  return all;
}

auto make(const test::peer& at, store_settings more) -> std::unique_ptr<store> {
  more.emplace_back("endpoints", list({at.address()}));
  return make_store("mqtt", map_of(more), {"sink", "n"});
}

void must_commit(store& to, const std::vector<chunk_ptr>& chunks) {
  const auto done = test::commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
}

auto problem_with(const test::peer& at, store_settings more) -> std::string {
  const auto found = make(at, std::move(more))->examine();
  BOOST_REQUIRE(found);
  return found->size() == 1U ? found->front() : std::to_string(found->size()) + " problems";
}

} // namespace

BOOST_AUTO_TEST_SUITE(mqtt_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_without_a_ledger) {
  (void)reader();
  test::check_store_contract({[] { return make(broker(), {{"topic", scalar("contract")}}); }, [] { return reader().numbers("contract"); }, false});
}

BOOST_AUTO_TEST_CASE(each_event_of_a_large_batch_is_acknowledged) {
  const auto s = make(broker(), {{"topic", scalar("large")}, {"inflight", scalar("7")}});
  must_commit(*s, {make_chunk({numbered("a", 0, 5000)}), make_chunk({numbered("b", 5000, 9000)})});
  BOOST_TEST(reader().numbers("large") == upto(9000), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tag_makes_one_level_of_a_topic_whatever_is_in_it) {
  const auto s = make(broker(), {{"topic", scalar("t/{tag}/x")}, {"include", list({})}});
  must_commit(*s, {make_chunk({numbered("a/b#+", 0, 1), numbered("", 1, 2)})});
  auto all = reader().messages();
  std::erase_if(all, [](const auto& m) { return !m.starts_with("t/"); });
  BOOST_TEST((all == std::vector<std::string>{"t/a_b__/x {\"n\":0}", "t/none/x {\"n\":1}"}));
}

BOOST_AUTO_TEST_CASE(what_is_longer_than_allowed_is_refused_and_the_rest_is_sent) {
  const auto s = make(broker(), {{"topic", scalar("long")}, {"max_message", scalar("1KiB")}});
  const auto good = test::entry_of(1, test::record("n", 0));
  const auto done = test::commit(*s, {make_chunk({{"a", good + test::entry_of(2, test::record("m", std::string(2000, 'x'))) + good, 3}})});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 2U);
  BOOST_REQUIRE(done->refused.size() == 1U);
  BOOST_TEST(done->refused[0].first.index == 1U);
  BOOST_TEST(reader().numbers("long").size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_broker_that_was_killed_is_told_again) {
  auto own = test::peer{"mosquitto"};
  const auto s = make(own, {{"topic", scalar("k")}});
  must_commit(*s, {make_chunk({numbered("a", 0, 10)})});
  own.signal(SIGKILL);
  own.stop();
  const auto c = make_chunk({numbered("a", 10, 20)});
  const auto failed = test::commit(*s, {c});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what.starts_with(own.address() + ": "));
  own.start();
  must_commit(*s, {c});
}

BOOST_AUTO_TEST_CASE(a_broker_that_hangs_is_an_error_although_this_side_asks_for_signs_of_life) {
  auto own = test::peer{"mosquitto"};
  const auto s = make(own, {{"keepalive", scalar("1s")}, {"timeout", map_of({{"request", scalar("2s")}})}});
  must_commit(*s, {make_chunk({numbered("a", 0, 10)})});
  own.signal(SIGSTOP);
  const auto failed = test::commit(*s, {make_chunk({numbered("a", 10, 20)})});
  own.signal(SIGCONT);
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_line_each) {
  auto closed = test::peer{"mosquitto", "MOSQUITTO_PASSWORD=weir:secret"};
  const auto as = [](const std::string& password) {
    return store_settings{{"auth", map_of({{"user", scalar("weir")}, {"password", scalar(password)}})}};
  };
  BOOST_TEST(problem_with(closed, as("secret")) == "0 problems");
  BOOST_TEST(problem_with(closed, as("wrong")) == closed.address() + ": it does not let this user in");
  BOOST_TEST(problem_with(closed, {}) == closed.address() + ": it does not let this user in");
  BOOST_TEST(problem_with(broker(), {}) == "0 problems");
  BOOST_TEST(test::problems_of("mqtt", map_of({{"endpoints", list({"a"})}, {"topic", scalar("logs/#")}})).find("without + and #") != std::string::npos);
  BOOST_TEST(test::problems_of("mqtt", map_of({{"endpoints", list({"a"})}, {"inflight", scalar("0")}})).find("1..65535") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
