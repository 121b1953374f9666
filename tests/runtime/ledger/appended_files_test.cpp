#include "runtime/ledger/appended_files.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <optional>

using namespace weir;
using namespace std::string_literals;
using test::fault;
using test::fault_kind;
using test::faulty_file_system;
using test::file_call;
using test::memory_file_system;

namespace {

constexpr auto batches = 6;
constexpr auto lines_each = 12;

struct way {
  std::string name;
  bool is_durable = true;
  bool renames = false;
  std::uint64_t rotate_bytes = 0;
  std::size_t open_max = 8;
  bool idles = false;      ///< between some batches
  bool compacts = false;   ///< after each batch
  std::int64_t period = 0; ///< batches to a period of time
  bool shares = false;     ///< a budget of two files
};

const auto ways = std::vector<way>{
    {"plain"},
    {"few descriptors", true, false, 0, 1},
    {"few descriptors left by others", true, false, 0, 8, false, false, 0, true},
    {"idle in between", true, false, 0, 8, true},
    {"a new journal after each batch", true, false, 0, 8, false, true},
    {"rotation", true, false, 30},
    {"rotation of files that are renamed when finished", true, true, 30, 1, true, true},
    {"files of times that go by", true, true, 0, 8, true, false, 2},
    {"for the system to write", false, true, 30, 1, true, true},
};

auto chunk_of(int batch) -> chunk {
  auto c = chunk{};
  c.id = {7, static_cast<std::uint64_t>(batch) + 1};
  c.source = "n/collector/c";
  c.positions = {
      {"s", static_cast<std::uint64_t>(batch) * 100, static_cast<std::uint64_t>(batch) * 100 + 100}};
  return c;
}

auto numbers_of(int batch) -> std::vector<int> {
  auto numbers = std::vector<int>{};
  for (auto n = 0; n < lines_each; ++n) numbers.push_back(batch * lines_each + n);
  return numbers;
}

/// What the file store does with its files, in the small: each chunk's lines go to three files.
class writer {
public:
  writer(file_system& disk, const way& w, const class clock& time)
      : way_(w),
        ledger_(disk, {"/disk/out/.ledger", "test", w.is_durable, w.compacts ? 1U : 1U << 20,
                       w.renames || w.rotate_bytes > 0}),
        files_(disk, &ledger_, time, options_of(w, &budget_)) {}

  auto open() -> result<void> { return files_.rollback(); }

  /// Whether the chunk is in now.
  auto commit(int batch) -> result<void> {
    const auto c = chunk_of(batch);
    if (ledger_.has(c)) return {};
    files_.begin();
    ledger_.add(c);
    for (const auto number : numbers_of(batch)) {
      if (auto added = add(batch, number); !added) {
        (void)files_.rollback();
        return added;
      }
    }
    if (const auto done = files_.commit(); !done) return done.failure();
    return way_.idles && batch % 3 == 1 ? files_.idle() : result<void>{};
  }
  auto finish() -> result<void> { return files_.finish(); }
  auto has(int batch) const -> bool { return ledger_.has(chunk_of(batch)); }
  auto findings() -> std::vector<std::string> { return files_.take_findings(); }

private:
  static auto options_of(const way& w, descriptor_budget* budget) -> appended_files_options {
    auto options = appended_files_options{};
    options.descriptors = w.shares ? budget : nullptr;
    options.open_max = w.open_max;
    options.is_durable = w.is_durable;
    options.rotate_bytes = w.rotate_bytes;
    options.renames_finished = w.renames;
    return options;
  }
  auto add(int batch, int number) -> result<void> {
    const auto period = way_.period == 0 ? 0 : batch / way_.period + 1;
    const auto path = "/disk/out/f" + std::to_string(number % 3) + "-" + std::to_string(period) + ".log";
    const auto end = period == 0 ? std::numeric_limits<std::int64_t>::max() : period * 1'000'000'000;
    WEIR_TRY(auto* t, files_.open(path, end));
    t->pending.append(std::to_string(number) + '\n');
    // A part of the batch is written before its end.
    return number % lines_each == lines_each / 2 ? files_.flush(*t) : result<void>{};
  }

