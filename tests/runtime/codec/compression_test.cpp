#include "runtime/codec/compression.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;

namespace {

constexpr auto plenty = std::size_t{1} << 30;

auto packed(compression method, std::string_view bytes) -> std::string {
  auto out = byte_buffer{};
  BOOST_REQUIRE(static_cast<bool>(compress(method, bytes, out)));
  return std::string{out.view()};
}

auto unpacked(std::string_view bytes, std::size_t bytes_max = plenty) -> result<std::string> {
  auto out = byte_buffer{};
  WEIR_CHECK(decompress(sniff_compression(bytes), bytes, bytes_max, out));
  return std::string{out.view()};
}

const auto text = [] {
  auto lines = std::string{};
  for (int i = 0; i < 20'000; ++i) lines += "line " + std::to_string(i * 7919) + "\n";
  return lines;
}();

} // namespace

BOOST_AUTO_TEST_SUITE(compression_)

BOOST_AUTO_TEST_CASE(both_methods_survive_a_round_trip_and_are_recognised) {
  for (const auto method : {compression::gzip, compression::zstd})
    for (const auto& content : {std::string{}, std::string{"x"}, text}) {
      const auto bytes = packed(method, content);
      BOOST_TEST((sniff_compression(bytes) == method));
      const auto back = unpacked(bytes);
      BOOST_REQUIRE(static_cast<bool>(back));
      BOOST_TEST((*back == content));
    }
  BOOST_TEST((sniff_compression("plain") == compression::none));
  BOOST_TEST((sniff_compression("") == compression::none));
}

BOOST_AUTO_TEST_CASE(concatenated_members_and_frames_are_all_read) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto back = unpacked(packed(method, "one ") + packed(method, "") + packed(method, text));
    BOOST_REQUIRE(static_cast<bool>(back));
    BOOST_TEST((*back == "one " + text));
  }
}

BOOST_AUTO_TEST_CASE(skippable_zstd_frames_are_skipped_wherever_they_stand) {
  const auto skippable = std::string{"\x53\x2a\x4d\x18\x05\0\0\0later", 13};
  const auto back = unpacked(skippable + packed(compression::zstd, "a") + skippable
                             + packed(compression::zstd, "b") + skippable);
  BOOST_REQUIRE(static_cast<bool>(back));
  BOOST_TEST(*back == "ab");
}

BOOST_AUTO_TEST_CASE(output_beyond_the_limit_is_refused_and_the_limit_itself_is_not) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto bytes = packed(method, text);
    BOOST_TEST(static_cast<bool>(unpacked(bytes, text.size())));
    const auto refused = unpacked(bytes, text.size() - 1);
    BOOST_REQUIRE(!refused);
    BOOST_TEST((refused.failure().code == errc::limit));
  }
}

BOOST_AUTO_TEST_CASE(a_bomb_costs_no_more_memory_than_the_limit) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto bomb = packed(method, std::string(std::size_t{64} << 20, 'x'));
    auto out = byte_buffer{};
    BOOST_TEST(!decompress(method, bomb, 1 << 20, out));
    BOOST_TEST(out.capacity() <= std::size_t{4} << 20);
  }
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_trailing_byte_is_noticed) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto bytes = packed(method, "a few words that do not repeat");
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      auto out = byte_buffer{};
      const auto cut = decompress(method, std::string_view{bytes}.substr(0, size), plenty, out);
      BOOST_REQUIRE(!cut);
      BOOST_TEST((cut.failure().code == errc::malformed));
    }
    BOOST_TEST(!unpacked(bytes + "garbage"));
  }
}

BOOST_AUTO_TEST_CASE(damage_never_crashes) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto bytes = packed(method, std::string_view{text}.substr(0, 2000));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      auto damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
      auto out = byte_buffer{};
      (void)decompress(method, damaged, 1 << 20, out);
      BOOST_TEST(out.size() <= std::size_t{2} << 20);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
