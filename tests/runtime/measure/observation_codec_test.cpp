#include "runtime/measure/observation_codec.hpp"

#include "runtime/base/fields.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

/// Every figure another number, and something of everything else.
auto sample() -> observation {
  auto o = observation{};
  static_cast<actor_identity&>(o) = {"core-1/sink/files", "files", "sink", "file"};
  auto next = std::uint64_t{1};
  for (const auto& m : sink_measures)
    if (m.value != nullptr) o.*m.value = next++;
  o.commit_ns.add(5'000'000);
  o.commit_ns.add(7'000);
  o.state = "running";
  o.answers = false;
  o.seen_ns = 77;
  o.detail = "2 files";
  o.last_error = "no space left";
  o.last_error_ns = -5;
  o.problems = {"a", "b"};
  o.files = {{"/a.log", 3, 10, -4, "gone"}, {"/b.log", 1, 2, 3, ""}};
  o.files_left_out = 8;
  o.senders = {"edge-1/collector/logs"};
  o.senders_left_out = 9;
  o.links = {{"core-1/destination_aggregator/core", 1 << 20, 500, 7}, {"core-2/destination_aggregator/core", 0, 0, 0}};
  o.links_left_out = 10;
  o.busy_with = "commit";
  o.busy_with_ns = 12'000'000'000;
  o.dropped = {{"filtered", 3}, {"too large", 4}};
  o.noted = {{"regrouped", 5}};
  return o;
}

void check_same(const observation& a, const observation& b) {
  for (const auto& m : measures_of(a.tier)) {
    if (m.value != nullptr) BOOST_TEST((a.*m.value == b.*m.value), m.name);
    if (m.spread != nullptr) BOOST_TEST((a.*m.spread).words() == (b.*m.spread).words(), boost::test_tools::per_element());
  }
  for (const auto& c : counts_measures) BOOST_CHECK(a.*c.counts == b.*c.counts);
  BOOST_CHECK(static_cast<const actor_texts&>(a) == static_cast<const actor_texts&>(b));
  BOOST_TEST(a.address + a.component + a.tier + a.type + a.state == b.address + b.component + b.tier + b.type + b.state);
  BOOST_TEST(a.answers == b.answers);
  BOOST_TEST(a.seen_ns == b.seen_ns);
  BOOST_TEST(a.busy_with == b.busy_with);
  BOOST_TEST(a.busy_with_ns == b.busy_with_ns);
}

/// A field of a later node's: its length and a text of its own.
auto later_field(std::uint16_t type, std::string_view name) -> std::string {
  auto bytes = std::string{};
  put_text(bytes, name);
  put_number(bytes, std::uint64_t{42});
  auto out = std::string{};
  put_field(out, type, bytes);
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(observations_as_bytes)

BOOST_AUTO_TEST_CASE(are_read_as_they_were_written) {
  auto other = observation{};
  other.tier = "collector";
  other.events_in = 5;
  const auto read = decode_observations(encode_observations({sample(), other}));
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->size() == 2U);
  check_same((*read)[0], sample());
  check_same((*read)[1], other);
  BOOST_TEST(decode_observations({})->empty());
}

BOOST_AUTO_TEST_CASE(may_have_measures_and_parts_that_are_not_known_yet) {
  const auto plain = encode_observations({sample()});
  auto actor = plain.substr(6); // behind type and size
  for (const auto type : {2, 3, 4, 99}) actor += later_field(static_cast<std::uint16_t>(type), "later");
  auto bytes = std::string{};
  put_field(bytes, 1, actor);
  bytes += later_field(7, "of a node");
  const auto read = decode_observations(bytes);
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->size() == 1U);
  check_same(read->front(), sample());
}

BOOST_AUTO_TEST_CASE(that_are_cut_are_none) {
  const auto bytes = encode_observations({sample()});
  for (std::size_t size = 1; size < bytes.size(); ++size)
    BOOST_TEST(!decode_observations(std::string_view{bytes}.substr(0, size)));
  for (const auto type : {1, 2, 4, 5, 6, 7}) { // whole fields of which something is missing inside
    auto actor = std::string{};
    auto whole = std::string{};
    put_field(actor, static_cast<std::uint16_t>(type), "\x07");
    put_field(whole, 1, actor);
    BOOST_TEST(!decode_observations(whole));
  }
}

BOOST_AUTO_TEST_CASE(that_are_damaged_are_read_or_not_and_stay_bounded) {
  const auto bytes = encode_observations({sample()});
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const auto to : {'\0', '\x7f', '\xff'}) {
      auto damaged = bytes;
      damaged[at] = to;
      const auto read = decode_observations(damaged);
      if (read) BOOST_TEST(read->size() <= 1U);
    }
}

BOOST_AUTO_TEST_CASE(tell_of_no_more_than_an_actor_may) {
  auto o = sample();
  for (auto i = 0; i < 3000; ++i) {
    o.senders.push_back("s" + std::to_string(i));
    o.files.push_back({"f" + std::to_string(i), 0, 0, 0, ""});
    o.dropped.emplace("r" + std::to_string(i), 1);
  }
  const auto read = decode_observations(encode_observations({o}));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->front().senders.size() == senders_told_max);
  BOOST_TEST(read->front().files.size() == files_told_max);
  BOOST_TEST(read->front().dropped.size() == count_rows::rows_max);
}

BOOST_AUTO_TEST_SUITE_END()
