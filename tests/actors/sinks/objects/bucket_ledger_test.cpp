#include "actors/sinks/objects/bucket_ledger.hpp"
#include "tests/actors/sinks/objects/simulated_bucket.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto events = 60;

/// Events [from, to) of a file, under an id that nobody had.
auto events_of_file(int from, int to) -> chunk_ptr {
  return born_from(make_chunk({numbered("a", from, to)}), static_cast<std::uint64_t>(from) * 100, 100);
}

auto first_event_of(const chunk& c) -> int { return static_cast<int>(c.positions.front().begin / 100); }

/// Three objects at most: an event's number says to which it goes.
auto objects_of(std::span<const chunk_ptr> chunks, const bucket_plan& plan) -> std::vector<new_object> {
  auto texts = std::map<int, std::string>{};
  for (std::size_t i = 0; i < chunks.size(); ++i)
    if (plan.fresh[i])
      for (const auto& [first, end] : *plan.fresh[i])
        for (auto index = first; index < end; ++index) {
          const auto n = first_event_of(*chunks[i]) + static_cast<int>(index);
          texts[n % 3] += std::to_string(n) + '\n';
        }
  auto made = std::vector<new_object>{};
  for (const auto& [which, text] : texts) made.push_back({"data/" + std::to_string(which) + '/', ".txt", text});
  return made;
}

auto small_ledger() -> bucket_ledger_settings {
  auto s = bucket_ledger_settings{};
  s.directory = "data/_weir/s/";
  s.name = "s";
  s.snapshot_every = 4;
  s.kept = 3;
  s.staged_base_max = 20;
  return s;
}

auto numbers_in(const bucket_content& content) -> std::multiset<int> {
  auto found = std::multiset<int>{};
  for (const auto& [key, bytes] : content.objects) {
    if (key.starts_with("data/_weir/")) continue;
    auto lines = std::istringstream{bytes};
    for (auto n = 0; lines >> n;) found.insert(n);
  }
  return found;
}

/// Of up to so many bytes and seconds; without seconds: none grows.
auto growth_in(simulated_bucket& bucket, const object_rotation& rotate, std::uint64_t place, std::uint64_t run) -> growth_settings {
  return rotate.age_s == 0 ? growth_settings{} : growth_settings{&bucket, rotate, place, run};
}

/// Some writers, which are killed and made anew, and what each of them is given.
class schedule {
public:
  explicit schedule(unsigned seed, const object_rotation& rotate = {}) : content_(seed), rotate_(rotate) {
    content_.others = [this] {
      if (depth_ < 3) turn();
    };
    for (auto& w : writers_) make(w);
  }

  void run() {
    content_.faults = {0.03, 0.03, 0.03, 0.02, 0.08};
    for (auto turns = 0; turns < 120; ++turns) turn();
    content_.faults = {};
    while (!content_.late.empty()) content_.do_something_late();
    for (auto n = 0; n < events; ++n) // it may have been away for too long, once
      for (auto tries = 2; tries > 0 && !is_acked_[static_cast<std::size_t>(n)]; --tries) commit(*writers_[0], {events_of_file(n, n + 1)});
    while (!content_.late.empty()) content_.do_something_late();
    finish_files();
  }
  auto content() const -> const bucket_content& { return content_; }

private:
  struct writer {
    writer(bucket_content& content, const object_rotation& rotate, std::uint64_t place)
        : bucket(content), ledger(bucket, small_ledger(), content.time,
                                  [&content] { return (std::uint64_t{content.chance()} << 32U) | content.chance(); },
                                  growth_in(bucket, rotate, place, content.chance())) {}
    simulated_bucket bucket;
    bucket_ledger ledger;
    bool is_busy = false;
  };

  /// Two of them are on one node.
  void make(std::unique_ptr<writer>& w) {
    const auto number = static_cast<std::uint64_t>(&w - writers_.data());
    w = std::make_unique<writer>(content_, rotate_, std::max<std::uint64_t>(number, 1));
  }