  way way_;
  descriptor_budget budget_{{2, 0, 1}};
  file_ledger ledger_;
  appended_files files_;
};

/// How often each number is in the files.
auto numbers_on(const memory_file_system& disk) -> std::map<int, int> {
  auto counts = std::map<int, int>{};
  for (const auto& path : disk.paths()) {
    if (path.find("/out/f") == std::string::npos) continue;
    const auto text = disk.content(path);
    for (auto at = std::size_t{0}; at < text.size(); at = text.find('\n', at) + 1) {
      const auto line = text.substr(at, text.find('\n', at) - at);
      const auto is_number = !line.empty() && line.find_first_not_of("0123456789") == std::string::npos;
      ++counts[is_number ? std::stoi(line) : -1];
      if (text.find('\n', at) == std::string::npos) break;
    }
  }
  return counts;
}

/// What is not there once, of the batches that are in; empty if nothing is wrong.
auto problem_on(const memory_file_system& disk, const std::function<bool(int)>& is_in) -> std::string {
  auto counts = numbers_on(disk);
  auto problem = std::string{};
  for (auto batch = 0; batch < batches; ++batch)
    for (const auto number : numbers_of(batch)) {
      const auto wanted = is_in(batch) ? 1 : 0;
      if (counts[number] != wanted)
        problem += std::to_string(number) + " is there " + std::to_string(counts[number]) + " times; ";
      counts.erase(number);
    }
  for (const auto& [number, count] : counts) problem += "line " + std::to_string(number) + " is torn; ";
  return problem;
}

struct trial {
  memory_file_system disk;
  faulty_file_system faults{disk};
  manual_clock time;
  std::vector<int> acked;

  trial() { BOOST_REQUIRE(disk.make_directories("/disk")); }

  /// Until the first error, as if it were the death of the process.
  void run_until_failure(const way& w) {
    auto alive = writer{faults, w, time};
    if (!alive.open()) return;
    for (auto batch = 0; batch < batches; ++batch) {
      if (!alive.commit(batch)) {
        if (alive.has(batch)) return; // not acked all the same
        return;
      }
      acked.push_back(batch);
      time.advance(std::chrono::seconds{2});
    }
    (void)alive.finish();
  }

