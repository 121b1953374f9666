#include "runtime/event/msgpack.hpp"

#include <boost/test/unit_test.hpp>
#include <msgpack.hpp>

#include <random>
#include <string>

using namespace weir;

namespace {

void write_random(msgpack_writer& write, std::mt19937_64& random, int depth) {
  switch (random() % (depth > 0 ? 9 : 7)) {
  case 0: return write.nil();
  case 1: return write.boolean(random() % 2 == 0);
  case 2: return write.integer(static_cast<std::int64_t>(random()) >> (random() % 64));
  case 3: return write.unsigned_integer(random() >> (random() % 64));
  // msgpack-cxx packs whole numbers as integers, whatever their type; these are none.
  case 4: return write.real(static_cast<double>(random() % 1000) / 7 + 0.1);
  case 5: return write.str(std::string(random() % 300, 's'));
  case 6: return write.bin(std::string(random() % 300, '\xff'));
  case 7: {
    const auto mark = write.open();
    const auto count = static_cast<std::uint32_t>(random() % 20);
    for (auto i = 0U; i < count; ++i) write_random(write, random, depth - 1);
    return write.close_array(mark, count);
  }
  default: {
    const auto mark = write.open();
    const auto count = static_cast<std::uint32_t>(random() % 20);
    for (auto i = 0U; i < count; ++i) {
      write.str("key" + std::to_string(i));
      write_random(write, random, depth - 1);
    }
    return write.close_map(mark, count);
  }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(msgpack_oracle)

BOOST_AUTO_TEST_CASE(msgpack_cxx_reads_what_we_write_and_writes_it_alike) {
  auto random = std::mt19937_64{2026};
  for (int round = 0; round < 3000; ++round) {
    auto ours = byte_buffer{};
    auto write = msgpack_writer{ours};
    write_random(write, random, 4);
    const auto theirs = ::msgpack::unpack(ours.data(), ours.size());
    auto again = ::msgpack::sbuffer{};
    ::msgpack::pack(again, theirs.get());
    BOOST_REQUIRE((std::string_view{again.data(), again.size()} == ours.view()));
    auto read = msgpack_reader{ours.view()};
    BOOST_REQUIRE(read.skip());
    BOOST_REQUIRE(read.at_end());
  }
}

BOOST_AUTO_TEST_CASE(both_refuse_or_both_take_damaged_bytes) {
  // msgpack-cxx allocates by declared lengths unless it is told not to.
  const auto limit = ::msgpack::unpack_limit{65536, 65536, 65536, 65536, 65536, 100};
  auto random = std::mt19937_64{7};
  for (int round = 0; round < 3000; ++round) {
    auto ours = byte_buffer{};
    auto write = msgpack_writer{ours};
    write_random(write, random, 2);
    ours.data()[random() % ours.size()] = static_cast<char>(random());
    auto taken = true;
    try {
      auto end = std::size_t{0};
      (void)::msgpack::unpack(ours.data(), ours.size(), end, nullptr, nullptr, limit);
    } catch (const std::exception&) {
      taken = false;
    }
    BOOST_TEST(msgpack_reader{ours.view()}.skip() == taken);
  }
}

BOOST_AUTO_TEST_SUITE_END()