  /// All that are left belong to somebody who is gone.
  void finish_files() {
    if (rotate_.age_s == 0) return;
    content_.time.advance(std::chrono::seconds{2 * rotate_.age_s + 61});
    if (!writers_[0]->ledger.up_to_date()) BOOST_REQUIRE(writers_[0]->ledger.up_to_date());
    for (auto left = 20; left > 0; --left) {
      const auto next = writers_[0]->ledger.tidy(false);
      if (next && !*next) return;
      if (!next) BOOST_TEST_MESSAGE(next.failure().what); // it may have been away for too long, once
      content_.time.advance(std::chrono::seconds{1});
    }
    BOOST_ERROR("files are left");
  }

  void turn() {
    ++depth_;
    content_.time.advance(std::chrono::seconds{content_.below(10)});
    auto& w = writers_[content_.below(writers_.size())];
    if (!w->is_busy && rotate_.age_s > 0 && content_.happens(0.2)) {
      tidy(w);
    } else if (!w->is_busy) {
      auto chunks = std::vector<chunk_ptr>{};
      for (auto left = 1 + content_.below(3); left > 0; --left) chunks.push_back(some_chunk());
      try {
        commit(*w, chunks);
      } catch (const writer_killed&) {
        make(w);
      }
    }
    --depth_;
  }

  void tidy(std::unique_ptr<writer>& w) {
    w->is_busy = true;
    try {
      (void)w->ledger.tidy(content_.happens(0.1));
      w->is_busy = false;
    } catch (const writer_killed&) {
      make(w);
    }
  }

  /// One of before, or read anew from somewhere.
  auto some_chunk() -> chunk_ptr {
    if (!given_.empty() && content_.happens(0.4)) return given_[content_.below(given_.size())];
    const auto from = static_cast<int>(content_.below(events));
    given_.push_back(events_of_file(from, std::min(from + 1 + static_cast<int>(content_.below(8)), events)));
    return given_.back();
  }

  void commit(writer& w, const std::vector<chunk_ptr>& chunks) {
    w.is_busy = true;
    const auto done = w.ledger.commit({chunks, [&](const auto& plan) { return objects_of(chunks, plan); }, {}});
    w.is_busy = false;
    if (!done) return;
    const auto stored = numbers_in(content_);
    for (const auto& c : chunks)
      for (auto n = first_event_of(*c); n < first_event_of(*c) + static_cast<int>(c->count); ++n) {
        if (rotate_.age_s == 0 && stored.count(n) == 0) BOOST_ERROR("event " + std::to_string(n) + " was acknowledged and is in no object");
        is_acked_[static_cast<std::size_t>(n)] = true;
      }
  }

  bucket_content content_;
  object_rotation rotate_;
  std::array<std::unique_ptr<writer>, 4> writers_;
  std::vector<chunk_ptr> given_;
  std::array<bool, events> is_acked_{};
  int depth_ = 0;
};

auto open_ledger(bucket_content& content, simulated_bucket& bucket, const object_rotation& rotate = {}, std::uint64_t run = 1)
    -> std::unique_ptr<bucket_ledger> {
  return std::make_unique<bucket_ledger>(bucket, small_ledger(), content.time, [&content] { return std::uint64_t{content.chance()}; },
                                         growth_in(bucket, rotate, 1, run));
}

void check_schedules(const object_rotation& rotate) {
  auto wanted = std::multiset<int>{};
  for (auto n = 0; n < events; ++n) wanted.insert(n);
  for (auto seed = 1U; seed <= 400; ++seed) {
    auto one = schedule{seed, rotate};
    one.run();
    const auto found = numbers_in(one.content());
    BOOST_TEST_INFO("seed " << seed);
    BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
    if (found != wanted) break;
  }
}

auto put_in(bucket_ledger& ledger, const std::vector<chunk_ptr>& chunks) -> result<void> {
  return ledger.commit({chunks, [&](const auto& plan) { return objects_of(chunks, plan); }, {}});
}