  /// A new process finds all acked batches, takes the others, and has each number once.
  void check_goes_on(const way& w, const std::string& where) {
    faults.disarm();
    auto next = writer{faults, w, time};
    const auto opened = next.open();
    BOOST_REQUIRE_MESSAGE(opened, where << ": " << (opened ? "" : opened.failure().what));
    for (const auto batch : acked) BOOST_REQUIRE_MESSAGE(next.has(batch), where << ": forgot " << batch);
    const auto after = problem_on(disk, [&](int batch) { return next.has(batch); });
    BOOST_REQUIRE_MESSAGE(after.empty(), where << " after recovery: " << after);
    for (auto batch = 0; batch < batches; ++batch) BOOST_REQUIRE_MESSAGE(next.commit(batch), where);
    BOOST_REQUIRE_MESSAGE(next.finish(), where);
    for (const auto& finding : next.findings()) BOOST_ERROR(where << ": " << finding);
    const auto end = problem_on(disk, [](int) { return true; });
    BOOST_REQUIRE_MESSAGE(end.empty(), where << " at the end: " << end);
  }
};

/// What becomes of a process whose disk stops at this step, and how it stops.
void check_deaths_at_each_step(const way& w, fault_kind kind) {
  using survival = memory_file_system::survival;
  for (auto step = std::uint64_t{1};; ++step) {
    auto struck = false;
    for (auto seed = std::uint64_t{0}; seed < 4; ++seed) {
      auto t = trial{};
      t.faults.arm({fault{file_call::any, step, kind, 1},
                    fault{file_call::any, step + 1, fault_kind::io_error, 1U << 20}});
      t.run_until_failure(w);
      struck = t.faults.struck() > 0;
      // Without waiting for the device only the end of the process is survived.
      if (w.is_durable && seed > 0)
        t.disk.crash(seed * 1000 + step, seed == 1 ? survival::lose : survival::by_dice);
      else
        t.disk.kill();
      t.check_goes_on(w, w.name + ", step " + std::to_string(step) + ", seed " + std::to_string(seed));
      if (!w.is_durable) break;
    }
    if (!struck) break;
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(appended_files_and_their_ledger)

BOOST_AUTO_TEST_CASE(each_line_is_there_once_wherever_the_process_or_the_machine_dies) {
  for (const auto& w : ways)
    for (const auto kind : {fault_kind::io_error, fault_kind::short_write, fault_kind::late_error})
      check_deaths_at_each_step(w, kind);
}

BOOST_AUTO_TEST_CASE(each_line_is_there_once_whichever_call_fails) {
  for (const auto& w : ways)
    for (const auto kind :
         {fault_kind::io_error, fault_kind::no_space, fault_kind::short_write, fault_kind::late_error})
      for (auto step = std::uint64_t{1};; ++step) {
        auto t = trial{};
        t.faults.arm({fault{file_call::any, step, kind, 1 + step % 4}});
        const auto where = w.name + ", failure " + std::to_string(static_cast<int>(kind)) + " at step "
                           + std::to_string(step);
        auto alive = writer{t.faults, w, t.time};
        for (auto tries = 0; !alive.open(); ++tries) BOOST_REQUIRE_MESSAGE(tries < 10, where);
        for (auto batch = 0; batch < batches; ++batch) {
          for (auto tries = 0; !alive.commit(batch); ++tries) {
            BOOST_REQUIRE_MESSAGE(tries < 10, where);
            if (!alive.open()) continue;
          }
          t.time.advance(std::chrono::seconds{2});
        }
        const auto problem = problem_on(t.disk, [](int) { return true; });
        BOOST_REQUIRE_MESSAGE(problem.empty(), where << ": " << problem);
        if (t.faults.struck() == 0) break;
        // What was said to be in is on the device, whatever the disk said before.
        if (w.is_durable) t.disk.crash(step, memory_file_system::survival::lose);
        t.acked = {0, 1, 2, 3, 4, 5};
        if (!w.is_durable) t.disk.kill();
        t.check_goes_on(w, where);
      }
}

BOOST_AUTO_TEST_CASE(as_many_files_are_open_as_the_budget_has_and_idle_ones_are_closed) {
  auto disk = memory_file_system{};
  auto time = manual_clock{};
  auto budget = descriptor_budget{{40, 0, 1}};
  auto ledger = file_ledger{disk, {"/out/.ledger", "test", true, 1U << 20, false}};
  auto files = appended_files{disk, &ledger, time, {.open_max = 256, .descriptors = &budget}};
  BOOST_REQUIRE(disk.make_directories("/out"));
  BOOST_REQUIRE(files.rollback());
  const auto without = disk.open_files();
  const auto write = [&](int first, int last) {
    files.begin();
    for (auto i = first; i <= last; ++i) {
      const auto opened = files.open("/out/" + std::to_string(i));
      BOOST_REQUIRE(opened);
      (*opened)->pending.append("x\n");
    }
    BOOST_REQUIRE(files.commit());
  };
  write(1, 100);
  BOOST_TEST(disk.open_files() - without <= 40U);
  BOOST_TEST(disk.open_files() - without >= 30U);
  auto other = descriptor_budget::share{&budget};
  time.advance(std::chrono::seconds{61});
  write(1, 1);
  BOOST_TEST(disk.open_files() - without == 1U);
  for (auto i = 1; i <= 100; ++i)
    BOOST_TEST(disk.content("/out/" + std::to_string(i)) == (i == 1 ? "x\nx\n" : "x\n"));
}

BOOST_AUTO_TEST_CASE(a_file_that_was_renamed_after_the_death_is_cut_back_too) {
  for (auto step = std::uint64_t{1};; ++step) {
    auto t = trial{};
    t.faults.arm({fault{file_call::any, step, fault_kind::short_write, 1},
                  fault{file_call::any, step + 1, fault_kind::io_error, 1U << 20}});
    t.run_until_failure(ways[0]);
    const auto struck = t.faults.struck() > 0;
    t.disk.kill();
    for (const auto* name : {"f0-0.log", "f1-0.log"})
      if (t.disk.exists("/disk/out/"s + name))
        BOOST_REQUIRE(t.disk.rename("/disk/out/"s + name, "/disk/out/"s + name + ".1"));
    t.check_goes_on(ways[0], "renamed, step " + std::to_string(step));
    if (!struck) break;
  }
}

BOOST_AUTO_TEST_CASE(what_others_wrote_into_an_idle_file_stays) {
  auto t = trial{};
  const auto w = way{"idle", true, false, 0, 8, true};
  {
    auto alive = writer{t.faults, w, t.time};
    BOOST_REQUIRE(alive.open());
    BOOST_REQUIRE(alive.commit(0));
    BOOST_REQUIRE(alive.commit(1)); // and goes idle
  }
  const auto path = "/disk/out/f0-0.log"s;
  t.disk.set_content(path, t.disk.content(path) + "by hand\n");
  t.disk.kill();
  auto next = writer{t.faults, w, t.time};
  BOOST_REQUIRE(next.open());
  BOOST_REQUIRE(next.commit(2));
  BOOST_TEST(t.disk.content(path).find("by hand\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_what_was_written_is_left_alone_and_told_of) {
  auto t = trial{};
  {
    auto alive = writer{t.faults, ways[0], t.time};
    BOOST_REQUIRE(alive.open());
    BOOST_REQUIRE(alive.commit(0));
  }
  t.disk.kill();
  const auto path = "/disk/out/f0-0.log"s;
  t.disk.set_content(path, std::string(5000, 'x'));
  auto next = writer{t.faults, ways[0], t.time};
  BOOST_REQUIRE(next.open());
  const auto findings = next.findings();
  BOOST_REQUIRE(findings.size() == 1U);
  BOOST_TEST(findings[0] == "\"" + path + "\" was changed by something else; it is left as it is");
  BOOST_TEST(t.disk.content(path).size() == 5000U);
}

BOOST_AUTO_TEST_CASE(rotated_files_never_take_a_name_that_is_there) {
  auto t = trial{};
  const auto w = way{"rotation", true, false, 5};
  auto alive = writer{t.faults, w, t.time};
  BOOST_REQUIRE(alive.open());
  for (auto batch = 0; batch < batches; ++batch) BOOST_REQUIRE(alive.commit(batch)); // all in one second
  auto names = std::vector<std::string>{};
  for (const auto& path : t.disk.paths())
    if (path.find("/f0-0.log") != std::string::npos) names.push_back(path.substr(path.find("f0")));
  const auto wanted = std::vector<std::string>{"f0-0.log",
                                               "f0-0.log.20231114T221320Z",
                                               "f0-0.log.20231114T221320Z-1",
                                               "f0-0.log.20231114T221320Z-2",
                                               "f0-0.log.20231114T221320Z-3",
                                               "f0-0.log.20231114T221320Z-4"};
  BOOST_CHECK_EQUAL_COLLECTIONS(names.begin(), names.end(), wanted.begin(), wanted.end());
  BOOST_TEST(problem_on(t.disk, [](int) { return true; }) == "");
}

BOOST_AUTO_TEST_CASE(a_second_writer_is_refused_and_told_who_is_first) {
  auto t = trial{};
  auto first = writer{t.disk, ways[0], t.time};
  BOOST_REQUIRE(first.open());
  auto second = writer{t.disk, ways[0], t.time};
  const auto refused = second.open();
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.failure().what.find("held by test") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_flipped_bit_in_the_ledger_costs_nothing) {
  auto t = trial{};
  {
    auto alive = writer{t.faults, ways[0], t.time};
    BOOST_REQUIRE(alive.open());
    for (auto batch = 0; batch < 3; ++batch) BOOST_REQUIRE(alive.commit(batch));
  }
  const auto ledger = t.disk.content("/disk/out/.ledger");
  for (auto at = std::size_t{0}; at < ledger.size(); ++at) {
    auto other = trial{};
    for (const auto& path : t.disk.paths()) other.disk.set_content(path, t.disk.content(path));
    auto damaged = ledger;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    other.disk.set_content("/disk/out/.ledger", damaged);
    other.acked = {0, 1, 2};
    other.check_goes_on(ways[0], "flipped byte " + std::to_string(at));
  }
}

BOOST_AUTO_TEST_CASE(a_ledger_that_was_cut_anywhere_loses_nothing) {
  auto t = trial{};
  {
    auto alive = writer{t.faults, ways[0], t.time};
    BOOST_REQUIRE(alive.open());
    for (auto batch = 0; batch < 3; ++batch) BOOST_REQUIRE(alive.commit(batch));
  }
  const auto ledger = t.disk.content("/disk/out/.ledger");
  for (auto size = std::size_t{0}; size < ledger.size(); ++size) {
    const auto other = t.disk.copy();
    other->set_content("/disk/out/.ledger", ledger.substr(0, size));
    auto next = writer{*other, ways[0], t.time};
    BOOST_REQUIRE(next.open());
    for (auto batch = 0; batch < batches; ++batch) BOOST_REQUIRE(next.commit(batch));
    auto counts = numbers_on(*other);
    for (auto number = 0; number < batches * lines_each; ++number)
      BOOST_REQUIRE_MESSAGE(counts[number] >= 1, "cut at " << size << ": " << number << " is lost");
    BOOST_REQUIRE(counts[-1] == 0);
    if (size < 48) BOOST_REQUIRE_MESSAGE(!next.findings().empty(), "cut at " << size);
  }
}

BOOST_AUTO_TEST_CASE(records_that_are_lost_are_told_of_and_no_file_is_cut_for_them) {
  auto t = trial{};
  {
    auto alive = writer{t.faults, ways[0], t.time};
    BOOST_REQUIRE(alive.open());
    for (auto batch = 0; batch < 3; ++batch) BOOST_REQUIRE(alive.commit(batch));
  }
  auto ledger = t.disk.content("/disk/out/.ledger");
  // Both copies of some record in the middle.
  for (auto at = ledger.size() / 3; at < ledger.size() * 2 / 3; ++at) ledger[at] = 'x';
  t.disk.set_content("/disk/out/.ledger", ledger);
  t.disk.kill();
  auto next = writer{t.faults, ways[0], t.time};
  BOOST_REQUIRE(next.open());
  const auto findings = next.findings();
  BOOST_REQUIRE(!findings.empty());
  BOOST_TEST(findings[0].find("is damaged") != std::string::npos);
  // The later record knows what the lost one knew.
  for (auto batch = 0; batch < 3; ++batch) BOOST_TEST(next.has(batch));
  BOOST_TEST(problem_on(t.disk, [](int batch) { return batch < 3; }) == "");
}

BOOST_AUTO_TEST_SUITE_END()
