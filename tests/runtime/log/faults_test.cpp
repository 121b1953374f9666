/// Disks that fail at each step in turn, and power cuts: what durable() covered is there afterwards.
#include "tests/runtime/log/log_fixture.hpp"
#include "tests/support/faulty_file_system.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <set>

using namespace weir;
using namespace weir::test;

namespace {

struct fault_case {
  const char* name;
  file_call call;
  fault_kind kind;
};

constexpr auto table = std::array<fault_case, 17>{{
    {"a write fails", file_call::write, fault_kind::io_error},
    {"a write is short", file_call::write, fault_kind::short_write},
    {"a write fails late", file_call::write, fault_kind::late_error},
    {"a write finds the disk full", file_call::write, fault_kind::no_space},
    {"a sync fails", file_call::sync, fault_kind::io_error},
    {"a sync fails late", file_call::sync, fault_kind::late_error},
    {"reserving finds the disk full", file_call::reserve, fault_kind::no_space},
    {"reserving fails", file_call::reserve, fault_kind::io_error},
    {"cutting fails", file_call::truncate, fault_kind::io_error},
    {"opening fails", file_call::open, fault_kind::io_error},
    {"opening finds the disk full", file_call::open, fault_kind::no_space},
    {"renaming fails", file_call::rename, fault_kind::io_error},
    {"removing fails", file_call::remove, fault_kind::io_error},
    {"listing fails", file_call::list, fault_kind::io_error},
    {"reading fails", file_call::read, fault_kind::io_error},
    {"syncing a directory fails", file_call::sync_directory, fault_kind::io_error},
    {"any call fails", file_call::any, fault_kind::io_error},
}};

/// Appends, syncs, settles and maintains, whatever fails, and knows what must be there afterwards.
class worker {
public:
  worker(memory_file_system& under, sync_policy policy) : under_(under), files_(under) {
    settings_ = log_settings({"a", "b"});
    settings_.segment_bytes = 4096;
    settings_.sync = policy;
  }

  /// True if a fault struck.
  auto work(const std::vector<fault>& faults, std::uint64_t chunks) -> bool {
    files_.arm(faults);
    open();
    for (auto sequence = std::uint64_t{1}; sequence <= chunks; ++sequence) {
      append(sequence);
      if (sequence % 3 == 0) sync();
      note_safe();
      if (sequence % 5 == 0) consume();
      time_.advance(std::chrono::milliseconds{300});
      if (log_ != nullptr) std::ignore = log_->maintain(time_.monotonic());
    }
    return files_.struck() > 0;
  }

  /// Cuts the power and looks.
  void check_after_crash(std::uint64_t seed, memory_file_system::survival how) {
    const auto must = safe_;
    under_.crash(seed, how);
    log_.reset();
    files_.disarm();
    open();
    BOOST_REQUIRE(log_ != nullptr);
    // By the dice a record may be gone though a later one, that nobody waited for either, is there.
    if (how != memory_file_system::survival::by_dice) BOOST_TEST(log_->figures().damaged_records == 0);
    for (auto reader = std::size_t{0}; reader < 2; ++reader) check_reader(reader, must);
  }

private:
  void open() {
    for (auto tries = 0; tries < 5 && log_ == nullptr; ++tries) {
      auto opened = chunk_log::open(files_, settings_, time_);
      if (opened) log_ = std::move(*opened);
    }
  }
  void append(std::uint64_t sequence) {
    open();
    if (log_ == nullptr) return;
    const auto c = make_chunk(sequence, 200 + sequence % 5 * 100);
    for (auto tries = 0; tries < 4; ++tries) {
      const auto number = log_->append(c);
      if (!number) continue;
      numbers_[*number] = sequence;
      return;
    }
  }
  void sync() {
    while (log_ != nullptr) {
      const auto job = log_->take_sync(time_.monotonic());
      if (!job) break;
      auto done = *job;
      const auto outcome = done.run();
      auto finished = log_->finish_sync(done, outcome);
      for (auto tries = 0; tries < 8 && !finished; ++tries) finished = log_->finish_sync(done, outcome);
      BOOST_REQUIRE(finished);
    }
    note_safe();
  }
  void note_safe() {
    if (log_ == nullptr) return;
    for (const auto& [number, sequence] : numbers_)
      if (number <= log_->durable()) safe_.insert(sequence);
  }
  void consume() {
    if (log_ == nullptr) return;
    for (auto n = log_->next(0, 0); n != 0; n = log_->next(0, n)) take(0, n);
    if (const auto n = log_->next(1, 0); n != 0) take(1, n);
  }
  void take(std::size_t reader, record_number n) {
    const auto c = log_->read(n);
    if (!c) {
      BOOST_REQUIRE((c.failure().code == errc::unavailable));
      return;
    }
    BOOST_REQUIRE(safe_.contains((*c)->id.sequence));
    settled_[reader].insert((*c)->id.sequence);
    log_->settle(reader, n);
  }
  void check_reader(std::size_t reader, const std::set<std::uint64_t>& must) {
    auto found = std::set<std::uint64_t>{};
    for (auto n = log_->next(reader, 0); n != 0; n = log_->next(reader, n)) {
      const auto c = log_->read(n);
      BOOST_REQUIRE(c);
      const auto sequence = (*c)->id.sequence;
      BOOST_REQUIRE(found.insert(sequence).second);
      BOOST_REQUIRE(bytes_of(**c) == bytes_of(*make_chunk(sequence, 200 + sequence % 5 * 100)));
    }
    for (const auto sequence : must) {
      BOOST_REQUIRE(found.contains(sequence) || settled_[reader].contains(sequence));
      BOOST_REQUIRE_MESSAGE(log_->seen().contains({7, sequence}), "sequence " << sequence);
    }
    for (const auto sequence : found) BOOST_REQUIRE(log_->seen().contains({7, sequence}));
  }

