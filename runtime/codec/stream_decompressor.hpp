/// gzip and zstd as they come, a piece at a time.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/compression.hpp"

#include <memory>
#include <string_view>

namespace weir {

class stream_decompressor {
public:
  virtual ~stream_decompressor() = default;
  /// Takes from the front of `in` and appends at most `room` bytes; less only if `in` is used up. Members and frames may
  /// follow each other. errc::malformed: what comes is damaged.
  virtual auto step(std::string_view& in, byte_buffer& out, std::size_t room) -> result<void> = 0;
  /// Whether what was taken so far is whole, so that the input may end here.
  virtual auto is_whole() const -> bool = 0;
};

/// Not of compression::none.
auto make_stream_decompressor(compression method) -> std::unique_ptr<stream_decompressor>;

} // namespace weir
