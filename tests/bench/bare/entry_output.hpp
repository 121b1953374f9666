/// Where a bare loop packs its entries: a buffer that is emptied when full, into nothing or as JSON lines.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/bench/bare/pack.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace weir::bench {

class entry_output {
public:
  static constexpr std::size_t packed_bytes = 1024 * 1024;
  static constexpr std::size_t printed_bytes = 256 * 1024;

  /// An empty path: entries are packed and forgotten.
  explicit entry_output(const std::string& path);
  entry_output(const entry_output&) = delete;
  auto operator=(const entry_output&) -> entry_output& = delete;
  ~entry_output();
  auto is_open() const -> bool { return !prints_ || descriptor_ >= 0; }

  /// A packer with room for the entry of a line of `line_bytes` (at most 64 KiB); follow with done().
  auto begin(std::size_t line_bytes) -> packer {
    if (used_ + pack_bytes_max(line_bytes) > packed_bytes) empty();
    return packer{packed_.get() + used_};
  }
  void done(const packer& behind) {
    used_ = static_cast<std::size_t>(behind.at() - packed_.get());
    ++events_;
  }
  /// Prints what is left; returns the events, or why something could not be written.
  auto finish() -> result<std::uint64_t>;

private:
  void empty();
  void write_out(std::size_t bytes);

  bool prints_;
  int descriptor_ = -1;
  int errno_ = 0; ///< of the first write that failed
  std::size_t used_ = 0;
  std::uint64_t events_ = 0;
  std::unique_ptr<char[]> packed_ = std::make_unique<char[]>(packed_bytes + 64);
  std::unique_ptr<char[]> printed_;
};

} // namespace weir::bench
