/// An aggregator's core on a disk and with a clock of its own, and what tests ask of it.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "tests/runtime/flow/chunks.hpp"
#include "tests/support/faulty_file_system.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace weir::test {

inline constexpr auto from_edge = link_id{1};
inline constexpr auto kib = std::size_t{1024};

/// An aggregator with a chunk log, two outlets and one sender, driven by hand.
struct bench {
  memory_file_system disk;
  faulty_file_system faults{disk};
  manual_clock time;
  chunk_log_settings settings;
  full_policy when_full = full_policy::block;
  std::unique_ptr<aggregator_core> core;
  std::vector<std::vector<chunk_id>> sent{2};
  std::vector<std::vector<std::uint64_t>> promised{2}; ///< settled_below of what was sent

  bench() {
    settings.path = "/buffer";
    settings.readers = {"a", "b"};
    settings.bytes_max = 1024 * kib;
    settings.segment_bytes = 128 * kib;
    settings.cache_bytes = 64 * kib;
  }

  void start() {
    core.reset();
    auto log = chunk_log::open(faults, settings, time);
    BOOST_TEST_REQUIRE(static_cast<bool>(log));
    core = std::make_unique<aggregator_core>(inlet_settings{}, std::vector<outlet_settings>(2),
                                             std::move(*log), when_full);
    core->in.open(from_edge);
    for (std::size_t i = 0; i < 2; ++i) core->flow.at(i).peer_up(1, "core/sink");
  }
  void receive(const chunk_ptr& c) {
    if (core->in.receive(from_edge, *c) == arrival::fresh) core->take(c, time.monotonic());
    work();
  }
  void work() {
    core->work(time.monotonic());
    for (std::size_t i = 0; i < 2; ++i)
      for (auto& t : core->flow.at(i).poll(time.monotonic()))
        for (const auto& c : t.chunks) {
          sent[i].push_back(c->id);
          promised[i].push_back(c->settled_below);
        }
  }
  /// Everything written reaches the device.
  void sync() {
    while (auto job = core->take_sync(time.monotonic())) {
      core->finish_sync(*job, job->run(), time.monotonic());
      work();
    }
  }
  void grant(std::size_t outlet) {
    core->flow.at(outlet).grant(1, 64 * kib * kib);
    work();
  }
  void ack(std::size_t outlet, const std::vector<chunk_id>& ids, std::vector<id_range> settled = {}) {
    core->on_news({outlet, core->flow.at(outlet).ack(ids), std::move(settled)});
    work();
  }
  auto take_feedback() -> feedback {
    auto all = core->in.take_feedback();
    return all.empty() ? feedback{} : all.front();
  }
  auto acked() -> std::vector<chunk_id> { return take_feedback().acks; }
};

inline auto news_of(aggregator_core& core, const class clock& time) -> std::string {
  auto all = std::string{};
  for (const auto& news : core.take_news(time.monotonic()))
    all += (all.empty() ? "" : "\n") + std::string{news.is_good ? "good: " : ""} + news.text;
  return all;
}

inline auto troubles_of(const bench& b) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& t : b.core->troubles(b.time.monotonic())) all.push_back(t.what);
  return all;
}

inline auto ids_of(std::uint64_t first, std::uint64_t last) -> std::vector<chunk_id> {
  auto ids = std::vector<chunk_id>{};
  for (; first <= last; ++first) ids.push_back({7, first});
  return ids;
}

inline auto tagged(std::uint64_t sequence, std::size_t bytes = 10 * kib) -> chunk_ptr {
  auto c = std::make_shared<chunk>(*chunk_of({7, sequence}, bytes));
  c->sections = {{"web", 1, static_cast<std::uint32_t>(c->body.size())}};
  c->source = "edge/collector/log";
  c->positions = {{"file", sequence - 1, sequence}};
  return c;
}

} // namespace weir::test