/// Killed at each step of a commit, it is made good by the next.
void check_each_step(const object_rotation& rotate) {
  for (auto step = 1;; ++step) {
    auto content = bucket_content{7};
    auto bucket = simulated_bucket{content};
    const auto chunks = std::vector<chunk_ptr>{events_of_file(0, 9)};
    BOOST_REQUIRE(open_ledger(content, bucket, rotate)->open());
    // Killed before its step number `step`, by a turn that somebody else never gives back.
    auto steps = 0;
    content.faults.others = 1;
    content.others = [&] {
      if (++steps == step) throw writer_killed{};
    };
    auto is_killed = false;
    try {
      BOOST_REQUIRE(put_in(*open_ledger(content, bucket, rotate), chunks));
    } catch (const writer_killed&) {
      is_killed = true;
    }
    content.faults = {};
    const auto next = open_ledger(content, bucket, rotate);
    BOOST_REQUIRE(put_in(*next, chunks));
    BOOST_REQUIRE(next->tidy(false));
    BOOST_TEST(numbers_in(content).size() == 9U);
    if (!is_killed) break; // every step was tried
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(bucket_ledgers)

// Goal: each event is in one object once, and is there when it is acknowledged. Method: four writers that are given chunks which
// overlap, lose requests and answers, are late, are killed at any step, and are overtaken between any two.
BOOST_AUTO_TEST_CASE(every_event_is_in_one_object_whatever_fails) { check_schedules({}); }

// The same with files that grow, appends that break, and files whose writer is gone.
BOOST_AUTO_TEST_CASE(every_event_is_in_one_file_whatever_fails) { check_schedules({40, 60}); }

BOOST_AUTO_TEST_CASE(batches_are_appended_to_one_file_until_it_is_large_enough) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto ledger = open_ledger(content, bucket, {12, 60});
  for (auto n = 0; n < 12; n += 3) BOOST_REQUIRE(put_in(*ledger, {events_of_file(n, n + 1)})); // all in one object
  BOOST_TEST(numbers_in(content).empty());
  for (auto n = 12; n < 21; n += 3) BOOST_REQUIRE(put_in(*ledger, {events_of_file(n, n + 1)}));
  BOOST_TEST(numbers_in(content).size() == 6U);
  content.time.advance(std::chrono::seconds{60});
  BOOST_REQUIRE(ledger->tidy(false));
  BOOST_TEST(numbers_in(content).size() == 7U);
  BOOST_TEST(!*ledger->tidy(false));
}

BOOST_AUTO_TEST_CASE(files_are_closed_at_the_end_and_by_the_next_process_of_the_node) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto first = open_ledger(content, bucket, {0, 60}, 1);
  BOOST_REQUIRE(put_in(*first, {events_of_file(0, 1)}));
  BOOST_REQUIRE(first->tidy(true));
  BOOST_TEST(numbers_in(content).size() == 1U);
  BOOST_REQUIRE(put_in(*first, {events_of_file(1, 2)}));
  const auto second = open_ledger(content, bucket, {0, 60}, 2);
  BOOST_REQUIRE(second->tidy(false));
  BOOST_TEST(numbers_in(content).size() == 2U);
  // The first was there after all.
  BOOST_REQUIRE(put_in(*first, {events_of_file(2, 3)}));
  BOOST_REQUIRE(put_in(*first, {events_of_file(4, 5)}));
  BOOST_REQUIRE(first->tidy(true));
  BOOST_TEST(numbers_in(content).size() == 4U);
}

BOOST_AUTO_TEST_CASE(what_was_appended_in_vain_is_cut) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto first = open_ledger(content, bucket, {0, 60});
  const auto second = open_ledger(content, bucket, {0, 60});
  BOOST_REQUIRE(put_in(*first, {events_of_file(0, 1)}));
  BOOST_REQUIRE(second->open());
  BOOST_REQUIRE(put_in(*first, {events_of_file(3, 4)}));
  BOOST_REQUIRE(put_in(*second, {events_of_file(6, 7)}));
  // It has appended this by the time that it sees that the other one has it.
  BOOST_REQUIRE(put_in(*first, {events_of_file(6, 7)}));
  BOOST_REQUIRE(first->tidy(true));
  BOOST_REQUIRE(second->tidy(true));
  BOOST_CHECK((numbers_in(content) == std::multiset<int>{0, 3, 6}));
}

BOOST_AUTO_TEST_CASE(files_that_grew_are_finished_when_none_grows_any_more) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  BOOST_REQUIRE(put_in(*open_ledger(content, bucket, {0, 60}, 1), {events_of_file(0, 9)}));
  BOOST_TEST(numbers_in(content).empty());
  const auto later = std::make_unique<bucket_ledger>(bucket, small_ledger(), content.time, [] { return std::uint64_t{5}; },
                                                     growth_settings{&bucket, {}, 1, 2});
  BOOST_REQUIRE(put_in(*later, {events_of_file(9, 12)}));
  BOOST_TEST(numbers_in(content).size() == 12U);
}

