#include "actors/collectors/collector_core.hpp"

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
