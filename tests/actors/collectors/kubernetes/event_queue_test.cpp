#include "actors/collectors/kubernetes/event_queue.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using weir::test::text_of;

namespace {

/// An event as the API has it, packed.
auto event_at(std::uint64_t version, const std::string& time = "2026-01-02T03:04:05Z") -> std::string {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  write.map(4);
  write.str("kind"), write.str("Event");
  write.str("metadata"), write.map(3);
  write.str("namespace"), write.str("shop");
  write.str("resourceVersion"), write.str(std::to_string(version));
  write.str("managedFields"), write.array(0);
  write.str("message"), write.str(std::to_string(version));
  write.str("lastTimestamp"), write.str(time);
  return std::string{out.view()};
}

struct filled_queue {
  manual_clock clock;
  event_queue queue;
  explicit filled_queue(bool wants_old = true) : queue(clock, wants_old) {}
  void put(std::uint64_t version) { queue.present(api_object{event_at(version)}); }
  void list(std::initializer_list<std::uint64_t> versions, std::uint64_t version) {
    queue.begin_list();
    for (const auto v : versions) put(v);
    queue.end_list(version);
  }
  /// The ranges that are covered by what comes next.
  auto taken() -> std::string {
    auto text = std::string{};
    while (!queue.is_empty()) {
      const auto event = queue.take();
      text += std::to_string(event.from) + '-' + std::to_string(event.version) + ' ';
    }
    return text;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(kubernetes_event_queue)

BOOST_AUTO_TEST_CASE(a_list_comes_in_the_order_of_versions_and_the_watch_goes_on_behind_it) {
  auto q = filled_queue{};
  BOOST_TEST(q.queue.resume({}) == 0U);
  q.list({30, 10, 20}, 40);
  q.put(41);
  q.put(45);
  q.put(41);
  BOOST_TEST(q.taken() == "0-10 11-20 21-30 41-41 42-45 ");
}

BOOST_AUTO_TEST_CASE(what_an_earlier_process_covered_is_left_out_and_what_lies_between_is_not) {
  const auto covered = std::vector<interval>{{0, 21}, {31, 41}};
  auto by_list = filled_queue{};
  BOOST_TEST(by_list.queue.resume(covered) == 20U);
  by_list.list({10, 20, 25, 30, 35, 50}, 60);
  BOOST_TEST(by_list.taken() == "21-25 26-30 41-50 ");
  auto by_watch = filled_queue{};
  (void)by_watch.queue.resume(covered);
  for (const auto v : {25U, 35U, 50U}) by_watch.put(v);
  BOOST_TEST(by_watch.taken() == "21-25 41-50 ");
}

BOOST_AUTO_TEST_CASE(a_second_list_repeats_nothing) {
  auto q = filled_queue{};
  q.list({10}, 20);
  q.put(25);
  q.list({10, 25, 30}, 35);
  BOOST_TEST(q.taken() == "0-10 21-25 26-30 ");
}

BOOST_AUTO_TEST_CASE(old_events_may_be_unwanted_at_the_first_start_alone) {
  auto first = filled_queue{false};
  first.list({10}, 20);
  first.put(21);
  BOOST_TEST(first.taken() == "21-21 ");
  auto later = filled_queue{false};
  (void)later.queue.resume(std::vector<interval>{{0, 5}});
  later.list({10}, 20);
  BOOST_TEST(later.taken() == "5-10 ");
}

BOOST_AUTO_TEST_CASE(a_server_whose_versions_began_anew_is_noticed) {
  auto q = filled_queue{};
  q.list({100}, 120);
  BOOST_TEST(!q.queue.is_behind());
  q.list({1}, 2);
  BOOST_TEST(q.queue.is_behind());
}

BOOST_AUTO_TEST_CASE(a_record_is_the_event_without_what_nobody_reads) {
  auto q = filled_queue{};
  q.put(7);
  const auto event = q.queue.take();
  BOOST_TEST(text_of(event.record)
             == R"({"metadata":{"namespace":"shop","resourceVersion":"7"},"message":"7","lastTimestamp":"2026-01-02T03:04:05Z"})");
  BOOST_TEST(event.space == "shop");
  BOOST_TEST(event.time_ns == 1'767'323'045'000'000'000);
  q.queue.present(api_object{event_at(8, "yesterday")});
  const auto untimed = q.queue.take();
  BOOST_TEST(!untimed.is_timed);
  BOOST_TEST(untimed.time_ns == q.clock.wall_ns());
}

BOOST_AUTO_TEST_SUITE_END()
