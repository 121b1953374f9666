/// Operators that hold events: what is covered, and that kills neither lose a line nor store a group twice.
#include "actors/collectors/chunking_intake.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/ledger/ledger_state.hpp"
#include "runtime/flow/trim.hpp"
#include "tests/support/born_events.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto line_bytes = std::uint64_t{10};
constexpr auto patience = 5s;
const auto source_name = std::string{"n/collector/c"};

/// Joins lines of one channel, the letter behind the sign: "=a1" begins a group and "+a2" goes on with it.
class joiner final : public holding_operator {
public:
  explicit joiner(const weir::clock& time) : time_(time) {}

  void apply(const event_view& in, std::uint64_t number, joining_output& out) override {
    auto text = std::string_view{};
    (void)msgpack_reader{find_path(in.record, "message")}.str_or_bin(text);
    if (text.front() == '!') return out.put(in); // a line of its own
    const auto channel = text[1];
    if (text.front() == '=') give_up(channel, out);
    auto& g = groups_[channel];
    if (g.text.empty())
      g = {number, number, std::string{text}, time_.monotonic() + patience};
    else
      g.last = number, g.text += ' ' + std::string{text};
  }
  auto held_since() const -> std::optional<std::uint64_t> override {
    auto since = std::optional<std::uint64_t>{};
    for (const auto& [channel, g] : groups_)
      if (!since || g.first < *since) since = g.first;
    return since;
  }
  void flush(monotonic_time now, joining_output& out) override {
    for (const auto channel : {'a', 'b'})
      if (const auto at = groups_.find(channel); at != groups_.end() && at->second.until <= now) give_up(channel, out);
  }
  auto wake_at() const -> std::optional<monotonic_time> override {
    auto first = std::optional<monotonic_time>{};
    for (const auto& [channel, g] : groups_)
      if (!first || g.until < *first) first = g.until;
    return first;
  }

private:
  struct group {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::string text;
    monotonic_time until{};
  };
  void give_up(char channel, joining_output& out) {
    const auto at = groups_.find(channel);
    if (at == groups_.end()) return;
    const auto g = at->second;
    out.put_joined({"joined", 1, record("message", g.text)}, g.first, g.last);
    groups_.erase(channel);
  }

  const weir::clock& time_;
  std::map<char, group> groups_;
};

/// A collector's intake, from a start to its death.
struct life {
  chunk_builder builder;
  intake_counts counts;
  unkept_letters letters;
  std::unique_ptr<chunking_intake> takes;
  std::uint64_t origin;
  std::uint64_t sequence = 0;

  life(const weir::clock& time, std::uint64_t number) : origin(number) {
    auto settings = intake_settings{};
    settings.operators = {[&time](const plugin_context&) { return std::make_unique<joiner>(time); }};
    settings.holds_events = true;
    auto context = plugin_context{.component = "c", .node = "n"};
    context.clock = &time;
    takes = std::make_unique<chunking_intake>(settings, context, builder, counts, letters);
  }
  void read(const std::vector<std::string>& lines, std::size_t first, std::size_t end, const std::string& stream = "file") {
    takes->enter(stream);
    for (auto i = first; i < end; ++i) {
      takes->born_at(i * line_bytes);
      takes->line("t", 1, lines[i]);
    }
    takes->covered(stream, first * line_bytes, end * line_bytes);
  }
  auto close() -> std::vector<chunk_ptr> {
    auto made = std::vector<chunk_ptr>{};
    if (builder.empty()) return made;
    for (auto& c : builder.take(SIZE_MAX)) {
      c->id = {origin, ++sequence};
      c->source = source_name;
      BOOST_TEST_REQUIRE(are_cuts_whole(*c));
      made.push_back(c);
    }
    return made;
  }
  auto only_chunk() -> chunk_ptr {
    auto made = close();
    BOOST_TEST_REQUIRE(made.size() == 1U);
    return made.front();
  }
};

auto texts_of(const chunk& c) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for_each_section(c, [&](const section&, std::string_view entries) {
    auto read = entry_reader{entries};
    for (auto e = entry{}; read.next(e);) {
      auto text = std::string_view{};
      (void)msgpack_reader{find_path(e.record, "message")}.str_or_bin(text);
      all.emplace_back(text);
    }
  });
  return all;
}

