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

  auto seen() const -> observation { return core->board->read({"n/sink/s", "s", "sink", "picky"}, time); }

  auto make_writer() -> store_writer { return make_writer(shelf, dir / "s.jsonl"); }
  auto make_writer(picky_shelf& on, const std::string& letters) -> store_writer {
    return store_writer{writes(on, letters)};
  }
  auto writes(picky_shelf& on, const std::string& letters) -> store_writer_settings {
    auto settings = store_writer_settings{};
    settings.address = "n/sink/s";
    settings.context.clock = &time;
    settings.make_store = [&on](const plugin_context&) { return std::make_unique<picky_store>(on); };
    settings.letters = std::make_shared<letter_box>(
        "n/sink/s", std::make_shared<dead_letter_file>(real_file_system(), letters), 10s);
    return settings;
  }

  /// The chunk of this number, counted from 1, with ten events.
  static void give(sink_desk& desk, std::uint64_t number) {
    const auto first = static_cast<int>(number - 1) * 10;
    const auto chunk = make_chunk({numbered("a", first, first + 10)}, number);
    BOOST_TEST(desk.take({1, number, {{chunk}}}));
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

BOOST_AUTO_TEST_CASE(leave_to_the_sink_what_overtakes_the_opening_of_its_link) {
  auto desk = make_desk();
  const auto early = transfer_chunks{2, 1, {{make_chunk({numbered("a", 0, 10)}, 1)}}};
  BOOST_TEST(!desk->take(early));
  BOOST_TEST(core->in.held_chunks() == 0U);
  desk->decide([](auto& machine, auto&) { machine.on_open({2, "n/collector/d"}, a_sender + 1); });
  BOOST_TEST(desk->take(early));
  BOOST_TEST(core->in.held_chunks() == 1U);
}

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
  BOOST_TEST(seen().events_out == 10 * chunks);
}

/// A writer's thread: comes when it is called, until it is told to end.
struct writing_thread {
  std::counting_semaphore<> called{0};
  std::atomic<bool> is_over = false;
  std::atomic<std::uint64_t> commits = 0;
  std::jthread thread;

  void run(sink_desk& desk, std::size_t number, store_writer_settings writes) {
    thread = std::jthread{[this, &desk, number, writer = std::make_shared<store_writer>(std::move(writes))] {
      do {
        called.acquire();
        while (const auto job = desk.next_job(number)) {
          commits += std::holds_alternative<commit_job>(*job) ? 1 : 0;
          desk.finish(number, writer->run(*job));
        }
      } while (!is_over);
    }};
  }
};

BOOST_AUTO_TEST_CASE(have_jobs_for_several_writers_at_once) {
  constexpr auto chunks = std::uint64_t{500};
  constexpr auto writers = std::size_t{4};
  auto shelves = std::vector<picky_shelf>(writers); // each store has its own, as databases lock for themselves
  core = std::make_shared<sink_core>(inlet_settings{}, tag_pattern{}, writers);
  auto settings = sink_machine_settings{};
  settings.writers = writers;
  settings.batch.chunks_max = 2;
  auto desk = sink_desk{caf::actor_addr{}, std::move(settings), core, time};
  auto threads = std::vector<writing_thread>(writers);
  auto calls = std::vector<std::function<void()>>{};
  for (std::size_t i = 0; i < writers; ++i) {
    threads[i].run(desk, i, writes(shelves[i], dir / "s.jsonl"));
    calls.emplace_back([&t = threads[i]] { t.called.release(); });
  }
  desk.employ(std::move(calls));
  desk.decide([](auto& machine, auto&) { machine.on_open({1, "n/collector/c"}, a_sender); });
  for (auto number = std::uint64_t{1}; number <= chunks; ++number) give(desk, number);
  while (seen().events_out < 10 * chunks) std::this_thread::yield();
  for (auto& t : threads) {
    t.is_over = true;
    t.called.release();
  }
  for (auto& t : threads) t.thread.join();
  auto rows = std::map<std::int64_t, int>{};
  for (const auto& s : shelves)
    for (const auto& [n, times] : s.rows) rows[n] += times;
  BOOST_TEST(rows.size() == 10 * chunks);
  for (const auto& [n, times] : rows) BOOST_TEST(times == 1);
  BOOST_TEST(seen().events_held == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
