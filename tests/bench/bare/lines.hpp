/// Reads a file line by line in blocks, as every bare loop over files does.
#pragma once

#include "runtime/base/result.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace weir::bench {

class line_file {
public:
  static constexpr std::size_t block_bytes = 256 * 1024;
  static constexpr std::size_t line_bytes_max = 64 * 1024;
  static constexpr std::size_t padding = 64; ///< readable behind each line, for SIMD

  explicit line_file(const std::string& path) : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  line_file(const line_file&) = delete;
  auto operator=(const line_file&) -> line_file& = delete;
  ~line_file() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  auto is_open() const -> bool { return descriptor_ >= 0; }

  /// Calls `visit(line)` for every line that ends in a newline; returns the bytes read.
  template <class Visitor> auto for_each(Visitor&& visit) -> result<std::uint64_t> {
    auto bytes = std::uint64_t{0};
    auto held = std::size_t{0}; // bytes of an unfinished line at the front of the buffer
    for (;;) {
      const auto got = ::read(descriptor_, buffer_.get() + held, block_bytes);
      if (got < 0) return error_from_errno("cannot read", errno);
      if (got == 0) return bytes;
      bytes += static_cast<std::uint64_t>(got);
      held = visit_lines({buffer_.get(), held + static_cast<std::size_t>(got)}, visit);
      if (held > line_bytes_max) return error{errc::limit, "a line is longer than 64 KiB"};
    }
  }

private:
  /// Returns how many bytes are left over; they are moved to the front.
  template <class Visitor> auto visit_lines(std::string_view block, Visitor&& visit) -> std::size_t {
    const auto* at = block.data();
    const auto* const end = at + block.size();
    while (const auto* newline =
               static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)))) {
      visit(std::string_view{at, static_cast<std::size_t>(newline - at)});
      at = newline + 1;
    }
    const auto left = static_cast<std::size_t>(end - at);
    std::memmove(buffer_.get(), at, left);
    return left;
  }

  int descriptor_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(line_bytes_max + block_bytes + padding);
};

} // namespace weir::bench
