#include "runtime/cluster/gossip_codec.hpp"

#include "tests/runtime/cluster/members.hpp"
#include "tests/simulation/seeded.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace weir::test;

namespace {

auto full_gossip() -> gossip {
  auto m = member_named("core-1", true, {7, 8});
  m.state = member_state::draining;
  m.address = "10.0.0.2:7400";
  m.zone = "z1";
  m.components = {"buffer", "archive"};
  m.topology = 99;
  auto g = gossip{};
  g.digest = std::vector<std::uint64_t>(member_buckets, 0x0123456789ABCDEF);
  g.differing = {1, 2, 63};
  g.known = {{"a", {1, 2}, member_state::down}, {"b", {3, 4}, member_state::left}};
  g.wanted = {"c", "d"};
  g.members = {m, member_named("edge-1", false)};
  g.clock_ns = wall_start;
  return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(encoded_gossip)

BOOST_AUTO_TEST_CASE(comes_back_as_it_was) {
  const auto bytes = encode_gossip(full_gossip());
  const auto back = decode_gossip(bytes);
  BOOST_TEST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST(encode_gossip(*back) == bytes);
  BOOST_TEST((back->differing == full_gossip().differing));
  BOOST_TEST((back->wanted == full_gossip().wanted));
  BOOST_TEST((back->known[0].state == member_state::down));
  BOOST_TEST((back->known[1].version == member_version{3, 4}));
  const auto& m = back->members[0];
  BOOST_TEST(m.node == "core-1");
  BOOST_TEST((m.state == member_state::draining));
  BOOST_TEST((m.components == std::vector<std::string>{"buffer", "archive"}));
  BOOST_TEST(m.serves);
  BOOST_TEST(m.topology == 99U);
  BOOST_TEST(!back->members[1].serves);
  BOOST_TEST(back->clock_ns == wall_start);
}

BOOST_AUTO_TEST_CASE(is_laid_out_as_its_header_says) {
  auto g = gossip{};
  g.known = {{"a", {2, 3}, member_state::left}};
  g.clock_ns = 4;
  using namespace std::string_literals;
  const auto want = "\0\0\0\0"s "\0\0\0\0"s "\1\0\0\0"s "\1\0\0\0a"s "\2\0\0\0\0\0\0\0"s "\3\0\0\0\0\0\0\0"s "\3"s
                    "\0\0\0\0"s "\0\0\0\0"s "\4\0\0\0\0\0\0\0"s;
  BOOST_TEST(encode_gossip(g) == want);
}

BOOST_AUTO_TEST_CASE(may_be_followed_by_what_a_later_version_adds) {
  BOOST_TEST(static_cast<bool>(decode_gossip(encode_gossip(full_gossip()) + "more")));
}

BOOST_AUTO_TEST_CASE(cut_anywhere_is_refused) {
  const auto bytes = encode_gossip(full_gossip());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    BOOST_TEST(!decode_gossip(std::string_view{bytes}.substr(0, size)));
}

BOOST_AUTO_TEST_CASE(that_declares_more_than_it_has_is_refused) {
  const auto most = std::string(4, '\xff');
  for (std::size_t lists = 0; lists < 5; ++lists) BOOST_TEST(!decode_gossip(std::string(4 * lists, '\0') + most));
}

BOOST_AUTO_TEST_CASE(damaged_anywhere_or_made_up_harms_nobody) {
  auto random = seeded{1};
  const auto good = encode_gossip(full_gossip());
  for (auto turn = 0; turn < 20'000; ++turn) {
    auto bytes = good;
    bytes[random.next() % bytes.size()] = static_cast<char>(random.next());
    (void)decode_gossip(bytes);
    auto noise = std::string(random.next() % 200, '\0');
    for (auto& c : noise) c = random.one_in(2) ? '\0' : static_cast<char>(random.next());
    if (const auto g = decode_gossip(noise)) BOOST_TEST(encode_gossip(*g).size() <= noise.size());
  }
}

BOOST_AUTO_TEST_SUITE_END()
