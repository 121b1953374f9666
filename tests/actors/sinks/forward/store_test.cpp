#include "runtime/os/host_name.hpp"
#include "tests/actors/sinks/forward/receiver.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/store_contract.hpp"

#include <deque>

using namespace weir;
using namespace weir::test;

namespace {

using members = std::vector<std::pair<std::string, config::value>>;

auto store_to(const std::vector<std::string>& endpoints, members more = {}) -> std::unique_ptr<store> {
  more.emplace_back("endpoints", list(endpoints));
  return make_store("forward", map_of(more));
}

/// The sentence of the failure to open.
auto refusal_of(const std::string& endpoint, members more = {}) -> std::string {
  const auto s = store_to({endpoint}, std::move(more));
  const auto opened = s->open();
  BOOST_TEST(!opened);
  if (opened) return {};
  BOOST_CHECK(opened.failure().code == errc::unavailable); // never that of an event
  return opened.failure().what;
}

void expect_commit(store& to, const std::vector<chunk_ptr>& chunks, std::uint64_t events) {
  const auto done = commit(to, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? std::string{} : done.failure().what));
  BOOST_TEST(done->events == events);
}

auto from_0(int end) -> std::vector<std::int64_t> {
  auto all = std::vector<std::int64_t>{};
  for (auto n = 0; n < end; ++n) all.push_back(n);
  return all;
}

auto secured() -> forward_settings {
  auto s = forward_settings{};
  s.security = forward_security{};
  s.security->shared_key.value = "shared";
  return s;
}

const auto quick = members{{"ack_timeout", scalar("100ms")}};

} // namespace

BOOST_AUTO_TEST_SUITE(forward_store_to_receivers)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_in_every_form) {
  for (const auto* method : {"none", "gzip", "zstd"}) {
    for (const auto* keepalive : {"true", "false"}) {
      auto to = forward_receiver_thread{};
      check_store_contract({[&] { return store_to({to.address()}, {{"compress", scalar(method)}, {"keepalive", scalar(keepalive)}}); },
                            [&] { return to.numbers(); }});
    }
  }
}

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_with_a_ledger) {
  const auto at = temporary_directory{};
  auto to = forward_receiver_thread{};
  check_store_contract({[&] { return store_to({to.address()}, {{"ledger", scalar(at / "in/ledger")}}); }, [&] { return to.numbers(); }, true});
}

BOOST_AUTO_TEST_CASE(a_ledger_answers_while_nobody_is_there_to_send_to) {
  const auto at = temporary_directory{};
  const auto c = at_positions(make_chunk({numbered("a", 0, 5)}, 3), 0, 500);
  auto to = std::optional<forward_receiver_thread>{std::in_place};
  expect_commit(*store_to({to->address()}, {{"ledger", scalar(at / "ledger")}}), {c}, 5);
  const auto address = to->address();
  to.reset();
  const auto again = store_to({address}, {{"ledger", scalar(at / "ledger")}});
  BOOST_REQUIRE(again->open());
  const auto known = again->knowledge("n/collector/c");
  BOOST_REQUIRE(known);
  BOOST_TEST(known->positions.size() == 1U);
  expect_commit(*again, {c}, 0);
  BOOST_TEST(!commit(*again, {make_chunk({numbered("a", 5, 6)})}));
}

BOOST_AUTO_TEST_CASE(many_messages_wait_for_their_acks_at_once) {
  auto to = forward_receiver_thread{};
  const auto s = store_to({to.address()});
  auto sections = std::vector<tagged_entries>{};
  for (auto n = 0; n < 2000; ++n) sections.push_back(numbered("tag" + std::to_string(n), n, n + 1));
  expect_commit(*s, {make_chunk(sections)}, 2000);
  BOOST_CHECK(to.numbers() == from_0(2000));
}

BOOST_AUTO_TEST_CASE(without_acks_what_is_sent_is_stored) {
  auto to = forward_receiver_thread{};
  const auto s = store_to({to.address()}, {{"require_ack", scalar("false")}});
  expect_commit(*s, {make_chunk({numbered("a", 0, 50)})}, 50);
  while (to.numbers().size() < 50) std::this_thread::yield();
}

BOOST_AUTO_TEST_CASE(a_receiver_that_closes_after_each_message_gets_all) {
  auto settings = secured();
  settings.deny_keepalive = true;
  auto told = forward_receiver_thread{settings}; // its greeting says so
  settings.security.reset();
  auto untold = forward_receiver_thread{settings};
  auto chunks = std::vector<chunk_ptr>{};
  for (auto n = 0; n < 5; ++n) chunks.push_back(make_chunk({numbered("a", n, n + 1)}));
  expect_commit(*store_to({told.address()}, {{"shared_key", scalar("shared")}}), chunks, 5);
  BOOST_CHECK(told.numbers() == from_0(5));
  expect_commit(*store_to({untold.address()}), chunks, 5);
  BOOST_CHECK(untold.numbers() == from_0(5));
}

