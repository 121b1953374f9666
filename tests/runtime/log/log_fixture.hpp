/// Chunk logs in a file system in memory, and chunks to put into them.
#pragma once

#include "runtime/codec/chunk_codec.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/log/chunk_log.hpp"
#include "tests/support/memory_file_system.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

inline constexpr auto log_path = "/buffer";

/// A chunk with one event of `bytes` bytes of body, which differ from chunk to chunk; its position is the
/// range [sequence - 1, sequence) of the stream "s".
inline auto make_chunk(std::uint64_t sequence, std::size_t bytes = 100, std::uint64_t origin = 7)
    -> chunk_ptr {
  auto c = std::make_shared<chunk>();
  c->id = {origin, sequence};
  c->count = 1;
  c->closed_ns = 1'000'000 + static_cast<std::int64_t>(sequence);
  c->source = "edge/collector/x";
  c->positions = {{"s", sequence - 1, sequence}};
  auto body = byte_buffer{bytes};
  for (auto i = std::size_t{0}; i < bytes; ++i)
    body.push_back(static_cast<char>((sequence * 131 + i * 7 + (i >> 8)) & 0xff));
  c->sections = {{"app.log", 1, static_cast<std::uint32_t>(bytes)}};
  c->body = shared_bytes{std::move(body)};
  return c;
}

/// All that a reader can tell of a chunk.
inline auto bytes_of(const chunk& c) -> std::string {
  return encode_chunk_head(c) + std::string{c.body.view()};
}

inline auto log_settings(std::vector<std::string> readers = {"sink"}) -> chunk_log_settings {
  auto s = chunk_log_settings{};
  s.path = log_path;
  s.bytes_max = std::uint64_t{64} << 20;
  s.segment_bytes = 8192;
  s.cache_bytes = 0; // so that reading reads the disk
  s.readers = std::move(readers);
  s.holder = "node test, pid 1";
  return s;
}

struct log_fixture {
  memory_file_system files;
  manual_clock time;
  std::unique_ptr<chunk_log> log;

  void open(file_system& on, const chunk_log_settings& settings) {
    log.reset();
    auto opened = chunk_log::open(on, settings, time);
    BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
    log = std::move(*opened);
  }
  void open(const chunk_log_settings& settings = log_settings()) { open(files, settings); }

  void append(std::uint64_t sequence, std::size_t bytes = 100) {
    BOOST_REQUIRE(log->append(make_chunk(sequence, bytes)));
  }
  void append_range(std::uint64_t first, std::uint64_t last, std::size_t bytes = 100) {
    for (auto sequence = first; sequence <= last; ++sequence) append(sequence, bytes);
  }
  /// What is appended is durable then.
  void sync() {
    while (auto job = log->take_sync(time.monotonic())) {
      const auto outcome = job->run();
      BOOST_REQUIRE(log->finish_sync(*job, outcome));
    }
  }
  void append_synced(std::uint64_t first, std::uint64_t last, std::size_t bytes = 100) {
    append_range(first, last, bytes);
    sync();
  }
  /// Everything that a reader gets, settling it if asked to.
  auto drain(std::size_t reader = 0, bool settle = false) -> std::vector<chunk_ptr> {
    auto all = std::vector<chunk_ptr>{};
    for (auto n = log->next(reader, 0); n != 0; n = log->next(reader, n)) {
      auto c = log->read(n);
      if (c) all.push_back(*c);
      if (settle || !c) log->settle(reader, n);
    }
    return all;
  }
  auto sequences(std::size_t reader = 0) -> std::vector<std::uint64_t> {
    auto all = std::vector<std::uint64_t>{};
    for (const auto& c : drain(reader)) {
      // Whatever happens, what is handed out is what was appended.
      BOOST_TEST(bytes_of(*c) == bytes_of(*make_chunk(c->id.sequence, c->body.size())));
      all.push_back(c->id.sequence);
    }
    return all;
  }
};

inline auto range(std::uint64_t first, std::uint64_t last) -> std::vector<std::uint64_t> {
  auto all = std::vector<std::uint64_t>{};
  for (auto n = first; n <= last; ++n) all.push_back(n);
  return all;
}

} // namespace weir::test
