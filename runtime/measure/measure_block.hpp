/// The figures of one owner, where anybody sees them as they were at one instant.
//
// A sequence lock without a lock: the owner makes the sequence odd, writes, and makes it even again; who reads looks at
// the sequence before and after, and reads again if it was odd or has changed. So a reader never holds up the owner, and
// the owner, who may block in whatever it does in between, never a reader. All of it are loads and stores: on x86 none
// of them has a lock prefix or a fence. (Stores are releases and loads acquires, each, instead of relaxed ones between
// fences: that costs nothing there, and ThreadSanitizer understands it.)
#pragma once

#include "runtime/measure/count_rows.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace weir {

class measure_block {
public:
  measure_block(std::size_t words, std::size_t lists)
      : lines_(std::make_unique<line[]>(words / words_of_line + 1)), lists_(std::make_unique<count_rows[]>(lists)) {}

  /// For the owner alone: what `write` does with set() and list() is seen at once, or not yet.
  template <class Write> void publish(Write&& write) {
    auto& number = sequence();
    const auto before = number.load(std::memory_order_relaxed);
    number.store(before + 1, std::memory_order_relaxed);
    std::forward<Write>(write)();
    number.store(before + 2, std::memory_order_release);
  }
  void set(std::size_t word, std::uint64_t value) { at(word + 1).store(value, std::memory_order_release); }
  auto list(std::size_t number) -> count_rows& { return lists_[number]; }

  /// For anybody: calls `look`, which uses get() and list(), until it has seen one instant.
  template <class Look> void read(Look&& look) const {
    const auto& number = sequence();
    for (;; std::this_thread::yield()) {
      const auto before = number.load(std::memory_order_acquire);
      if (before % 2 != 0) continue;
      look();
      if (number.load(std::memory_order_relaxed) == before) return;
    }
  }
  auto get(std::size_t word) const -> std::uint64_t { return at(word + 1).load(std::memory_order_acquire); }
  auto list(std::size_t number) const -> const count_rows& { return lists_[number]; }

private:
  static constexpr std::size_t words_of_line = 8;
  /// No line of a cache is shared with another owner's.
  struct alignas(64) line {
    std::atomic<std::uint64_t> words[words_of_line] = {};
  };

  auto at(std::size_t word) const -> std::atomic<std::uint64_t>& {
    return lines_[word / words_of_line].words[word % words_of_line];
  }
  auto sequence() const -> std::atomic<std::uint64_t>& { return at(0); }

  std::unique_ptr<line[]> lines_;
  std::unique_ptr<count_rows[]> lists_;
};

} // namespace weir