BOOST_AUTO_TEST_CASE(who_knows_the_key_gets_in_and_who_does_not_is_told_in_one_line) {
  auto settings = secured();
  settings.security->users = {{"ann", {"secret"}}};
  auto to = forward_receiver_thread{settings};
  const auto user = map_of({{"user", scalar("ann")}, {"password", scalar("secret")}});
  const auto wrong = map_of({{"user", scalar("ann")}, {"password", scalar("hidden-word")}});
  const auto key = scalar("shared");
  expect_commit(*store_to({to.address()}, {{"shared_key", key}, {"auth", user}}), {make_chunk({numbered("a", 0, 3)})}, 3);
  BOOST_TEST(refusal_of(to.address(), {{"shared_key", scalar("hidden-key")}, {"auth", user}})
             == to.address() + ": the server refused: shared_key mismatch");
  BOOST_TEST(refusal_of(to.address(), {{"shared_key", key}, {"auth", wrong}})
             == to.address() + ": the server refused: username/password mismatch");
  BOOST_TEST(refusal_of(to.address(), {{"shared_key", key}, {"auth", user}, {"self_hostname", scalar(own_host_name())}})
                 .find("our own host name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(whose_side_lacks_the_key_is_told_too) {
  auto to = forward_receiver_thread{secured()};
  const auto s = store_to({to.address()});
  const auto done = commit(*s, {make_chunk({numbered("a", 0, 3)})});
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.failure().what == to.address() + ": the server wants a login with a shared key");
  auto open = forward_receiver_thread{};
  const auto patience = map_of({{"connect", scalar("100ms")}});
  BOOST_TEST(refusal_of(open.address(), {{"shared_key", scalar("shared")}, {"timeout", patience}})
             == open.address() + ": it does not greet in time; does it want a login?");
}

BOOST_AUTO_TEST_CASE(certificates_are_checked_as_it_is_said) {
  const auto made = certificates{};
  const auto own = made.make("server", "server-1");
  auto settings = secured();
  settings.tls = server_tls{own.certificate, own.key, {}, net::tls_version::tls_1_2};
  auto to = forward_receiver_thread{settings};
  const auto with = [&](members tls) { return members{{"tls", map_of(tls)}, {"shared_key", scalar("shared")}}; };
  const auto ca = std::pair{std::string{"ca"}, scalar(own.authorities)};
  const auto other = std::pair{std::string{"server_name"}, scalar("server-2")};
  auto next = 0;
  for (const auto& good : {with({ca}), with({ca, {"server_name", scalar("server-1")}}), with({ca, other, {"verify", scalar("ca")}}),
                           with({{"verify", scalar("none")}})}) {
    expect_commit(*store_to({to.address()}, good), {make_chunk({numbered("a", next, next + 1)})}, 1);
    ++next;
  }
  BOOST_CHECK(to.numbers() == from_0(next));
  BOOST_TEST(refusal_of(to.address(), with({ca, other})).find("hostname mismatch") != std::string::npos);
  BOOST_TEST(refusal_of(to.address(), with({})).find("certificate verify failed") != std::string::npos); // the system's authorities
  BOOST_TEST(refusal_of(to.address(), with({{"ca", scalar("/nowhere.pem")}})).find("/nowhere.pem") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_message_comes_again_under_its_id_over_another_connection) {
  auto ids = std::deque<std::vector<std::string>>{};
  auto mutex = std::mutex{};
  auto to = told_receiver{[&](int connection, int number) {
    auto pending = std::string{};
    for (auto root = next_root(connection, pending); root; root = next_root(connection, pending)) {
      const auto lock = std::lock_guard{mutex};
      ids.resize(std::max<std::size_t>(ids.size(), static_cast<std::size_t>(number) + 1));
      ids.back().push_back(id_in(*root));
      if (number == 1) acknowledge(connection, ids.back().back());
      if (number == 0 && ids.back().size() == 2) return; // takes both, says nothing and goes
    }
  }};
  const auto s = store_to({to.address()});
  const auto c = make_chunk({numbered("a", 0, 3), numbered("b", 3, 4)});
  BOOST_TEST(!commit(*s, {c}));
  expect_commit(*s, {c}, 4);
  const auto lock = std::lock_guard{mutex};
  BOOST_REQUIRE(ids.size() == 2U);
  BOOST_CHECK(ids[0] == ids[1]);
}

BOOST_AUTO_TEST_CASE(acks_are_matched_by_id_and_what_is_in_is_not_sent_again) {
  auto second = std::vector<std::string>{};
  auto mutex = std::mutex{};
  auto to = told_receiver{[&](int connection, int number) {
    auto pending = std::string{};
    auto ids = std::vector<std::string>{};
    for (auto root = next_root(connection, pending); root; root = next_root(connection, pending)) {
      ids.push_back(id_in(*root));
      if (number == 0 && ids.size() == 3) acknowledge(connection, ids[2]);
      if (number == 0 && ids.size() == 3) return acknowledge(connection, ids[0]);
      if (number == 0) continue;
      const auto lock = std::lock_guard{mutex};
      second.push_back(ids.back());
      acknowledge(connection, ids.back());
    }
  }};
  const auto s = store_to({to.address()});
  expect_commit(*s, {make_chunk({numbered("a", 0, 1), numbered("b", 1, 2), numbered("c", 2, 3)})}, 3);
  const auto lock = std::lock_guard{mutex};
  BOOST_TEST(second.size() == 1U);
}

BOOST_AUTO_TEST_CASE(answers_that_are_no_acks_end_the_connection) {
  using namespace std::string_literals;
  const auto cases = std::vector<std::pair<std::string, std::string>>{
      {"\x81\xa3"s + "ack" + "\xa1"s + "x", "acknowledges what it was not sent"},
      {"\x80", "no ack"},
      {"\xc0", "no ack"},
      {"\xc1", "none of the forward protocol"},
      {"\xdb\xff\xff\xff\xff", "none of the forward protocol"},
  };
  for (const auto& [answer, words] : cases) {
    auto to = told_receiver{[&](int connection, int) {
      auto pending = std::string{};
      if (next_root(connection, pending)) (void)::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      (void)next_root(connection, pending);
    }};
    const auto done = commit(*store_to({to.address()}), {make_chunk({numbered("a", 0, 1)})});
    BOOST_REQUIRE(!done);
    BOOST_TEST(done.failure().what.find(words) != std::string::npos, done.failure().what);
    BOOST_CHECK(done.failure().code == errc::unavailable);
  }
}

BOOST_AUTO_TEST_CASE(an_ack_may_come_byte_by_byte) {
  auto to = told_receiver{[](int connection, int) {
    auto pending = std::string{};
    const auto root = next_root(connection, pending);
    if (!root) return;
    auto ack = byte_buffer{};
    append_forward_ack(ack, id_in(*root));
    for (std::size_t i = 0; i < ack.size(); ++i) (void)::send(connection, ack.data() + i, 1, MSG_NOSIGNAL);
    (void)next_root(connection, pending);
  }};
  expect_commit(*store_to({to.address()}), {make_chunk({numbered("a", 0, 1)})}, 1);
}

BOOST_AUTO_TEST_CASE(a_receiver_that_says_nothing_has_failed_after_a_while) {
  auto to = told_receiver{[](int connection, int) {
    auto pending = std::string{};
    while (next_root(connection, pending)) {}
  }};
  const auto done = commit(*store_to({to.address()}, quick), {make_chunk({numbered("a", 0, 1)})});
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.failure().what == to.address() + ": it has acknowledged nothing for 100ms");
}

BOOST_AUTO_TEST_CASE(what_one_receiver_does_not_take_goes_to_the_next) {
  auto deaf = told_receiver{[](int connection, int) {
    auto pending = std::string{};
    while (next_root(connection, pending)) {}
  }};
  auto to = forward_receiver_thread{};
  auto log = captured_log{};
  const auto s = store_to({deaf.address(), to.address()}, quick);
  expect_commit(*s, {make_chunk({numbered("a", 0, 5)})}, 5);
  expect_commit(*s, {make_chunk({numbered("a", 5, 9)})}, 4);
  BOOST_CHECK(to.numbers() == from_0(9));
  BOOST_TEST(log.text().find("is left out for now") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(if_nobody_is_there_all_are_named) {
  const auto first = "127.0.0.1:" + std::to_string(free_port());
  const auto second = "127.0.0.1:" + std::to_string(free_port());
  const auto opened = store_to({first, second})->open();
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.failure().what.find(first + ": Connection refused") != std::string::npos, opened.failure().what);
  BOOST_TEST(opened.failure().what.find(second + ": Connection refused") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_examination_names_everybody_who_does_not_let_it_in_and_sends_nothing) {
  auto to = forward_receiver_thread{};
  auto closed = forward_receiver_thread{secured()};
  const auto nobody = "127.0.0.1:" + std::to_string(free_port());
  const auto good = store_to({to.address()})->examine();
  BOOST_REQUIRE(good.has_value());
  BOOST_TEST(good->empty());
  const auto bad = store_to({closed.address(), nobody}, {{"shared_key", scalar("hidden-key")}})->examine();
  BOOST_REQUIRE(bad.has_value());
  const auto wanted = std::vector{closed.address() + ": the server refused: shared_key mismatch", nobody + ": Connection refused"};
  BOOST_TEST(*bad == wanted, boost::test_tools::per_element());
  BOOST_TEST(to.numbers().empty());
}

BOOST_AUTO_TEST_CASE(an_idle_connection_that_its_receiver_closed_is_no_failure) {
  auto to = told_receiver{[](int connection, int) {
    auto pending = std::string{};
    const auto root = next_root(connection, pending);
    if (root) acknowledge(connection, id_in(*root));
  }};
  const auto s = store_to({to.address()});
  for (auto n = 0; n < 5; ++n) expect_commit(*s, {make_chunk({numbered("a", n, n + 1)})}, 1);
}

BOOST_AUTO_TEST_SUITE_END()
