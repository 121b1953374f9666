#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_skipper.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

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

// Goal: a record is taken only if its keys differ. Method: keys out of few, so that every way of alternating
// between records with and without equal keys comes up.
BOOST_AUTO_TEST_CASE(no_record_with_a_key_twice_is_taken) {
  static const std::string names[] = {"a", "b", "seventh", "eightkey", "a_key_of_fifteen", "a_key_of_sixteen",
                                      "a_key_of_more_than_twenty_one", "a_key_of_more_than_twenty_two", ""};
  auto random = std::mt19937{11};
  auto skipper = record_skipper{};
  auto taken = 0;
  for (int round = 0; round < 200'000; ++round) {
    auto out = byte_buffer{};
    auto write = msgpack_writer{out};
    const auto fields = static_cast<std::uint32_t>(random() % 5);
    auto seen = std::vector<std::string>{};
    write.map(fields);
    for (std::uint32_t i = 0; i < fields; ++i) {
      seen.push_back(names[random() % std::size(names)]);
      write.str(seen.back());
      write.integer(i);
    }
    if (random() % 2 == 0) write.str(std::string(40, 'x')); // what follows a record
    std::sort(seen.begin(), seen.end());
    const auto repeated = std::adjacent_find(seen.begin(), seen.end()) != seen.end();
    const auto bytes = skipper.skip(out.view());
    BOOST_TEST_REQUIRE((bytes == 0) == repeated, "round " << round);
    taken += bytes != 0;
  }
  BOOST_TEST(taken > 50'000);
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
