/// What a sink and its writer decide together, each in a thread of its own.
#include "actors/sinks/sink_desk.hpp"
#include "actors/sinks/store_writer.hpp"
#include "tests/actors/sinks/picky_store.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <atomic>
#include <semaphore>
#include <thread>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto a_sender = std::uint64_t{9};

struct fixture {
  temporary_directory dir;
  manual_clock time;
  picky_shelf shelf;
  std::atomic<int> wakes = 0;
  std::counting_semaphore<> woken{0};
  std::shared_ptr<sink_core> core = std::make_shared<sink_core>(inlet_settings{}, tag_pattern{});

  auto make_desk() -> std::unique_ptr<sink_desk> {
    auto settings = sink_machine_settings{};
    settings.address = "n/sink/s";
    auto desk = std::make_unique<sink_desk>(caf::actor_addr{}, std::move(settings), core, time);
    desk->employ({[this] {
      ++wakes;
      woken.release();
    }});
    desk->decide([](auto& machine, auto&) { machine.on_open({1, "n/collector/c"}, a_sender); });
    return desk;
  }

  auto make_writer() -> store_writer {
    auto settings = store_writer_settings{};
    settings.address = "n/sink/s";
    settings.context.clock = &time;
    settings.make_store = [this](const plugin_context&) { return std::make_unique<picky_store>(shelf); };
    settings.letters = std::make_shared<letter_box>(
        "n/sink/s", std::make_shared<dead_letter_file>(real_file_system(), dir / "s.jsonl"), 10s);
    return store_writer{std::move(settings)};
  }

  /// The chunk of this number, counted from 1, with ten events.
  static void give(sink_desk& desk, std::uint64_t number) {
    const auto first = static_cast<int>(number - 1) * 10;
    const auto chunk = make_chunk({numbered("a", first, first + 10)}, number);
    desk.take({1, number, {{chunk}}});
  }

  static void work(sink_desk& desk, store_writer& writer) {
    while (const auto job = desk.next_job(0)) desk.finish(0, writer.run(*job));
  }

  void check_each_once(std::size_t events) {
    BOOST_TEST(shelf.rows.size() == events);
    for (const auto& [n, times] : shelf.rows) BOOST_TEST(times == 1);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(desks, fixture)

BOOST_AUTO_TEST_CASE(have_the_next_job_for_a_writer_until_all_is_stored) {
  auto desk = make_desk();
  auto writer = make_writer();
  give(*desk, 1);
  BOOST_TEST(wakes == 1);
  give(*desk, 2);
  BOOST_TEST(wakes == 1); // it is on its way
  work(*desk, writer);
  check_each_once(20);
  give(*desk, 3);
  BOOST_TEST(wakes == 2); // it waits again
}

BOOST_AUTO_TEST_CASE(that_are_closed_hear_of_nothing_more) {
  auto desk = make_desk();
  auto writer = make_writer();
  give(*desk, 1);
  const auto opening = desk->next_job(0);
  desk->finish(0, writer.run(opening.value()));
  const auto job = desk->next_job(0);
  desk->close(); // the sink has failed, while its writer commits
  desk->finish(0, writer.run(job.value()));
  BOOST_TEST(!desk->next_job(0).has_value());
  BOOST_TEST(core->events_held == 10U);

  auto after = make_desk();
  work(*after, writer);
  BOOST_TEST(core->queue.oldest() == nullptr);
  check_each_once(10);
}

BOOST_AUTO_TEST_CASE(are_used_by_two_threads) {
  constexpr auto chunks = std::uint64_t{500};
  auto desk = make_desk();
  auto writer = make_writer();
  auto is_over = std::atomic<bool>{false};
  auto thread = std::jthread{[&] {
    do {
      woken.acquire();
      work(*desk, writer);
    } while (!is_over);
  }};
  for (auto number = std::uint64_t{1}; number <= chunks; ++number)
    give(*desk, number);
  is_over = true;
  woken.release();
  thread.join();
  work(*desk, writer);
  check_each_once(10 * chunks);
  BOOST_TEST(desk->observe().events_out == 10 * chunks);
}

BOOST_AUTO_TEST_SUITE_END()
