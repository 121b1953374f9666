/// A sender with endless input and several receivers, in virtual time: how much they take together where one of them has a
/// tenth of the others' speed, and how that grows with their number. Outlet, links and inlets are the real ones.
#include "runtime/flow/receiver_links.hpp"
#include "runtime/flow/sender_links.hpp"
#include "tests/runtime/flow/chunks.hpp"
#include "tests/simulation/timeline.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <memory>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

constexpr auto chunk_bytes = std::uint64_t{64} << 10;
constexpr auto on_the_way = 200us;
constexpr auto lasts = 20s;

class uneven_hop {
public:
  explicit uneven_hop(balance_policy policy, std::vector<std::chrono::microseconds> takes)
      : flow_({settings_of(policy)}), links_("sender", 0, [this] { return ++last_id_; }) {
    auto there = std::vector<sender_links::receiver>{};
    for (const auto each : takes) {
      auto& r = *receivers_.emplace_back(std::make_unique<receiver>(each));
      there.push_back({receivers_.size(), "receiver/" + std::to_string(receivers_.size())});
      r.handle = receivers_.size();
    }
    links_.update(flow_, there);
    send();
  }

  /// Chunks that each has taken by then.
  auto run(std::chrono::nanoseconds until) -> std::vector<double> {
    while (time_.now() < until && time_.step()) {
    }
    auto all = std::vector<double>{};
    for (const auto& r : receivers_) all.push_back(r->done);
    return all;
  }

private:
  struct receiver {
    explicit receiver(std::chrono::microseconds each) : takes(each) {}
    std::uint64_t handle = 0;
    std::chrono::microseconds takes;
    inlet in{{4 << 20, 1 << 20}};
    receiver_links links{in};
    std::deque<chunk_id> waiting;
    double done = 0;
  };

  static auto settings_of(balance_policy policy) -> outlet_settings {
    auto settings = outlet_settings{};
    settings.policy = policy;
    return settings;
  }

  void send() {
    for (; flow_.room_bytes() > 0; ++sequence_) flow_.push(chunk_of({1, sequence_}, chunk_bytes), time_.monotonic());
    links_.flush(flow_, time_.monotonic());
    for (auto& note : links_.take_outgoing())
      time_.after(on_the_way, [this, note] { take(*receivers_[note.to - 1], note.what); });
  }
  void take(receiver& r, const link_message& what) {
    if (const auto* note = std::get_if<open_link>(&what)) (void)r.links.on_open(*note, 1);
    if (const auto* note = std::get_if<transfer_chunks>(&what)) {
      for (const auto& c : r.links.on_transfer(*note).fresh) r.waiting.push_back(c->id);
      if (!is_working_[r.handle]) work(r);
    }
    answer(r);
  }
  void work(receiver& r) {
    is_working_[r.handle] = !r.waiting.empty();
    if (!r.waiting.empty()) time_.after(r.takes, [this, &r] { finish(r); });
  }
  void finish(receiver& r) {
    r.in.make_safe(r.waiting.front());
    r.waiting.pop_front();
    ++r.done;
    work(r);
    answer(r);
  }
  void answer(receiver& r) {
    r.links.send_feedback();
    for (auto& note : r.links.take_outgoing())
      time_.after(on_the_way, [this, note] {
        if (const auto* told = std::get_if<link_feedback>(&note.what))
          if (auto news = links_.on_feedback(flow_, *told)) (void)flow_.release(news->acked);
        send();
      });
  }

  timeline time_;
  std::uint64_t last_id_ = 0;
  std::uint64_t sequence_ = 1;
  fan_out flow_;
  sender_links links_;
  std::vector<std::unique_ptr<receiver>> receivers_;
  std::map<std::uint64_t, bool> is_working_;
};

auto check_shares(balance_policy policy) {
  auto hop = uneven_hop{policy, {1ms, 1ms, 1ms, 10ms}};
  const auto done = hop.run(lasts);
  const auto each = lasts / 1ms;
  const auto ideal = 3.1 * static_cast<double>(each);
  const auto all = done[0] + done[1] + done[2] + done[3];
  BOOST_TEST_MESSAGE(all / ideal << " of what they could take");
  BOOST_TEST(all >= 0.9 * ideal);
  BOOST_TEST(done[3] >= 0.9 * 0.1 * static_cast<double>(each)); // it does what it can
}

} // namespace

BOOST_AUTO_TEST_CASE(a_slow_receiver_gets_less_and_slows_nobody_down_in_turns) { check_shares(balance_policy::round_robin); }

BOOST_AUTO_TEST_CASE(a_slow_receiver_gets_less_and_slows_nobody_down_by_load) { check_shares(balance_policy::least_loaded); }

BOOST_AUTO_TEST_CASE(what_receivers_take_grows_with_their_number) {
  const auto taken = [](std::size_t count) {
    auto sum = 0.0;
    for (const auto each : uneven_hop{balance_policy::round_robin, std::vector<std::chrono::microseconds>(count, 20ms)}.run(lasts))
      sum += each;
    return sum;
  };
  const auto one = taken(1);
  for (const auto count : {2U, 4U, 8U}) BOOST_TEST(taken(count) >= 0.9 * count * one);
}
