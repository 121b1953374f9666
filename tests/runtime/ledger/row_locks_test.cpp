#include "runtime/ledger/row_locks.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;

namespace {

auto chunk_of(const std::string& source, std::uint64_t origin, std::vector<position_range> positions) -> chunk_ptr {
  auto made = chunk{};
  made.source = source;
  made.id = {origin, 1};
  made.positions = std::move(positions);
  return std::make_shared<const chunk>(std::move(made));
}

auto locks_for(const std::vector<chunk_ptr>& chunks) -> std::vector<row_lock> { return locks_of(chunks); }

} // namespace

BOOST_AUTO_TEST_SUITE(row_locks)

using locks = std::vector<row_lock>;

BOOST_AUTO_TEST_CASE(chunks_of_one_origin_share_their_collectors_row) {
  BOOST_CHECK((locks_for({chunk_of("b", 1, {{"f", 0, 9}}), chunk_of("a", 2, {}), chunk_of("b", 1, {{"f", 9, 12}})})
               == locks{{"a", "", 2}, {"b", "", 1}}));
  BOOST_TEST(locks_for({}).empty());
}

BOOST_AUTO_TEST_CASE(chunks_of_two_origins_of_a_collector_have_its_row_for_themselves) {
  const auto early = chunk_of("a", 1, {{"f", 0, 9}});
  const auto late = chunk_of("a", 2, {{"f", 5, 12}});
  BOOST_CHECK((locks_for({early, late, early}) == locks{{"a", "", std::nullopt}}));
  BOOST_CHECK((locks_for({late, early, late}) == locks{{"a", "", std::nullopt}}));
}

BOOST_AUTO_TEST_CASE(clients_messages_have_rows_of_their_own_whoever_brings_them) {
  const auto shared = position_range{"~*f2:01", 0, 3};
  const auto own = position_range{"~f2:02", 0, 3};
  BOOST_CHECK((locks_for({chunk_of("b", 1, {own, shared}), chunk_of("a", 2, {shared})})
               == locks{{"", "~*f2:01", std::nullopt}, {"a", "", 2}, {"b", "", 1}, {"b", "~f2:02", std::nullopt}}));
}

BOOST_AUTO_TEST_SUITE_END()
