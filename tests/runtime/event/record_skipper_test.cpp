#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_skipper.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace weir;

namespace {

/// A record of `fields` fields with types and lengths by chance, some of them nested.
auto random_record(std::mt19937& random, std::uint32_t fields) -> std::string {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  write.map(fields);
  for (std::uint32_t i = 0; i < fields; ++i) {
    write.str("key" + std::to_string(i));
    switch (random() % 8) {
    case 0: write.integer(static_cast<std::int64_t>(random())); break;
    case 1: write.real(0.5); break;
    case 2: write.boolean(true); break;
    case 3: write.str(std::string(random() % 300, 'x')); break;
    case 4: write.bin(std::string(random() % 40, 'b')); break;
    case 5: write.event_time(1'700'000'000'000'000'000); break;
    case 6: write.map(0); break;
    default:
      write.array(2);
      write.nil();
      write.str("inside");
    }
  }
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(record_skippers)

BOOST_AUTO_TEST_CASE(it_agrees_with_the_reader_on_every_record_it_takes) {
  auto random = std::mt19937{7};
  auto skipper = record_skipper{};
  auto taken = 0;
  for (int round = 0; round < 20000; ++round) {
    const auto record = random_record(random, random() % 20);
    const auto followed = record + "\x93\x01\x02\x03";
    const auto bytes = skipper.skip(followed);
    if (bytes == 0) continue;
    ++taken;
    BOOST_REQUIRE(bytes == record.size());
  }
  BOOST_TEST(taken > 2000);
}

BOOST_AUTO_TEST_CASE(like_records_are_taken_again_and_again) {
  auto skipper = record_skipper{};
  for (int round = 0; round < 100; ++round) {
    auto out = byte_buffer{};
    auto write = msgpack_writer{out};
    write.map(2);
    write.str("message");
    write.str(std::string(static_cast<std::size_t>(round), 'm'));
    write.str("status");
    write.integer(200);
    BOOST_TEST(skipper.skip(out.view()) == out.size());
  }
}

BOOST_AUTO_TEST_CASE(cut_and_broken_records_are_left_to_the_reader) {
  auto random = std::mt19937{11};
  auto skipper = record_skipper{};
  for (int round = 0; round < 500; ++round) {
    const auto record = random_record(random, 1 + random() % 15);
    (void)skipper.skip(record);
    for (std::size_t size = 0; size < record.size(); ++size) {
      const auto exact = std::string{record.substr(0, size)}; // its own allocation: sanitizers see overruns
      BOOST_REQUIRE(skipper.skip(exact) == 0);
    }
  }
  BOOST_TEST(skipper.skip("\x81\xa1k\xc1") == 0);
  BOOST_TEST(skipper.skip("") == 0);
  BOOST_TEST(skipper.skip("\x93") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
