#include "actors/collectors/collector_core.hpp"
#include "runtime/codec/chunk_codec.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// Two receivers with room; the second one has [100, 200) and [300, 400) of the stream already.
struct core_fixture {
  manual_clock time;
  collector_core core{7, "edge/collector/log", {outlet_settings{}, outlet_settings{}}};

  core_fixture() {
    for (std::size_t i = 0; i < 2; ++i) {
      core.flow.at(i).peer_up(i + 1, "receiver");
      core.flow.at(i).grant(i + 1, 1 << 20);
    }
    auto known = resume_info{};
    known.partly = {{"s", 100, 200}, {"s", 300, 400}};
    core.resume(known, {{}, known.partly});
    (void)core.begin_again();
  }

  void read(std::uint64_t begin, std::uint64_t end) {
    core.builder.begin("tag").append("event");
    core.builder.finish(0);
    core.builder.covered("s", begin, end);
    core.at_save_point({"s", begin, end});
  }
  /// What goes to a receiver, as [begin, end) of each chunk; those that are read again with a minus.
  auto sent_to(std::size_t outlet) -> std::vector<std::pair<std::int64_t, std::uint64_t>> {
    auto all = std::vector<std::pair<std::int64_t, std::uint64_t>>{};
    for (const auto& t : core.flow.at(outlet).poll(time.monotonic()))
      for (const auto& c : t.chunks) {
        const auto begin = static_cast<std::int64_t>(c->positions.front().begin);
        all.emplace_back(c->is_reread ? -begin : begin, c->positions.back().end);
      }
    return all;
  }
};

using sent = std::vector<std::pair<std::int64_t, std::uint64_t>>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(collector_cores, core_fixture)

BOOST_AUTO_TEST_CASE(send_what_some_receivers_have_only_to_the_others) {
  for (auto at = std::uint64_t{0}; at < 500; at += 50) read(at, at + 50);
  core.close_chunk(time);
  BOOST_TEST((sent_to(0)
              == sent{{0, 100}, {-100, 150}, {-150, 200}, {200, 300}, {-300, 350}, {-350, 400}, {400, 500}}));
  BOOST_TEST((sent_to(1) == sent{{0, 100}, {200, 300}, {400, 500}}));
  BOOST_TEST(!core.is_catching_up());
}

BOOST_AUTO_TEST_CASE(know_what_some_receivers_have_however_long_it_takes_to_come_to_it) {
  read(0, 100);
  core.close_chunk(time);
  time.advance(24h);
  read(100, 200);
  core.close_chunk(time);
  BOOST_TEST((sent_to(0) == sent{{0, 100}, {-100, 200}}));
  BOOST_TEST((sent_to(1) == sent{{0, 100}}));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(chunking_intakes)

BOOST_AUTO_TEST_CASE(drop_an_event_that_no_chunk_can_hold_and_go_on) {
  auto builder = chunk_builder{};
  auto counts = intake_counts{};
  auto letters = unkept_letters{};
  auto intake = chunking_intake{intake_settings{}, plugin_context{}, builder, counts, letters};
  intake.line("a", 1, std::string(event_bytes_max, 'x'));
  intake.line("a", 2, "next");
  BOOST_TEST(counts.dropped["too large"] == 1U);
  BOOST_TEST(builder.events() == 1U);
  // Half a limit twice: what lies between two save points is one chunk.
  for (auto i = 0; i < 2; ++i) intake.line("a", 3, std::string(event_bytes_max / 2, 'x'));
  BOOST_TEST(counts.dropped["too large"] == 2U);
  intake.covered("file", 0, 10);
  intake.line("a", 4, std::string(event_bytes_max / 2, 'x'));
  intake.covered("file", 10, 20);
  BOOST_TEST(counts.dropped["too large"] == 2U);
  for (const auto& c : builder.take(1 << 20)) BOOST_TEST(encode_chunk_head(*c).size() + c->body.size() < chunk_bytes_max);
}

BOOST_AUTO_TEST_SUITE_END()
