#include "runtime/flow/receiver_links.hpp"
#include "tests/runtime/flow/chunks.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

constexpr auto local_one = "core/collector/one";
constexpr auto local_two = "core/collector/two";
constexpr auto remote_one = "edge-1/collector/one";
constexpr auto remote_two = "edge-2/collector/one";

struct receiver {
  inlet in{inlet_settings{}};
  receiver_links links{in};
  std::vector<std::string> local = {local_one, local_two};

  void open(std::uint64_t link, std::string sender) { links.on_open({link, std::move(sender)}, link); }
  void finish(std::uint64_t link, std::string sender) {
    links.on_close({link, std::move(sender), true}, link);
  }
  auto is_done(ending how) -> bool { return links.is_done(local, how); }
  /// The links that were told to send nothing new since the last call.
  auto told_to_leave() -> std::vector<std::uint64_t> {
    auto told = std::vector<std::uint64_t>{};
    for (const auto& n : links.take_outgoing())
      if (const auto* note = std::get_if<link_feedback>(&n.what); note != nullptr && note->leaving)
        told.push_back(note->link);
    std::sort(told.begin(), told.end());
    return told;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(receivers)

BOOST_AUTO_TEST_CASE(do_not_take_finished_remote_senders_for_missing_local_ones) {
  auto r = receiver{};
  r.open(1, local_one);
  r.open(2, remote_one);
  r.open(3, remote_two);
  r.finish(2, remote_one);
  r.finish(3, remote_two);
  BOOST_TEST(!r.is_done(ending::drained));
  BOOST_TEST(r.told_to_leave().empty()); // it still takes what its own node sends
  r.finish(1, local_one);
  BOOST_TEST(!r.is_done(ending::drained));
  BOOST_TEST(!r.is_done(ending::with_its_senders));
  r.finish(4, local_two);
  BOOST_TEST(r.is_done(ending::drained));
  BOOST_TEST(r.is_done(ending::with_its_senders));
}

BOOST_AUTO_TEST_CASE(are_drained_when_their_own_node_is_and_send_the_others_elsewhere) {
  auto r = receiver{};
  r.open(1, local_one);
  r.open(2, local_two);
  r.open(3, remote_one);
  r.finish(1, local_one);
  r.finish(2, local_two);
  BOOST_TEST(!r.is_done(ending::drained));
  BOOST_TEST((r.told_to_leave() == std::vector<std::uint64_t>{3}));
  r.open(4, remote_two); // who comes late is told at once
  BOOST_TEST((r.told_to_leave() == std::vector<std::uint64_t>{4}));
  r.links.on_close({3, remote_one, false}, 3); // it has all its acks and goes
  r.links.on_close({4, remote_two, false}, 4);
  BOOST_TEST(r.is_done(ending::drained));
}

BOOST_AUTO_TEST_CASE(with_remote_senders_alone_wait_for_one_only_to_end_with_them) {
  auto r = receiver{};
  r.local.clear();
  BOOST_TEST(r.is_done(ending::drained));
  BOOST_TEST(!r.is_done(ending::with_its_senders));
  r.open(1, remote_one);
  BOOST_TEST(!r.is_done(ending::with_its_senders));
  r.finish(1, remote_one);
  BOOST_TEST(r.is_done(ending::with_its_senders));
}

BOOST_AUTO_TEST_CASE(wait_for_a_local_sender_that_opens_again) {
  auto r = receiver{};
  r.local = {local_one};
  r.open(1, local_one);
  r.finish(1, local_one);
  r.open(2, local_one); // made anew by its supervisor
  BOOST_TEST(!r.is_done(ending::drained));
  r.finish(2, local_one);
  BOOST_TEST(r.is_done(ending::drained));
}

BOOST_AUTO_TEST_CASE(bound_the_links_of_one_actor_and_take_the_next_when_one_has_gone) {
  auto r = receiver{};
  constexpr auto guest = std::uint64_t{9};
  const auto open = [&](std::uint64_t link) {
    return r.links.on_open({link, "edge-1/collector/" + std::to_string(link)}, guest);
  };
  auto told = 0;
  for (auto link = std::uint64_t{1}; link <= 1000; ++link)
    if (!open(link).empty()) ++told;
  BOOST_TEST(r.in.links() == receiver_links::links_of_one_max);
  BOOST_TEST(told == 10); // of 936 refusals
  r.links.on_close({1, "edge-1/collector/1", true}, guest);
  BOOST_TEST(open(2000).empty());
  BOOST_TEST(r.in.links() == receiver_links::links_of_one_max);
  r.open(3000, local_one); // others have theirs
  BOOST_TEST(r.in.links() == receiver_links::links_of_one_max + 1);
}

BOOST_AUTO_TEST_SUITE_END()
