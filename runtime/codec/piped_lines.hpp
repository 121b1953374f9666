/// The messages of a pipe or another descriptor that does not block.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/stream_framer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace weir {

class piped_lines {
public:
  piped_lines(stream_framing how, std::size_t message_bytes_max) : framer_(how, message_bytes_max) {}

  enum class outcome : std::uint8_t { some, none, ended };
  /// Reads once. The error: errc::malformed is of what was read, others of the descriptor.
  auto fill(int fd) -> result<outcome>;
  /// The next message of what was read, with 64 readable bytes behind it; valid until the next fill().
  auto next() -> result<std::optional<framed_message>>;
  /// What is left when nothing follows; then all is as at the beginning.
  auto last() -> std::optional<framed_message>;
  /// How much was handed on since the beginning, and what stood around it.
  auto used() const -> std::uint64_t { return used_; }

private:
  void use(std::size_t bytes);

  stream_framer framer_;
  byte_buffer held_;
  std::size_t begin_ = 0; ///< of what was not handed on
  std::uint64_t used_ = 0;
};

} // namespace weir
