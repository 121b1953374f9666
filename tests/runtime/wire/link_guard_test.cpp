#include "runtime/wire/link_guard.hpp"

#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;
using namespace weir::wire;

namespace {

constexpr auto sender = std::uint32_t{1};
constexpr auto receiver = std::uint32_t{2};

/// A host's, with one link of which `credit` was given.
struct host {
  link_guard guard;

  auto comes(routed_message what, bool may_send = true) -> judgement {
    return guard.judge({receiver, sender, std::move(what)}, may_send);
  }
  void goes(routed_message what) { guard.note_sent({sender, receiver, std::move(what)}); }
  void open(std::uint64_t credit) {
    BOOST_TEST((comes(open_link{7, "edge"}).is == verdict::passes));
    goes(link_feedback{7, 1, credit, false, {}, {}});
  }
};

/// A guest's: what comes is from its receiver.
struct guest {
  link_guard guard;

  auto comes(routed_message what) -> verdict { return guard.judge({sender, receiver, std::move(what)}, false).is; }
  void goes(routed_message what) { guard.note_sent({receiver, sender, std::move(what)}); }
};

auto chunks(std::size_t bytes) -> transfer_chunks { return {7, 1, {{chunk_of({1, 1}, bytes)}}}; }

} // namespace

BOOST_AUTO_TEST_SUITE(link_guards)

BOOST_AUTO_TEST_CASE(of_a_host_let_a_link_be_opened_used_and_closed) {
  auto h = host{};
  h.open(1000);
  BOOST_TEST((h.comes(chunks(500)).is == verdict::passes));
  BOOST_TEST((h.comes(probe_link{7, 1, 1}).is == verdict::passes));
  BOOST_TEST((h.comes(close_link{7, "edge", false}).is == verdict::passes));
  BOOST_TEST((h.comes(close_link{7, "edge", false}).is == verdict::passes)); // until it is confirmed
}

BOOST_AUTO_TEST_CASE(refuse_what_the_topology_does_not_place_there) {
  auto h = host{};
  BOOST_TEST(h.comes(open_link{7, "edge"}, false).why == "it may not send to this component");
  BOOST_TEST((h.comes(ask_positions{1, "edge"}, false).is == verdict::refused));
  BOOST_TEST((h.comes(ask_positions{1, "edge"}, true).is == verdict::passes));
  BOOST_TEST((h.comes(ask_had{1, {}}, false).is == verdict::refused));
  BOOST_TEST((h.comes(ask_had{1, {}}, true).is == verdict::passes));
}

BOOST_AUTO_TEST_CASE(refuse_what_belongs_to_no_link) {
  auto h = host{};
  BOOST_TEST((h.comes(chunks(500)).is == verdict::refused));
  BOOST_TEST((h.comes(probe_link{7, 1, 1}).is == verdict::refused));
  BOOST_TEST((h.comes(close_link{7, "edge", false}).is == verdict::refused));
  h.open(1000);
  h.open(1000);
  BOOST_TEST((h.comes(probe_link{6, 1, 1}).is == verdict::stale)); // of an earlier one
}

BOOST_AUTO_TEST_CASE(end_a_connection_that_sends_without_credit) {
  auto h = host{};
  h.open(1000);
  const auto large = chunks(3 << 20); // more than its window, which it may
  BOOST_TEST((h.comes(large).is == verdict::passes));
  h.guard.charge({receiver, sender, large});
  BOOST_TEST((h.comes(chunks(1)).is == verdict::broken));
  h.goes(link_feedback{7, 2, 4 << 20, false, {}, {}});
  BOOST_TEST((h.comes(chunks(1)).is == verdict::passes));
}

BOOST_AUTO_TEST_CASE(bound_the_links_of_a_connection) {
  auto guard = link_guard{};
  for (auto n = std::uint32_t{0}; n < link_guard::links_max; ++n)
    BOOST_TEST_REQUIRE((guard.judge({receiver, n, open_link{n, "edge"}}, true).is == verdict::passes));
  BOOST_TEST(guard.judge({receiver, 100'000, open_link{1, "edge"}}, true).why
             == "it has 16384 links, which is as many as may be");
  BOOST_TEST((guard.judge({receiver, 0, open_link{1, "edge"}}, true).is == verdict::passes)); // instead of its own
  guard.forget_sender(5);
  BOOST_TEST((guard.judge({receiver, 100'000, open_link{1, "edge"}}, true).is == verdict::passes));
  guard.forget_receiver(receiver);
  BOOST_TEST(guard.links() == 0U);
}

BOOST_AUTO_TEST_CASE(of_a_guest_let_come_what_answers_it) {
  auto g = guest{};
  g.goes(open_link{7, "edge"});
  BOOST_TEST((g.comes(link_feedback{7, 1, 1, false, {}, {}}) == verdict::passes));
  BOOST_TEST((g.comes(reopen_link{7}) == verdict::passes));
  BOOST_TEST((g.comes(close_link{7, "", false}) == verdict::passes));
  BOOST_TEST((g.comes(link_feedback{6, 1, 1, false, {}, {}}) == verdict::stale));
  g.goes(ask_positions{9, "edge"});
  BOOST_TEST((g.comes(known_positions{9, "core", {}}) == verdict::passes));
  BOOST_TEST((g.comes(known_positions{8, "core", {}}) == verdict::stale));
}

BOOST_AUTO_TEST_CASE(of_a_guest_refuse_feedback_of_links_that_it_did_not_open) {
  auto g = guest{};
  BOOST_TEST((g.comes(link_feedback{7, 1, 1, false, {}, {}}) == verdict::refused));
  BOOST_TEST((g.comes(reopen_link{7}) == verdict::refused));
  BOOST_TEST((g.comes(known_positions{9, "core", {}}) == verdict::refused));
}

BOOST_AUTO_TEST_SUITE_END()