/// A sink: what a ledger lets in.
struct store {
  ledger_state ledger;
  std::vector<std::string> events;
  std::uint64_t regrouped = 0;

  void commit(const chunk& c) {
    const auto fresh = ledger.add(c, 1);
    regrouped += ledger.take_regrouped();
    if (!fresh) return;
    const auto texts = texts_of(c);
    for (const auto& r : *fresh)
      for (auto i = r.first; i < r.end; ++i) events.push_back(texts[i]);
  }
  /// As its next process has it.
  void restart() {
    auto read_back = ledger_state{};
    BOOST_TEST_REQUIRE(read_back.apply(ledger.snapshot(), 1));
    ledger = std::move(read_back);
  }
  /// The first line that is not covered.
  auto line() const -> std::size_t {
    const auto known = ledger.positions().of(source_name);
    return known.empty() || known.front().begin > 0 ? 0 : known.front().end / line_bytes;
  }
};

struct fixture {
  manual_clock time;
  life now{time, 1};
  std::uint64_t acked = 0;
};

using lines = std::vector<std::string>;
using ranges = std::vector<position_range>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(held_events, fixture)

BOOST_AUTO_TEST_CASE(what_is_held_is_not_covered) {
  now.read({"!1", "=a2", "+a3"}, 0, 3);
  const auto c = now.only_chunk();
  BOOST_TEST((c->positions == ranges{{"file", 0, 10}}));
  BOOST_TEST((texts_of(*c) == lines{"!1"}));
  BOOST_TEST((now.takes->wake_at() == time.monotonic() + patience));
  now.takes->flush(time.monotonic());
  BOOST_TEST(now.close().empty());
  time.advance(patience);
  now.takes->flush(time.monotonic());
  const auto rest = now.only_chunk();
  BOOST_TEST((rest->positions == ranges{{"file", 10, 30}}));
  BOOST_TEST((texts_of(*rest) == lines{"=a2 +a3"}));
  BOOST_TEST((born_in(*rest) == std::vector<born_event>{{"file", 10, 0, 20}}));
  BOOST_TEST(!now.takes->wake_at());
}

BOOST_AUTO_TEST_CASE(what_waits_behind_it_keeps_that_its_time_is_of_its_reading) {
  now.read({"=a0", "!1", "+a2", "!3"}, 0, 4);
  now.takes->flush(monotonic_time::max());
  const auto c = now.only_chunk();
  const auto texts = texts_of(*c);
  BOOST_TEST_REQUIRE(texts.size() == 3U);
  for (std::size_t i = 0; i < texts.size(); ++i) // the joiner gives what it makes a time of its own
    BOOST_TEST(c->is_timed_at_reading(i) == (texts[i].front() == '!'), texts[i]);
}

BOOST_AUTO_TEST_CASE(a_group_goes_on_beyond_a_save_point_and_ends_with_the_next_one) {
  const auto text = lines{"=a0", "+a1", "+a2", "=a3", "!4"};
  now.read(text, 0, 2);
  BOOST_TEST(now.close().empty());
  now.read(text, 2, 5);
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"=a0 +a1 +a2"})); // 4 waits for 3
  BOOST_TEST((c->positions == ranges{{"file", 0, 30}}));
  BOOST_TEST((born_in(*c) == std::vector<born_event>{{"file", 0, 0, 20}}));
}

BOOST_AUTO_TEST_CASE(each_stream_is_joined_alone) {
  const auto one = lines{"=a0", "+a1"};
  const auto other = lines{"=a2", "+a3"};
  now.read(one, 0, 1, "one");
  now.read(other, 0, 1, "other");
  now.read(one, 1, 2, "one");
  now.read(other, 1, 2, "other");
  now.takes->flush(monotonic_time::max());
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"=a0 +a1", "=a2 +a3"}));
  BOOST_TEST((c->positions == ranges{{"one", 0, 20}, {"other", 0, 20}}));
}