  memory_file_system& under_;
  faulty_file_system files_;
  manual_clock time_;
  chunk_log_settings settings_;
  std::unique_ptr<chunk_log> log_;
  std::map<record_number, std::uint64_t> numbers_;
  std::set<std::uint64_t> safe_; ///< sequences that durable() has covered
  std::set<std::uint64_t> settled_[2];
};

struct quiet {
  quiet() { spdlog::set_level(spdlog::level::off); }
  ~quiet() { spdlog::set_level(spdlog::level::info); }
};

using survival = memory_file_system::survival;

} // namespace

BOOST_FIXTURE_TEST_SUITE(faults_suite, quiet)

BOOST_AUTO_TEST_CASE(what_was_durable_stays_whichever_step_fails) {
  for (const auto& row : table)
    for (const auto times : {1, 3}) {
      auto steps = std::uint64_t{1};
      for (auto struck = true; struck; ++steps) {
        auto under = memory_file_system{};
        auto at_work = worker{under, sync_policy::always};
        BOOST_TEST_CONTEXT(row.name << ", the " << steps << "th time, " << times << " times") {
          struck = at_work.work({{row.call, steps, row.kind, static_cast<std::uint64_t>(times)}}, 40);
          at_work.check_after_crash(steps, steps % 3 == 0 ? survival::by_dice : survival::lose);
        }
      }
      BOOST_TEST(steps > 2, row.name << " was never tried");
    }
}

BOOST_AUTO_TEST_CASE(a_sync_that_fails_at_the_start_is_not_taken_back_by_the_next_one) {
  for (auto nth = std::uint64_t{1}; nth <= 4; ++nth) {
    auto log = log_fixture{};
    log.open();
    log.append_range(1, 100);
    log.files.kill(); // what was written is nowhere but in memory
    auto faulty = faulty_file_system{log.files};
    faulty.arm({{file_call::sync, nth, fault_kind::io_error, 2}});
    const auto first = chunk_log::open(faulty, log_settings(), log.time);
    BOOST_TEST(faulty.struck() > 0);
    log.files.kill();
    log.open();
    log.files.crash(1, survival::lose);
    log.open();
    BOOST_TEST(log.sequences() == range(1, 100), boost::test_tools::per_element());
  }
}

// The system takes pages whose sync failed for clean, and says of the next sync that all is well.
BOOST_FIXTURE_TEST_CASE(what_a_killed_process_failed_to_sync_is_written_over_by_the_next, log_fixture) {
  auto broken = faulty_file_system{files};
  open(broken, log_settings());
  append_synced(1, 3);
  append_range(4, 6);
  broken.arm({{file_call::sync, 1, fault_kind::io_error}});
  BOOST_TEST(!log->take_sync(time.monotonic())->run());
  files.kill();
  log.reset();
  open();
  files.crash(1, survival::lose);
  open();
  BOOST_TEST(sequences() == range(1, 6), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_faults_of_different_kinds_do_no_more) {
  for (auto seed = std::uint64_t{1}; seed <= 3000; ++seed) {
    auto under = memory_file_system{};
    auto at_work = worker{under, sync_policy::always};
    const auto& first = table[seed % table.size()];
    const auto& second = table[seed / table.size() % table.size()];
    BOOST_TEST_CONTEXT("seed " << seed << ": " << first.name << ", " << second.name) {
      at_work.work({{first.call, 1 + seed * 7 % 60, first.kind, 1 + seed % 2},
                    {second.call, 1 + seed * 13 % 60, second.kind, 1 + seed % 3}},
                   40);
      at_work.check_after_crash(seed, seed % 3 == 0 ? survival::lose : survival::by_dice);
    }
  }
}

BOOST_AUTO_TEST_CASE(power_cuts_at_any_time_keep_what_was_durable) {
  for (auto seed = std::uint64_t{1}; seed <= 2000; ++seed) {
    auto under = memory_file_system{};
    auto at_work = worker{under, sync_policy::always};
    BOOST_TEST_CONTEXT("seed " << seed) {
      at_work.work({}, seed % 50);
      at_work.check_after_crash(seed, survival::by_dice);
    }
  }
}

BOOST_AUTO_TEST_CASE(kills_at_any_time_keep_what_was_written) {
  for (const auto policy : {sync_policy::interval, sync_policy::os})
    for (auto chunks = std::uint64_t{1}; chunks <= 60; ++chunks) {
      auto under = memory_file_system{};
      auto at_work = worker{under, policy};
      at_work.work({}, chunks);
      at_work.check_after_crash(chunks, survival::keep);
    }
}

BOOST_AUTO_TEST_SUITE_END()
