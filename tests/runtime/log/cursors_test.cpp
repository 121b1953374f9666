#include "runtime/base/crc32c.hpp"
#include "runtime/base/fields.hpp"
#include "runtime/log/cursors.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto some_cursors() -> cursor_file {
  auto cursors = cursor_file{7, 40, {}};
  auto& reader = cursors.readers.emplace_back("archive");
  reader.settle(1, 10);
  reader.settle(20, 30);
  return cursors;
}

auto with_field(std::uint16_t type) -> std::string {
  auto bytes = encode(some_cursors());
  bytes.resize(bytes.size() - 4);
  put_field(bytes, type, "of a later version");
  put_number(bytes, crc32c(bytes));
  return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cursor_files)

BOOST_AUTO_TEST_CASE(have_room_for_what_later_versions_say) {
  const auto read = decode_cursors(with_field(9));
  BOOST_REQUIRE(read);
  BOOST_REQUIRE(read->readers.size() == 1U);
  BOOST_TEST(read->readers[0].first_unsettled() == 11U);
  BOOST_TEST(read->readers[0].highest() == 30U);
  BOOST_TEST(read->durable == 40U);
  BOOST_TEST(!decode_cursors(with_field(9 | critical_field)));
}

BOOST_AUTO_TEST_CASE(are_read_whole_or_not_at_all) {
  const auto bytes = with_field(9);
  for (auto size = std::size_t{0}; size < bytes.size(); ++size)
    BOOST_TEST(!decode_cursors(std::string_view{bytes}.substr(0, size)));
}

BOOST_AUTO_TEST_SUITE_END()
