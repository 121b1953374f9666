/// Frames out of the bytes of a connection: in bounded memory, the bodies of chunks straight into their buffers.
#pragma once

#include "runtime/base/buffer_pool.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/net/stream.hpp"
#include "runtime/wire/frame.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::wire {

/// What becomes of them. An error ends the connection.
class frame_taker {
public:
  virtual ~frame_taker() = default;
  /// Before anything of it is stored.
  virtual auto on_header(const frame_header& header) -> result<void> = 0;
  /// The same for the chunks of a transfer, by what comes before them. False: they are not wanted, and skipped.
  virtual auto on_transfer(const routed& begun) -> result<bool> = 0;
  virtual auto on_frame(frame&& whole) -> result<void> = 0;
};

class frame_reader {
public:
  /// For what is no body, each connection has so much at any time.
  static constexpr auto small_bytes = std::size_t{4} << 10;

  /// `bodies`: where large ones come from.
  frame_reader(frame_taker& to, buffer_pool& bodies);

  auto room() -> net::read_room;
  /// After an error everything that comes is thrown away.
  auto take(std::size_t bytes) -> result<void>;

private:
  enum class stage { header, payload, transfer, prefix, head, body, skipped, broken };

  auto waiting() const -> std::string_view { return {small_.data() + begin_, small_.size() - begin_}; }
  auto is_filling() const -> bool { return stage_ == stage::payload || stage_ == stage::head || stage_ == stage::body; }
  auto fill() -> bool;
  void expect(stage next, std::size_t bytes, byte_buffer into = {});
  auto parse() -> result<void>;
  /// Whether the stage was gone through; else more bytes are needed.
  auto step() -> result<bool>;
  auto take_fixed(std::size_t bytes) -> std::optional<std::string_view>;
  auto on_header() -> result<bool>;
  auto on_payload() -> result<bool>;
  auto on_transfer() -> result<bool>;
  auto on_prefix() -> result<bool>;
  auto on_body() -> result<bool>;
  auto next_chunk() -> result<bool>;
  auto skip() -> bool;

  frame_taker& to_;
  buffer_pool& bodies_;
  byte_buffer small_;
  std::size_t begin_ = 0; // of what waits in small_
  stage stage_ = stage::header;
  frame_header header_;
  byte_buffer filled_;    // payload, head or body, as far as it has come
  std::size_t left_ = 0;  // of it, or to be skipped
  std::size_t rest_ = 0;  // of a transfer's frame
  std::uint32_t chunks_left_ = 0;
  routed transfer_;
  chunk_sizes sizes_;
  byte_buffer chunk_head_;
};

} // namespace weir::wire
