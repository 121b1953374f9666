/// A tailer whose process may die: what it handed on is safe, under way or lost.
#pragma once

#include "runtime/flow/position_index.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"

#include <deque>
#include <functional>
#include <set>

namespace weir::test {

/// Hands lines on in chunks of a few blocks, as a collector does, to receivers that may never get them.
class resumed_tail {
public:
  resumed_tail(const scratch_directory& directory, std::string_view pattern) {
    options.paths = {directory / pattern};
    options.tag = "{name}";
  }

  struct handed_on {
    lines text;
    std::vector<position_range> positions;
  };

  /// Reads until there is nothing more, or `blocks` with bytes were read.
  void read(std::size_t blocks = SIZE_MAX, std::size_t want = block_reader::block_bytes) {
    if (!tail) open();
    tail->look();
    while (blocks > 0) {
      const auto block = tail->next(want);
      if (!block) return;
      take(*block);
      if (!block->bytes.empty()) --blocks;
    }
  }
  /// The oldest `chunks` under way are safe now; the source is told.
  void settle(std::size_t chunks = SIZE_MAX) {
    is_open_ = false;
    for (; chunks > 0 && !under_way.empty(); --chunks) {
      auto next = std::move(under_way.front());
      under_way.pop_front();
      keep(next);
      tail->acknowledge(next.positions);
    }
  }
  void run() {
    for (auto i = 0; i < 3; ++i) { // of a stream that is over it is told twice
      read();
      settle();
    }
  }
  /// Dies; what was under way stays, gets lost, or is known to some receivers only.
  enum class fate { safe, lost, elsewhere };
  void kill(const std::function<fate()>& decide = [] { return fate::lost; }) {
    tail.reset();
    is_open_ = false;
    for (auto& chunk : std::exchange(under_way, {})) {
      const auto what = decide();
      if (what == fate::safe) keep(chunk);
      if (what == fate::elsewhere) elsewhere_.insert(elsewhere_.end(), chunk.positions.begin(), chunk.positions.end());
    }
  }
  void restart() {
    kill();
    open();
  }
  /// Passes time as tail_harness::read_for() does; everything is safe at once.
  void run_for(std::chrono::milliseconds time) {
    run();
    for (auto passed = std::chrono::milliseconds{0}; passed < time;
         passed += std::chrono::milliseconds{100}) {
      clock.advance(std::chrono::milliseconds{100});
      run();
    }
  }
  auto take_safe() -> lines { return std::exchange(safe, {}); }
  /// Of files; without their witnesses.
  auto streams() const -> std::size_t {
    auto found = std::set<std::string>{};
    for (const auto& p : index.of(source))
      if (is_stream(p.stream)) found.insert(p.stream);
    return found.size();
  }

  manual_clock clock;
  tail_options options;
  std::unique_ptr<tailer> tail;
  position_index index; ///< what all receivers have
  lines safe;           ///< lines that are stored, in the order in which they became so
  std::deque<handed_on> under_way;
  bool nothing_straddles = true;
  std::size_t put_again = 0; ///< blocks that put what was covered

private:
  static constexpr auto source = "edge/collector/in";

  void open() {
    tail = std::make_unique<tailer>(options, clock);
    covered_ = index.of(source);
    if (const auto opened = tail->open(covered_, elsewhere_); !opened)
      throw std::runtime_error{opened.failure().what};
  }

  void take(const line_block& block) {
    auto& chunk = is_open_ ? under_way.back() : under_way.emplace_back();
    for_each_line(block.bytes, block.is_cut, options.line_bytes_max,
                  [&](std::string_view line) { chunk.text.emplace_back(line); });
    chunk.positions.push_back({std::string{block.stream}, block.begin, block.end()});
    if (!block.is_over && block.begin != over_begin) check(chunk.positions.back());
    is_open_ = block.bytes.empty();
  }

  void check(const position_range& now) {
    const auto is_inside = [&](std::uint64_t at) { return now.begin < at && at < now.end; };
    for (const auto& r : covered_) {
      if (r.stream != now.stream) continue;
      nothing_straddles = nothing_straddles && !is_inside(r.begin) && !is_inside(r.end);
      if (std::max(r.begin, now.begin) < std::min(r.end, now.end)) ++put_again;
    }
  }

  void keep(handed_on& chunk) {
    for (auto& line : chunk.text) safe.push_back(std::move(line));
    for (const auto& p : chunk.positions) {
      index.add(source, p);
      // Nobody tells of a stream that is over.
      if (p.end == end_of_stream) std::erase_if(elsewhere_, [&](const auto& q) { return q.stream == p.stream; });
    }
  }

  std::vector<position_range> covered_, elsewhere_;
  bool is_open_ = false; ///< what tells of a stream goes with what is in it
};

} // namespace weir::test