BOOST_AUTO_TEST_CASE(nothing_is_held_of_a_stream_that_was_not_entered_or_is_over) {
  now.takes->born_at(0);
  now.takes->line("t", 1, "=a0");
  now.takes->covered("unnamed", 0, 10);
  BOOST_TEST((texts_of(*now.only_chunk()) == lines{"=a0"}));
  now.read({"=a0"}, 0, 1);
  now.takes->covered("file", 10, end_of_stream);
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"=a0"}));
  BOOST_TEST((c->positions == ranges{{"file", 0, 10}, {"file", 10, end_of_stream}}));
}

BOOST_AUTO_TEST_CASE(lines_of_short_streams_are_joined_and_these_are_covered_in_their_order) {
  const auto message = [&](const std::string& line, const std::string& stream) {
    now.takes->enter({});
    now.takes->born_at(0);
    now.takes->line("t", 1, line);
    now.takes->covered(stream, 0, 1);
    now.takes->covered("!acks", acked, acked + 1);
    ++acked;
  };
  message("!0", "m0");
  BOOST_TEST((now.only_chunk()->positions == ranges{{"m0", 0, 1}, {"!acks", 0, 1}}));
  message("=a1", "m1");
  message("!2", "m2");
  message("+a3", "m3");
  BOOST_TEST(now.close().empty());
  message("=a4", "m4");
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"=a1 +a3", "!2"}));
  BOOST_TEST((born_in(*c) == std::vector<born_event>{{"m1", 0}, {"m2", 0}}));
  BOOST_TEST((c->positions == ranges{{"m1", 0, 1}, {"!acks", 1, 2}, {"m2", 0, 1}, {"!acks", 2, 3}, {"m3", 0, 1}, {"!acks", 3, 4}}));
  time.advance(patience);
  now.takes->flush(time.monotonic());
  BOOST_TEST((texts_of(*now.only_chunk()) == lines{"=a4"}));
  BOOST_TEST(!now.takes->wake_at());
}

BOOST_AUTO_TEST_CASE(a_message_of_several_lines_keeps_them_together) {
  const auto text = lines{"!0", "=a1", "!2", "+a3"};
  now.takes->enter({});
  for (std::size_t i = 0; i < text.size(); ++i) {
    now.takes->born_at(i);
    now.takes->line("t", 1, text[i]);
  }
  now.takes->covered("m", 0, 4);
  BOOST_TEST(now.close().empty());
  now.takes->flush(monotonic_time::max());
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"!0", "!2", "=a1 +a3"}));
  BOOST_TEST((c->positions == ranges{{"m", 0, 4}}));
}

BOOST_AUTO_TEST_CASE(no_message_holds_up_the_others_for_ever) {
  for (std::uint64_t i = 0; i < 2 * held_lane::waiting_max; ++i) {
    now.takes->enter({});
    now.takes->born_at(0);
    now.takes->line("t", 1, i == 0 ? "=a" : "!1");
    now.takes->covered("m" + std::to_string(i), 0, 1);
  }
  BOOST_TEST(!now.takes->wake_at());
  BOOST_TEST(now.only_chunk()->positions.size() == 2 * held_lane::waiting_max);
}

BOOST_AUTO_TEST_CASE(no_line_holds_up_what_is_covered_for_ever) {
  auto text = lines{"=a"};
  text.resize(2 * held_streams::waiting_max, "!1");
  for (std::size_t at = 0; at < text.size(); at += 100) now.read(text, at, std::min(at + 100, text.size()));
  BOOST_TEST(!now.takes->wake_at());
  BOOST_TEST(now.only_chunk()->positions.front().end == text.size() * line_bytes);
}

BOOST_AUTO_TEST_CASE(groups_that_lie_in_each_other_go_on_together) {
  const auto text = lines{"=a0", "=b1", "!2", "+a3", "=a4", "+b5"};
  now.read(text, 0, 6);
  BOOST_TEST(now.close().empty()); // b goes on, and a0 lies around its first line
  time.advance(patience);
  now.takes->flush(time.monotonic());
  const auto c = now.only_chunk();
  BOOST_TEST((texts_of(*c) == lines{"!2", "=a0 +a3", "=a4", "=b1 +b5"}));
  BOOST_TEST((born_in(*c)
              == std::vector<born_event>{{"file", 20}, {"file", 0, 0, 30}, {"file", 40}, {"file", 10, 0, 50}}));
  BOOST_TEST((c->positions == ranges{{"file", 0, 60}}));
}

