#include "topology/conditional.hpp"

#include "actors/operators/holding_chain.hpp"
#include "tests/actors/operators/operator_contract.hpp"
#include "tests/support/msgpack_build.hpp"

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(conditional)

namespace {

auto drops_all(const plugin_context&) -> std::unique_ptr<event_operator> {
  class dropping final : public event_operator {
    void apply(const event_view&, event_output& out) override { out.drop("filtered"); }
  };
  return std::make_unique<dropping>();
}

/// Holds each event until the next one comes.
auto holds_one(const plugin_context&) -> std::unique_ptr<event_operator> {
  class holding final : public holding_operator {
    void apply(const event_view& in, std::uint64_t number, joining_output& out) override {
      flush(monotonic_time::max(), out);
      record_ = in.record;
      since_ = number;
    }
    auto held_since() const -> std::optional<std::uint64_t> override { return since_; }
    void flush(monotonic_time, joining_output& out) override {
      if (const auto number = std::exchange(since_, std::nullopt)) out.put_joined({"held", 7, record_}, *number, *number);
    }
    auto wake_at() const -> std::optional<monotonic_time> override { return std::nullopt; }

    std::string record_;
    std::optional<std::uint64_t> since_;
  };
  return std::make_unique<holding>();
}

} // namespace

BOOST_AUTO_TEST_CASE(an_event_of_which_it_is_not_true_passes_the_operator_by) {
  const auto made = only_when("level == \"debug\"", drops_all)({});
  BOOST_TEST(outcome(*made, packed({{"level", "debug"}})) == "dropped: filtered");
  BOOST_TEST(outcome(*made, packed({{"level", "warn"}})) == R"(web.access {"level":"warn"})");
  BOOST_TEST(outcome(*made, packed({})) == "web.access {}");
}

BOOST_AUTO_TEST_CASE(what_passes_by_leaves_what_is_held_where_it_is) {
  auto end = recorded_output{};
  auto chain = holding_chain{{only_when("join == true", holds_one)}, {}, end};
  chain.put({"t", 7, packed({{"join", true}, {"n", 1}})}, {10, 0});
  BOOST_TEST(end.events.empty());
  chain.put({"t", 7, packed({{"n", 2}})}, {20, 0});
  BOOST_TEST_REQUIRE(end.events.size() == 1U);
  BOOST_TEST(end.events[0].tag == "t");
  BOOST_TEST(chain.held_from().value() == 10U);
  chain.flush(monotonic_time::max());
  BOOST_TEST_REQUIRE(end.events.size() == 2U);
  BOOST_TEST(end.events[1].tag == "held");
  BOOST_TEST(!chain.holds());
}

BOOST_AUTO_TEST_SUITE_END()
