#include "runtime/cluster/srv_lookup.hpp"

#include "runtime/os/owned_fd.hpp"
#include "tests/support/sockets.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

using namespace weir;
using namespace weir::test;
using namespace std::string_literals;

namespace {

constexpr auto type_cname = 5;
constexpr auto type_srv = 33;
constexpr auto header_bytes = std::size_t{12};

auto u16(std::size_t number) -> std::string {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

/// example.org -> 7 example 3 org 0
auto dns_name(std::string_view text) -> std::string {
  auto out = std::string{};
  while (!text.empty()) {
    const auto label = text.substr(0, text.find('.'));
    out += static_cast<char>(label.size());
    out += label;
    text.remove_prefix(std::min(label.size() + 1, text.size()));
  }
  return out + '\0';
}

const auto asked_for = dns_name("_weir._tcp.example");
const auto question_of_name = asked_for + u16(type_srv) + u16(1);
const auto pointer_to_question = "\xc0\x0c"s;

auto record_of(int type, const std::string& content) -> std::string {
  const auto live_s = u16(0) + u16(60);
  return pointer_to_question + u16(static_cast<std::size_t>(type)) + u16(1) + live_s + u16(content.size()) + content;
}

/// The target's name as bytes.
auto srv_record(std::size_t priority, std::size_t weight, std::size_t port, const std::string& target) -> std::string {
  return record_of(type_srv, u16(priority) + u16(weight) + u16(port) + target);
}

auto answer_of(const std::vector<std::string>& records, std::size_t flags = 0x8180) -> std::string {
  auto out = u16(7) + u16(flags) + u16(1) + u16(records.size()) + u16(0) + u16(0) + question_of_name;
  for (const auto& r : records) out += r;
  return out;
}

auto two_targets() -> std::string {
  return answer_of({srv_record(10, 3, 7400, dns_name("core-1.example")), srv_record(20, 0, 7401, dns_name("core-2"))});
}

auto problem_of(const std::string& answer) -> error {
  const auto decoded = decode_srv(answer);
  BOOST_TEST_REQUIRE(!decoded);
  return decoded.failure();
}

auto hosts_in(const std::vector<host_port>& order) -> std::string {
  auto out = std::string{};
  for (const auto& at : order) out += at.host;
  return out;
}

/// A name server on loopback that gives everybody who asks the same answer, until it is destroyed.
class name_server {
public:
  explicit name_server(std::string answer) : answer_(std::move(answer)) {
    const auto any = loopback(0);
    BOOST_TEST_REQUIRE(::bind(socket_.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    auto size = socklen_t{sizeof bound_};
    BOOST_TEST_REQUIRE(::getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&bound_), &size) == 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  name_server(const name_server&) = delete;
  auto operator=(const name_server&) -> name_server& = delete;
  ~name_server() {
    // An empty datagram, which no resolver sends, ends it.
    const auto waker = owned_fd{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ::sendto(waker.fd(), "", 0, 0, reinterpret_cast<const sockaddr*>(&bound_), sizeof bound_);
    thread_.join();
  }

  auto at() const -> host_port { return {"127.0.0.1", ntohs(bound_.sin_port)}; }
  auto question() -> std::string {
    const auto lock = std::lock_guard{mutex_};
    return question_;
  }

private:
  void serve() {
    char query[1024];
    while (true) {
      auto from = sockaddr_storage{};
      auto from_size = socklen_t{sizeof from};
      const auto size =
          ::recvfrom(socket_.fd(), query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &from_size);
      if (size <= 0) return;
      if (static_cast<std::size_t>(size) < header_bytes) continue;
      const auto lock = std::lock_guard{mutex_};
      question_.assign(query + header_bytes, static_cast<std::size_t>(size) - header_bytes);
      const auto reply = std::string{query, 2} + answer_.substr(2); // which question it answers
      ::sendto(socket_.fd(), reply.data(), reply.size(), 0, reinterpret_cast<const sockaddr*>(&from), from_size);
    }
  }

  owned_fd socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in bound_{};
  std::string answer_;
  std::mutex mutex_;
  std::string question_;
  std::thread thread_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(srv_answers)

BOOST_AUTO_TEST_CASE(are_read_in_the_order_they_have) {
  const auto found = decode_srv(two_targets());
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST_REQUIRE(found->size() == 2U);
  BOOST_TEST(found->at(0).priority == 10);
  BOOST_TEST(found->at(0).weight == 3);
  BOOST_TEST(to_text(found->at(0).at) == "core-1.example:7400");
  BOOST_TEST(to_text(found->at(1).at) == "core-2:7401");
}

BOOST_AUTO_TEST_CASE(may_have_compressed_names_and_other_records) {
  const auto below_the_question = "\x06"s + "core-1" + "\xc0\x17"; // 12 + _weir + _tcp: example
  const auto found = decode_srv(
      answer_of({record_of(type_cname, pointer_to_question), srv_record(1, 1, 7400, below_the_question)}));
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST_REQUIRE(found->size() == 1U);
  BOOST_TEST(to_text(found->front().at) == "core-1.example:7400");
}

BOOST_AUTO_TEST_CASE(without_a_target_say_so) {
  BOOST_TEST((problem_of(answer_of({})).code == errc::not_found));
  BOOST_TEST(problem_of(answer_of({})).what == "it has no target to dial");
  BOOST_TEST(problem_of(answer_of({srv_record(0, 0, 0, dns_name(""))})).what
             == "its SRV record says that there is none");
  BOOST_TEST(problem_of(answer_of({}, 0x8183)).what == "the name server refuses with code 3");
}

BOOST_AUTO_TEST_CASE(lose_targets_that_nobody_can_dial) {
  const auto found = decode_srv(answer_of({
      srv_record(0, 0, 0, dns_name("port-0")),
      srv_record(0, 0, 1, dns_name("a b")),
      srv_record(0, 0, 1, dns_name("\x1b[1m")),
      srv_record(0, 0, 1, dns_name("ok")),
      srv_record(0, 0, 1, "\x03" "a.b\0"s),
  }));
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST_REQUIRE(found->size() == 1U);
  BOOST_TEST(to_text(found->front().at) == "ok:1");
}

// Every answer cut short is refused, wherever it is cut.
BOOST_AUTO_TEST_CASE(that_are_cut_are_malformed) {
  const auto whole = two_targets();
  for (auto size = std::size_t{0}; size < whole.size(); ++size)
    BOOST_TEST_CONTEXT(size) { BOOST_TEST((problem_of(whole.substr(0, size)).code == errc::malformed)); }
  BOOST_TEST((problem_of(whole + 'x').code == errc::malformed));
  BOOST_TEST((problem_of(std::string(70'000, '\0')).code == errc::malformed));
}

BOOST_AUTO_TEST_CASE(with_names_that_lead_nowhere_are_malformed) {
  const auto place = header_bytes + question_of_name.size() + 12 + 6; // of the first record's target
  const auto to_itself = "\xc0"s + static_cast<char>(place);
  const auto round_trip = "\x01x\xc0"s + static_cast<char>(place);
  const auto long_label = "\x3f"s + std::string(63, 'x');
  const auto too_long = long_label + long_label + long_label + long_label + '\0';
  for (const auto& target : {to_itself, round_trip, "\xff\xff"s, "\xc0"s, "\x80"s, "\x05" "core"s, "core"s, too_long,
                             dns_name("core-1") + "x", "\x01x\0\0"s, ""s})
    BOOST_TEST((problem_of(answer_of({srv_record(0, 0, 1, target)})).code == errc::malformed));
  BOOST_TEST((problem_of(answer_of({record_of(type_srv, u16(1))})).code == errc::malformed));
  BOOST_TEST((problem_of(answer_of({record_of(type_srv, "")})).code == errc::malformed));
}

BOOST_AUTO_TEST_CASE(with_wrong_lengths_are_malformed) {
  const auto content_at = header_bytes + question_of_name.size() + 10; // where the first record says how long it is
  for (const auto length : {0U, 6U, 7U, 21U, 23U, 0x7fffU, 0xffffU}) {
    auto answer = two_targets();
    answer.replace(content_at, 2, u16(length));
    BOOST_TEST_CONTEXT(length) { BOOST_TEST((problem_of(answer).code == errc::malformed)); }
  }
  for (const auto count : {3U, 0xffffU}) {
    auto answer = two_targets();
    answer.replace(6, 2, u16(count));
    BOOST_TEST((problem_of(answer).code == errc::malformed));
  }
  BOOST_TEST(problem_of(answer_of({}, 0x0100)).what == "the answer is a question");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(srv_order)

BOOST_AUTO_TEST_CASE(is_by_priority) {
  auto random = std::mt19937_64{1};
  const auto targets = std::vector<srv_target>{{3, 9, {"c", 1}}, {1, 0, {"a", 1}}, {2, 65535, {"b", 1}}};
  for (auto i = 0; i < 100; ++i) BOOST_TEST_REQUIRE(hosts_in(in_order(targets, random)) == "abc");
  BOOST_TEST(in_order({}, random).empty());
}

BOOST_AUTO_TEST_CASE(is_random_by_weight_within_one) {
  auto random = std::mt19937_64{1};
  const auto targets = std::vector<srv_target>{{1, 0, {"z", 1}}, {1, 100, {"a", 1}}, {1, 300, {"b", 1}}};
  auto firsts = std::map<std::string, int>{};
  for (auto i = 0; i < 10'000; ++i) {
    auto order = hosts_in(in_order(targets, random));
    ++firsts[order.substr(0, 1)];
    std::sort(order.begin(), order.end());
    BOOST_TEST_REQUIRE(order == "abz");
  }
  BOOST_TEST(firsts["a"] > 2300);
  BOOST_TEST(firsts["a"] < 2700);
  BOOST_TEST(firsts["b"] > 7300);
  BOOST_TEST(firsts["z"] < 100);
}

BOOST_AUTO_TEST_CASE(is_any_if_no_weight_is_given) {
  auto random = std::mt19937_64{1};
  const auto targets = std::vector<srv_target>{{1, 0, {"a", 1}}, {1, 0, {"b", 1}}, {1, 0, {"c", 1}}};
  auto orders = std::map<std::string, int>{};
  for (auto i = 0; i < 6000; ++i) ++orders[hosts_in(in_order(targets, random))];
  BOOST_TEST(orders.size() == 6U);
  for (const auto& [order, times] : orders) BOOST_TEST(times > 800, order);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(srv_lookups)

BOOST_AUTO_TEST_CASE(ask_a_name_server_for_the_record) {
  auto server = name_server{two_targets()};
  const auto found = look_up_srv("_weir._tcp.example.", server.at());
  BOOST_TEST_REQUIRE(static_cast<bool>(found), (found ? "" : found.failure().what));
  BOOST_TEST_REQUIRE(found->size() == 2U);
  BOOST_TEST(to_text(found->front().at) == "core-1.example:7400");
  BOOST_TEST(server.question().starts_with(question_of_name));
}

BOOST_AUTO_TEST_CASE(take_answers_of_many_targets) {
  auto records = std::vector<std::string>{};
  for (auto i = std::size_t{1}; i <= 500; ++i)
    records.push_back(srv_record(1, i, i, dns_name("core-" + std::to_string(i))));
  auto server = name_server{answer_of(records)};
  const auto found = look_up_srv("_weir._tcp.example.", server.at());
  BOOST_TEST_REQUIRE(static_cast<bool>(found), (found ? "" : found.failure().what));
  BOOST_TEST_REQUIRE(found->size() == 500U);
  BOOST_TEST(to_text(found->back().at) == "core-500:500");
}

BOOST_AUTO_TEST_CASE(say_why_nothing_was_found) {
  const auto problem = [](const std::string& answer) {
    auto server = name_server{answer};
    return look_up_srv("_weir._tcp.example.", server.at()).failure();
  };
  BOOST_TEST((problem(answer_of({}, 0x8183)).code == errc::not_found));
  BOOST_TEST(problem(answer_of({}, 0x8183)).what == "there is no such name");
  BOOST_TEST(problem(answer_of({})).what == "the name has no SRV record");
  BOOST_TEST((problem(answer_of({}, 0x8182)).code == errc::unavailable));
  BOOST_TEST(problem(answer_of({srv_record(0, 0, 0, dns_name(""))})).what
             == "its SRV record says that there is none");
  BOOST_TEST((problem(answer_of({srv_record(0, 0, 1, "\xff\xff"s)})).code == errc::malformed));
}

BOOST_AUTO_TEST_CASE(find_out_that_no_server_is_there) {
  auto gone = host_port{};
  {
    auto server = name_server{two_targets()};
    gone = server.at();
  }
  const auto found = look_up_srv("_weir._tcp.example.", gone);
  BOOST_TEST_REQUIRE(!found);
  BOOST_TEST((found.failure().code == errc::unavailable));
  BOOST_TEST(!look_up_srv("_weir._tcp.example.", host_port{"localhost", 53}));
}

BOOST_AUTO_TEST_SUITE_END()
