#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_client.hpp"
#include "runtime/event/msgpack_skipper.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using namespace weir::pack;

namespace {

auto failure_of(std::string_view root) -> errc {
  const auto decoded = decode_forward(root);
  BOOST_REQUIRE(!decoded);
  return decoded.failure().code;
}

} // namespace

BOOST_AUTO_TEST_SUITE(forward_message_)

BOOST_AUTO_TEST_CASE(the_type_of_element_one_decides_the_mode) {
  const auto entries = event_entry(1'700'000'000, "a");
  const auto forward = array({str("t"), array({entries})});
  auto decoded = decode_forward(forward);
  BOOST_REQUIRE(static_cast<bool>(decoded));
  BOOST_TEST((decoded->mode == forward_mode::entries));
  BOOST_TEST(decoded->count == 1U);
  BOOST_TEST((decoded->entries == entries));
  for (const auto& payload : {str(entries), bin(entries)}) {
    const auto root = array({bin("t"), payload, nil()});
    decoded = decode_forward(root);
    BOOST_REQUIRE(static_cast<bool>(decoded));
    BOOST_TEST((decoded->mode == forward_mode::packed));
    BOOST_TEST(decoded->tag == "t");
    BOOST_TEST((decoded->entries == entries));
  }
  for (const auto& when : {integer(1), event_time(1), real(1.5), nil(), boolean(true)}) {
    const auto root = array({str("t"), when, record("m")});
    decoded = decode_forward(root);
    BOOST_REQUIRE(static_cast<bool>(decoded));
    BOOST_TEST((decoded->mode == forward_mode::message));
    BOOST_TEST((decoded->time == when && decoded->record == record("m")));
  }
}

BOOST_AUTO_TEST_CASE(a_chunk_id_is_echoed_byte_for_byte_in_its_own_type) {
  for (const auto& id : {str("abc=="), bin("abc=="), std::string{"\xd9\x01x"}}) {
    const auto root = array({str("t"), integer(1), record("m"), map({{"chunk", id}})});
    const auto decoded = decode_forward(root);
    BOOST_REQUIRE(static_cast<bool>(decoded));
    auto ack = byte_buffer{};
    append_forward_ack(ack, decoded->option.chunk);
    BOOST_TEST((ack.view()
                == "\x81\xa3"
                   "ack"
                       + id));
  }
}

BOOST_AUTO_TEST_CASE(options_may_be_missing_nil_empty_or_unknown) {
  const auto options = {map({}), nil(),
                        map({{"size", integer(4)}, {"who", array({nil()})}, {"chunk", nil()}})};
  for (const auto& option : options) {
    const auto root = array({str("t"), integer(1), record("m"), option});
    const auto decoded = decode_forward(root);
    BOOST_REQUIRE(static_cast<bool>(decoded));
    BOOST_TEST(decoded->option.chunk.empty());
    BOOST_TEST(decoded->option.signal == 0);
  }
}

BOOST_AUTO_TEST_CASE(signal_and_metadata_are_read_from_the_option) {
  const auto option = map({{"fluent_signal", integer(2)}, {"metadata", map({{"k", str("v")}})}});
  const auto root = array({str("t"), integer(1), record("m"), option});
  const auto decoded = decode_forward(root);
  BOOST_REQUIRE(static_cast<bool>(decoded));
  BOOST_TEST(decoded->option.signal == 2);
  BOOST_TEST((decoded->option.metadata == map({{"k", str("v")}})));
}

BOOST_AUTO_TEST_CASE(what_is_no_message_is_told_from_what_is_damaged) {
  for (const auto& root : {integer(7), str("GET"), map({}), array({}), array({str("t")}),
                           array({str("t"), integer(1)}), array({integer(1), integer(1), record("m")})})
    BOOST_TEST((failure_of(root) == errc::rejected));
  // A tag that can never be taken is a message all the same: it is acked and counted.
  BOOST_TEST(bool{decode_forward(array({str(std::string(5000, 't')), integer(1), record("m")}))});
  for (const auto& option :
       {str("x"), map({{"chunk", integer(1)}}), map({{"chunk", str(std::string(5000, 'c'))}})})
    BOOST_TEST((failure_of(array({str("t"), integer(1), record("m"), option})) == errc::malformed));
}

BOOST_AUTO_TEST_CASE(the_magic_number_wins_over_the_name_of_the_compression) {
  const auto entries = event_entry(1'700'000'000, "a");
  for (const auto method : {compression::none, compression::gzip, compression::zstd})
    for (const auto* name : {"text", "gzip", "zstd", "unheard-of"}) {
      auto payload = byte_buffer{};
      BOOST_REQUIRE(static_cast<bool>(compress(method, entries, payload)));
      const auto root = array({str("t"), bin(payload.view()), map({{"compressed", str(name)}})});
      const auto decoded = decode_forward(root);
      BOOST_REQUIRE(static_cast<bool>(decoded));
      auto scratch = byte_buffer{};
      const auto unpacked = unpack_payload(*decoded, 1 << 20, scratch);
      BOOST_REQUIRE(static_cast<bool>(unpacked));
      BOOST_TEST((*unpacked == entries));
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_root_object_is_found_however_it_is_cut) {
  const auto root = array({str("t"), array({event_entry(1, "a"), event_entry(2, std::string(400, 'b'))}),
                           map({{"chunk", str("c")}})});
  auto skipper = msgpack_skipper{};
  for (std::size_t size = 0; size < root.size(); ++size) {
    BOOST_TEST(
        (skipper.resume(std::string_view{root}.substr(0, size)) == msgpack_skipper::progress::incomplete));
    BOOST_TEST(skipper.wanted() <= root.size());
    BOOST_TEST(skipper.wanted() > size);
  }
  BOOST_TEST((skipper.resume(root + "next") == msgpack_skipper::progress::complete));
  BOOST_TEST(skipper.size() == root.size());
  skipper.reset();
  BOOST_TEST((skipper.resume("\x92\xa1t\xc1") == msgpack_skipper::progress::malformed));
}

BOOST_AUTO_TEST_CASE(a_declared_size_is_known_before_its_bytes_arrive) {
  auto skipper = msgpack_skipper{};
  BOOST_TEST((skipper.resume("\x92\xa1t\xc6\xff\xff\xff\xff") == msgpack_skipper::progress::incomplete));
  BOOST_TEST(skipper.wanted() == 8 + 0xffffffffULL);
}

BOOST_AUTO_TEST_CASE(what_the_client_sends_is_what_the_server_reads) {
  const auto entries = event_entry(1'700'000'000, "a") + event_entry(1'700'000'001, "b");
  for (const auto method : {compression::none, compression::gzip, compression::zstd}) {
    const auto id = make_forward_chunk_id();
    BOOST_TEST(id.size() == 24U);
    BOOST_TEST(id.ends_with("=="));
    auto out = byte_buffer{};
    BOOST_REQUIRE(static_cast<bool>(append_packed_forward(out, {"t", entries, 2, id, method})));
    const auto decoded = decode_forward(out.view());
    BOOST_REQUIRE(static_cast<bool>(decoded));
    auto scratch = byte_buffer{};
    BOOST_TEST((*unpack_payload(*decoded, 1 << 20, scratch) == entries));
    auto ack = byte_buffer{};
    append_forward_ack(ack, decoded->option.chunk);
    BOOST_TEST(static_cast<bool>(check_ack(ack.view(), id)));
    BOOST_TEST(!check_ack(ack.view(), "other"));
    BOOST_TEST(!check_ack("\x80", id));
  }
}

BOOST_AUTO_TEST_SUITE_END()