BOOST_AUTO_TEST_CASE(a_group_that_a_timeout_had_cut_is_stored_and_counted_as_regrouped) {
  const auto text = lines{"=a0", "+a1", "+a2"};
  auto sink = store{};
  now.read(text, 0, 2);
  time.advance(patience);
  now.takes->flush(time.monotonic());
  sink.commit(*now.only_chunk());
  auto next = life{time, 2}; // another receiver does not have it, so it is read again
  next.read(text, 0, 3);
  next.takes->flush(monotonic_time::max());
  const auto again = next.only_chunk();
  sink.commit(*again);
  BOOST_TEST((sink.events == lines{"=a0 +a1", "=a0 +a1 +a2"}));
  BOOST_TEST(sink.regrouped == 1U);
}

void check_stored(const store& sink, const lines& text, std::uint32_t seed) {
  auto times = std::map<std::string, int>{};
  auto events = std::set<std::string>{};
  auto overlapping = std::uint64_t{0};
  for (const auto& e : sink.events) {
    BOOST_TEST_REQUIRE(events.insert(e).second, "seed " << seed << ": twice: " << e);
    auto is_new = true;
    auto words = std::istringstream{e};
    for (auto word = std::string{}; words >> word;) is_new = times[word]++ == 0 && is_new;
    overlapping += is_new ? 0 : 1;
  }
  for (const auto& line : text) BOOST_TEST_REQUIRE(times[line] > 0, "seed " << seed << ": lost: " << line);
  BOOST_TEST_REQUIRE(overlapping <= sink.regrouped, "seed " << seed);
}

// Goal: whatever is killed when, no line is lost, no event is stored twice, and lines are in two events only where that
// is counted. Method: random lines, reads, timeouts, kills, and chunks that arrive late or again.
void check_kills(std::uint32_t seed, bool has_two_channels) {
  auto random = std::mt19937{seed};
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  auto text = lines{};
  for (std::size_t i = 0; i < 40; ++i)
    text.push_back(std::string{"=+!+"}.substr(below(4), 1) + (has_two_channels && below(2) == 0 ? 'b' : 'a') + std::to_string(i));
  auto time = manual_clock{};
  auto sink = store{};
  auto under_way = std::vector<chunk_ptr>{}; // in a buffer that outlives its sender, maybe after its death only
  const auto arrive = [&] {
    if (under_way.empty()) return;
    const auto at = below(under_way.size());
    sink.commit(*under_way[at]);
    if (below(3) > 0) under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(at));
  };
  for (std::uint64_t number = 1; number < 8; ++number) {
    auto now = life{time, number};
    sink.restart();
    auto next = sink.line();
    const auto steps = number == 7 ? std::size_t{200} : below(20);
    for (std::size_t step = 0; step < steps; ++step) {
      const auto end = std::min(text.size(), next + below(6));
      if (end > next) now.read(text, next, end);
      next = end;
      if (below(3) == 0) time.advance(std::chrono::seconds{below(6)});
      now.takes->flush(time.monotonic());
      if (below(2) == 0)
        for (auto& c : now.close())
          if (number == 7 || below(4) > 0) under_way.push_back(std::move(c)); // else its receiver died with it
      if (below(2) == 0) arrive();
    }
    if (number == 7) now.takes->flush(monotonic_time::max());
    for (auto& c : now.close())
      if (number == 7 || below(2) == 0) under_way.push_back(std::move(c));
  }
  for (const auto& c : under_way) sink.commit(*c);
  check_stored(sink, text, seed);
}

BOOST_AUTO_TEST_CASE(kills_lose_no_line_and_store_no_group_twice) {
  for (auto seed = 0U; seed < 2000; ++seed) check_kills(seed, false);
}

BOOST_AUTO_TEST_CASE(so_it_is_where_groups_lie_in_each_other) {
  for (auto seed = 0U; seed < 2000; ++seed) check_kills(seed, true);
}

BOOST_AUTO_TEST_SUITE_END()