BOOST_AUTO_TEST_CASE(what_a_commit_left_before_its_objects_were_at_their_keys_is_done_by_the_next) {
  for (const auto& rotate : {object_rotation{}, object_rotation{1, 60}}) check_each_step(rotate);
}

BOOST_AUTO_TEST_CASE(the_ledger_stays_small) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto ledger = open_ledger(content, bucket);
  for (auto n = 0; n < 200; ++n) BOOST_REQUIRE(put_in(*ledger, {events_of_file(n, n + 1)}));
  const auto theirs = std::count_if(content.objects.begin(), content.objects.end(), [](const auto& o) { return o.first.starts_with("data/_weir/"); });
  BOOST_TEST(theirs <= 10);
  BOOST_TEST(numbers_in(content).size() == 200U);
  const auto other = open_ledger(content, bucket);
  BOOST_REQUIRE(put_in(*other, {events_of_file(0, 200)}));
  BOOST_TEST(numbers_in(content).size() == 200U);
}

BOOST_AUTO_TEST_CASE(a_writer_that_was_away_while_entries_were_removed_begins_anew) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto away = open_ledger(content, bucket);
  BOOST_REQUIRE(put_in(*away, {events_of_file(0, 1)}));
  const auto busy = open_ledger(content, bucket);
  for (auto n = 1; n < 50; ++n) BOOST_REQUIRE(put_in(*busy, {events_of_file(n, n + 1)}));
  BOOST_TEST(!put_in(*away, {events_of_file(40, 60)}));
  BOOST_REQUIRE(put_in(*away, {events_of_file(40, 60)}));
  const auto found = numbers_in(content);
  BOOST_TEST(found.size() == 60U);
  BOOST_TEST(std::set<int>(found.begin(), found.end()).size() == 60U);
}

BOOST_AUTO_TEST_CASE(a_batch_that_is_not_confirmed_leaves_nothing) {
  auto content = bucket_content{7};
  auto bucket = simulated_bucket{content};
  const auto ledger = open_ledger(content, bucket);
  BOOST_REQUIRE(ledger->open());
  const auto before = content.objects;
  const auto chunks = std::vector<chunk_ptr>{events_of_file(0, 9)};
  const auto done = ledger->commit({chunks, [&](const auto& plan) { return objects_of(chunks, plan); },
                                    [] { return result<void>{error{errc::rejected, "it was only a try"}}; }});
  BOOST_REQUIRE(!done);
  BOOST_TEST(!ledger->may_have_happened());
  BOOST_CHECK((content.objects == before));
}

BOOST_AUTO_TEST_CASE(entries_and_snapshots_are_read_as_they_were_written) {
  const auto plain = bucket_entry{7, 3, {{"a", "b"}, {"", "\n"}}, {1, 2}, "record", {}, {}};
  BOOST_CHECK((decode_entry(encode(plain)) == plain));
  BOOST_TEST(encode(plain).starts_with("weirS3L1"));
  auto entry = plain;
  entry.files = {{"made", "key", {1, 2, 3}, 5, 7, true}, {"", "", {}, -1, 0, false}};
  entry.finished = {"gone"};
  BOOST_CHECK((decode_entry(encode(entry)) == entry));
  const auto with_files = bucket_snapshot{{}, "all", entry.files};
  BOOST_CHECK((decode_bucket_snapshot(encode(with_files)) == with_files));
  const auto snapshot = bucket_snapshot{{{4, {{"a", "b"}}}, {9, {}}}, "all"};
  BOOST_CHECK((decode_bucket_snapshot(encode(snapshot)) == snapshot));
  const auto bytes = encode(entry);
  for (std::size_t size = 0; size < bytes.size(); ++size) BOOST_TEST(!decode_entry(bytes.substr(0, size)));
  BOOST_TEST(!decode_entry(bytes + 'x'));
  BOOST_TEST(!decode_bucket_snapshot(bytes));
}

BOOST_AUTO_TEST_SUITE_END()
