#include "runtime/wire/frame_reader.hpp"

#include "runtime/base/binary.hpp"
#include "tests/runtime/flow/chunks.hpp"
#include "tests/support/pack.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <random>

using namespace weir;
using namespace weir::test;
using namespace weir::wire;
using namespace std::string_literals;

namespace {

struct keeper final : frame_taker {
  std::vector<frame> frames;
  std::vector<frame_header> headers;
  bool wants_transfers = true;

  auto on_header(const frame_header& header) -> result<void> override {
    headers.push_back(header);
    return {};
  }
  auto on_transfer(const routed&) -> result<bool> override { return wants_transfers; }
  auto on_frame(frame&& whole) -> result<void> override {
    frames.push_back(std::move(whole));
    return {};
  }
};

struct reading {
  keeper kept;
  buffer_pool bodies{4, 1 << 20};
  frame_reader reader{kept, bodies};
  std::size_t room_max = 0;

  /// At most `step` bytes at a time; the error it ended with, if any.
  auto read(std::string_view bytes, std::size_t step = SIZE_MAX) -> std::string {
    while (!bytes.empty()) {
      const auto to = reader.room();
      room_max = std::max(room_max, to.first_bytes + to.second_bytes);
      const auto size = std::min({bytes.size(), step, to.first_bytes + to.second_bytes});
      const auto first = std::min(size, to.first_bytes);
      std::memcpy(to.first, bytes.data(), first);
      if (size > first) std::memcpy(to.second, bytes.data() + first, size - first);
      bytes.remove_prefix(size);
      if (const auto done = reader.take(size); !done) return done.failure().what;
    }
    return {};
  }
  template <class T> auto the() -> const T& {
    BOOST_TEST_REQUIRE(kept.frames.size() == 1U);
    return std::get<T>(kept.frames.front());
  }
};

auto bytes_of(const frame& f) -> std::string {
  auto bytes = std::string{};
  for (const auto& p : encode(f)) bytes += p.bytes;
  return bytes;
}

auto whole_chunk(chunk_id id, std::size_t bytes) -> chunk_ptr {
  auto c = std::make_shared<chunk>(*chunk_of(id, bytes));
  c->sections = {{"t", 1, static_cast<std::uint32_t>(c->body.size())}};
  return c;
}

auto transfer(std::vector<wire_chunk> chunks) -> frame {
  return routed{5, 6, transfer_chunks{7, 3, std::move(chunks)}};
}

auto header(std::uint8_t type, std::uint32_t length, std::uint8_t flags = 0) -> std::string {
  auto bytes = std::string{"\x57\x02"};
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  put_number(bytes, length);
  return bytes;
}

auto all_kinds() -> std::vector<frame> {
  return {hello{5, "shop", "edge-1", 7, {"edge"}},
          welcome{"core-1", "", 8, {{1, "core-1/sink/files", "files"}}},
          members{{{1, "core-1/sink/files", "files"}, {2, "core-1/sink/more", "more"}}},
          pulse{"edge-1", 7},
          bye{"it ends"},
          gone{4},
          observe{9},
          observed{9, "", std::string(100'000, 'f')},
          gossip{std::string(3000, 'g')},
          routed{1, 2, open_link{3, "edge-1/collector/logs"}},
          transfer({{whole_chunk({1, 2}, 400)}, {whole_chunk({1, 3}, 900'000)}}),
          routed{1, 2, link_feedback{1, 2, 3, true, {{4, 5}}, {{4, 1, 3}}}},
          routed{1, 2, probe_link{1, 2, 3}},
          routed{1, 2, reopen_link{1}},
          routed{1, 2, close_link{1, "edge/collector/x", true}},
          routed{1, 2, ask_positions{1, "edge/collector/x"}},
          routed{1, 2, ask_had{1, {{4, 1, 3}}}},
          routed{1, 2, known_had{1, {{4, 2, 2}}}},
          routed{1, 2, known_positions{1, "core", {{"file", 0, 7}}, {{"other", 1, 2}}, {{"third", 3, 4}}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_AUTO_TEST_CASE(of_all_kinds_come_back_however_they_are_cut) {
  for (const auto step : {std::size_t{1}, std::size_t{13}, std::size_t{5000}, SIZE_MAX}) {
    auto all = std::string{};
    auto wanted = std::vector<std::string>{};
    for (const auto& f : all_kinds()) all += wanted.emplace_back(bytes_of(f));
    auto r = reading{};
    BOOST_TEST(r.read(all, step) == "");
    BOOST_TEST_REQUIRE(r.kept.frames.size() == wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
      BOOST_TEST((bytes_of(r.kept.frames[i]) == wanted[i]), "frame " << i << ", step " << step);
  }
}

BOOST_AUTO_TEST_CASE(do_not_copy_the_bodies_of_chunks) {
  const auto c = whole_chunk({1, 2}, 50'000);
  const auto pieces = encode(transfer({{c}}));
  BOOST_TEST_REQUIRE(pieces.size() == 2U);
  BOOST_TEST((pieces[1].bytes.data() == c->body.view().data()));
}

BOOST_AUTO_TEST_CASE(are_read_into_little_room_and_bodies_into_their_own) {
  auto r = reading{};
  const auto bytes = bytes_of(transfer({{whole_chunk({1, 2}, 700'000)}}));
  BOOST_TEST(r.read(std::string_view{bytes}.substr(0, 300)) == "");
  BOOST_TEST(r.room_max == frame_reader::small_bytes);
  const auto to = r.reader.room();
  BOOST_TEST(to.first_bytes + 300 == bytes.size()); // all that is missing, at once
  BOOST_TEST(to.second_bytes == frame_reader::small_bytes);
}

BOOST_AUTO_TEST_CASE(with_a_damaged_chunk_are_read_and_say_so) {
  const auto good = whole_chunk({1, 2}, 3000);
  auto bytes = bytes_of(transfer({{good}, {good}}));
  bytes[bytes.size() / 3] ^= 1;
  auto r = reading{};
  BOOST_TEST(r.read(bytes) == "");
  const auto& note = std::get<transfer_chunks>(r.the<routed>().what);
  BOOST_TEST_REQUIRE(note.chunks.size() == 2U);
  BOOST_TEST((note.chunks[0].content == nullptr));
  BOOST_TEST((note.chunks[1].content->body.view() == good->body.view()));
}

BOOST_AUTO_TEST_CASE(that_are_not_wanted_are_skipped) {
  auto r = reading{};
  r.kept.wants_transfers = false;
  BOOST_TEST(r.read(bytes_of(transfer({{whole_chunk({1, 2}, 3'000'000)}})) + bytes_of(gone{4})) == "");
  BOOST_TEST(r.the<gone>().actor == 4U);
  BOOST_TEST(r.room_max == frame_reader::small_bytes);
}

BOOST_AUTO_TEST_CASE(of_a_later_minor_version_are_skipped_unless_they_are_critical) {
  auto r = reading{};
  BOOST_TEST(r.read(header(77, 5) + "abcde" + bytes_of(gone{4})) == "");
  BOOST_TEST(r.the<gone>().actor == 4U);
  BOOST_TEST(reading{}.read(header(77, 5, 1) + "abcde") == "frame 77 is not known here and marked critical");
  BOOST_TEST(reading{}.read(header(77, 1 << 20)) == "frame 77 of 1048576 bytes, more than 65536");
}

BOOST_AUTO_TEST_CASE(with_more_fields_than_are_known_are_read) {
  auto longer = bytes_of(pulse{"edge-1", 7});
  longer += "more";
  longer[4] = static_cast<char>(longer[4] + 4);
  auto r = reading{};
  BOOST_TEST(r.read(longer + bytes_of(gone{4})) == "");
  BOOST_TEST(r.kept.frames.size() == 2U);
}

BOOST_AUTO_TEST_CASE(that_are_rare_are_maps_of_which_any_field_may_be_missing_or_unknown) {
  const auto read = [](std::uint8_t type, const std::string& payload) {
    auto r = reading{};
    BOOST_TEST(r.read(header(type, static_cast<std::uint32_t>(payload.size())) + payload) == "");
    BOOST_TEST_REQUIRE(r.kept.frames.size() == 1U);
    return r.kept.frames.front();
  };
  const auto some = std::get<hello>(read(1, pack::map({{"later", pack::array({pack::map({}), pack::integer(7)})},
                                                        {"node", pack::str("edge-1")},
                                                        {"classes", pack::array({pack::str("edge")})}})));
  BOOST_TEST(some.node == "edge-1");
  BOOST_TEST((some.classes == std::vector<std::string>{"edge"}));
  BOOST_TEST(some.version == 0U);
  BOOST_TEST(std::get<gone>(read(6, pack::map({{"actor", pack::integer(4)}}))).actor == 4U);
  const auto all = std::get<members>(read(3, pack::map({{"all", pack::array({pack::map({{"component", pack::str("c")}})})}})));
  BOOST_TEST_REQUIRE(all.all.size() == 1U);
  BOOST_TEST(all.all.front().component == "c");
}

BOOST_AUTO_TEST_CASE(that_are_rare_and_lie_are_refused) {
  const auto why = [](std::uint8_t type, const std::string& payload) {
    return reading{}.read(header(type, static_cast<std::uint32_t>(payload.size())) + payload);
  };
  const auto no_map = "members: it is no map of fields";
  const auto no_field = "members: a field is of another type";
  BOOST_TEST(why(3, "") == no_map);
  BOOST_TEST(why(3, pack::map({}) + "more") == no_map);
  BOOST_TEST(why(3, "\xdf\xff\xff\xff\xff" + pack::str("all")) == no_map); // pairs that are not there
  BOOST_TEST(why(3, pack::map({{"all", "\xdd\xff\xff\xff\xff"}})) == no_map);
  BOOST_TEST(why(3, pack::map({{"all", std::string(100'000, '\x91')}})) == no_map); // nested without an end
  BOOST_TEST(why(3, pack::map({{"x", std::string(20, '\x91') + pack::integer(1)}})) == no_map);
  BOOST_TEST(why(3, pack::map({{"x", "\xdd\x00\x10\x00\x00"s + std::string(1 << 20, '\x01')}})) == no_map); // a million values
  BOOST_TEST(why(3, pack::array({pack::integer(1)})) == no_field);
  BOOST_TEST(why(3, pack::map({{"all", pack::str("none")}})) == no_field);
  BOOST_TEST(why(3, pack::map({{"all", pack::array({pack::integer(1)})}})) == no_field);
  BOOST_TEST(why(6, pack::map({{"actor", "\xcf\x00\x00\x00\x01\x00\x00\x00\x00"s}})) == "gone: a field is of another type");
}

BOOST_AUTO_TEST_CASE(that_announce_too_much_are_refused_before_anything_is_stored) {
  for (auto type = 0; type < 32; ++type) {
    auto r = reading{};
    const auto why = r.read(header(static_cast<std::uint8_t>(type), UINT32_MAX));
    BOOST_TEST(why.find(" of 4294967295 bytes, more than ") != std::string::npos, why);
    BOOST_TEST(r.kept.headers.empty());
  }
}

BOOST_AUTO_TEST_CASE(that_are_none_are_refused) {
  for (const auto* text : {"GET / HTTP/1.0\r\n\r\n", "\x57\x01\x01 12345678", "xxxxxxxxxxxx"})
    BOOST_TEST(reading{}.read(text) != "");
  BOOST_TEST(reading{}.read(header(1, 3) + "abc") == "hello: it is no map of fields");
}

BOOST_AUTO_TEST_CASE(whose_chunks_do_not_fit_are_refused) {
  const auto good = bytes_of(transfer({{whole_chunk({1, 2}, 3000)}}));
  auto shorter = good;
  shorter[4] = static_cast<char>(shorter[4] - 1); // its length
  BOOST_TEST(reading{}.read(shorter) == "transfer_chunks: a chunk is larger than its frame");
  auto longer = good + "abc";
  longer[4] = static_cast<char>(longer[4] + 3);
  BOOST_TEST(reading{}.read(longer) == "transfer_chunks: bytes that are no chunk's");
  auto many = good;
  std::memset(many.data() + 8 + 24, 0xFF, 4);
  BOOST_TEST(reading{}.read(many).find("4294967295 chunks are announced") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(cut_anywhere_give_nothing_and_harm_nobody) {
  for (const auto& f : all_kinds()) {
    const auto bytes = bytes_of(f);
    for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 20) {
      auto r = reading{};
      BOOST_TEST(r.read(std::string_view{bytes}.substr(0, size)) == "");
      BOOST_TEST(r.kept.frames.empty());
    }
  }
}

BOOST_AUTO_TEST_CASE(damaged_anywhere_harm_nobody) {
  auto random = std::mt19937{1};
  for (auto turn = 0; turn < 20'000; ++turn) {
    const auto kinds = all_kinds();
    auto bytes = bytes_of(kinds[random() % kinds.size()]);
    bytes[random() % std::min<std::size_t>(bytes.size(), 200)] = static_cast<char>(random());
    auto r = reading{};
    (void)r.read(bytes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
