#include "actors/sinks/forward/packets.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_identity.hpp"
#include "tests/support/store_contract.hpp"

#include <set>

using namespace weir;
using namespace weir::test;

namespace {

constexpr auto second_ns = std::int64_t{1'000'000'000};

auto rules_of(std::string component = "s") -> forward_packet_rules {
  return {component, tag_text{"{tag}", "n", component}, compression::none, true, false, std::size_t{1} << 20};
}

auto packets_of(const std::vector<chunk_ptr>& chunks, const forward_packet_rules& rules = rules_of()) -> std::deque<forward_packet> {
  const auto all = tag_pattern{};
  auto done = committed{};
  auto wanted = new_events{};
  for (const auto& c : chunks) wanted.push_back(all_of(*c));
  auto made = make_packets({chunks, all}, wanted, rules, done);
  BOOST_REQUIRE(static_cast<bool>(made));
  BOOST_TEST(done.refused.empty());
  return std::move(*made);
}

auto wire_of(const forward_packet& p) -> std::string {
  auto bytes = std::string{p.head.view()};
  for (const auto piece : p.entries) bytes += piece;
  return bytes.append(p.option.view());
}

/// "tag: n n n" of the message that a receiver sees.
auto read_back(const forward_packet& p) -> std::string {
  const auto wire = wire_of(p);
  const auto message = decode_forward(wire);
  BOOST_REQUIRE(static_cast<bool>(message));
  auto scratch = byte_buffer{};
  const auto payload = unpack_payload(*message, std::size_t{1} << 30, scratch);
  BOOST_REQUIRE(static_cast<bool>(payload));
  auto text = std::string{message->tag} + ':';
  auto reader = entry_reader{*payload};
  for (auto e = entry{}; reader.next(e);) {
    auto n = std::int64_t{0};
    BOOST_REQUIRE(msgpack_reader{find_field(e.record, "n")}.integer(n));
    text += ' ' + std::to_string(n);
  }
  BOOST_TEST(!reader.failed());
  return text;
}

auto ids_of(const std::deque<forward_packet>& packets) -> std::set<std::string> {
  auto ids = std::set<std::string>{};
  for (const auto& p : packets) ids.insert(p.id);
  return ids;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_packets)

BOOST_AUTO_TEST_CASE(events_of_one_tag_of_a_chunk_are_one_message) {
  const auto c = make_chunk({numbered("a", 0, 2), numbered("b", 2, 4), numbered("a", 4, 6)});
  const auto next = make_chunk({numbered("a", 6, 7)});
  const auto packets = packets_of({c, next});
  BOOST_REQUIRE(packets.size() == 3U);
  BOOST_TEST(read_back(packets[0]) == "a: 0 1 4 5");
  BOOST_TEST(read_back(packets[1]) == "b: 2 3");
  BOOST_TEST(read_back(packets[2]) == "a: 6");
  BOOST_TEST(ids_of(packets).size() == 3U);
}

BOOST_AUTO_TEST_CASE(entries_are_not_copied) {
  const auto c = make_chunk({numbered("a", 0, 5)});
  const auto packets = packets_of({c});
  BOOST_REQUIRE(packets.size() == 1U);
  BOOST_REQUIRE(packets[0].entries.size() == 1U);
  BOOST_TEST(packets[0].entries[0].data() == c->body.view().data());
}

BOOST_AUTO_TEST_CASE(an_id_is_the_same_whenever_its_chunk_comes_and_of_the_kind_that_everybody_knows_again) {
  const auto c = make_chunk({numbered("a", 0, 5), numbered("b", 5, 9)}, 77);
  const auto other = make_chunk({numbered("a", 0, 5)}, 78);
  const auto alone = packets_of({c});
  const auto behind = packets_of({other, c});
  BOOST_TEST(alone[0].id == behind[1].id);
  BOOST_TEST(alone[1].id == behind[2].id);
  BOOST_TEST(alone[0].id != behind[0].id);
  for (const auto& p : behind) BOOST_CHECK(kind_of_forward_id(p.id) == forward_id_kind::unique);
}

BOOST_AUTO_TEST_CASE(two_sinks_give_one_chunk_two_ids) {
  const auto c = make_chunk({numbered("a", 0, 5)}, 77);
  BOOST_TEST(packets_of({c}, rules_of("x"))[0].id != packets_of({c}, rules_of("y"))[0].id);
}

BOOST_AUTO_TEST_CASE(derived_ids_never_look_like_a_second_and_a_number) {
  for (auto i = 0; i < 2000; ++i) BOOST_TEST_REQUIRE((kind_of_forward_id(derive_forward_id(std::to_string(i))) == forward_id_kind::unique));
  BOOST_TEST(derive_forward_id("x") == derive_forward_id("x"));
}

BOOST_AUTO_TEST_CASE(what_is_too_much_for_a_message_is_several_always_the_same) {
  const auto c = make_chunk({numbered("a", 0, 10)}, 77);
  auto rules = rules_of();
  rules.bytes_max = 4 * c->body.size() / 10;
  const auto packets = packets_of({c}, rules);
  BOOST_REQUIRE(packets.size() == 3U);
  BOOST_TEST(read_back(packets[0]) == "a: 0 1 2 3");
  BOOST_TEST(read_back(packets[2]) == "a: 8 9");
  BOOST_CHECK(ids_of(packets) == ids_of(packets_of({c}, rules)));
  BOOST_TEST(ids_of(packets).size() == 3U);
  rules.bytes_max = 1; // an event is never cut
  BOOST_TEST(packets_of({c}, rules).size() == 10U);
}

BOOST_AUTO_TEST_CASE(the_option_says_how_many_which_and_how_compressed) {
  const auto c = make_chunk({numbered("a", 0, 300)});
  for (const auto method : {compression::none, compression::gzip, compression::zstd}) {
    auto rules = rules_of();
    rules.compress = method;
    const auto packets = packets_of({c}, rules);
    BOOST_TEST(read_back(packets[0]) == read_back(packets_of({c})[0]));
    const auto option = packets[0].option.view();
    auto size = std::int64_t{0};
    BOOST_TEST(msgpack_reader{find_field(option, "size")}.integer(size));
    BOOST_TEST(size == 300);
    auto id = std::string_view{};
    BOOST_TEST(msgpack_reader{find_field(option, "chunk")}.str(id));
    BOOST_TEST(id == packets[0].id);
    auto compressed = std::string_view{};
    BOOST_TEST(msgpack_reader{find_field(option, "compressed")}.str(compressed) == (method != compression::none));
    BOOST_TEST(compressed == (method == compression::none ? "" : method == compression::gzip ? "gzip" : "zstd"));
    BOOST_TEST((method == compression::none || wire_of(packets[0]).size() < c->body.size()));
  }
}

BOOST_AUTO_TEST_CASE(without_acks_there_is_no_id) {
  auto rules = rules_of();
  rules.wants_acks = false;
  const auto c = make_chunk({numbered("a", 0, 2)});
  const auto packets = packets_of({c}, rules);
  BOOST_TEST(packets[0].id.empty());
  BOOST_TEST(find_field(packets[0].option.view(), "chunk").empty());
}

BOOST_AUTO_TEST_CASE(times_can_be_whole_seconds) {
  auto rules = rules_of();
  rules.time_as_integer = true;
  const auto c = make_chunk({{"a", entry_of(5 * second_ns + 7, record("n", 1)) + entry_of(6 * second_ns, record("n", 2)), 2}});
  const auto packets = packets_of({c}, rules);
  BOOST_TEST(read_back(packets[0]) == "a: 1 2");
  BOOST_TEST(packets[0].entries[0].substr(0, 2) == "\x92\x05");
}

BOOST_AUTO_TEST_CASE(tags_are_rewritten_and_are_text) {
  auto rules = rules_of("out");
  rules.tag = tag_text{"{node}.{component}.{tag}", "n1", "out"};
  const auto c = make_chunk({numbered("web", 0, 1), numbered("\xff", 0, 1)});
  BOOST_TEST(read_back(packets_of({c}, rules)[0]) == "n1.out.web: 0");
  const auto broken = packets_of({c})[1].tag;
  BOOST_TEST(broken.find('\xff') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_tag_text_names_only_what_is_known) {
  for (const auto* good : {"{tag}", "a", "x.{tag}", "{node}{component}{tag}"}) BOOST_TEST(problem_of_tag_text(good) == "");
  BOOST_TEST(problem_of_tag_text("{host}") == "\"tag\" has \"{host}\", and only {tag}, {node} and {component} are known");
  for (const auto* bad : {"", "{", "a}", "{tag", "{{tag}}"}) BOOST_TEST(problem_of_tag_text(bad) != "");
}

BOOST_AUTO_TEST_SUITE_END()
