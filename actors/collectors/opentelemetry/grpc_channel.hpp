/// Unary calls of gRPC over HTTP/2: bytes in, calls out; answers in, bytes out.
//
// Frames and headers are nghttp2's affair; this bounds what a client may have under way. No clock, no socket.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

struct nghttp2_session;

namespace weir {

struct grpc_call {
  std::int32_t stream = 0;
  std::string path;
  std::string coding; ///< grpc-encoding
  std::string authorization;
  std::string key; ///< idempotency-key
  byte_buffer body;
  bool is_too_large = false; ///< its body is not all there
};

struct grpc_answer {
  int code = 0;
  std::string message = {};
  std::string payload = {}; ///< one message, with code 0
  std::string details = {}; ///< google.rpc.Status
};

/// The one message of a unary call's body; nothing if it is not just that.
struct grpc_message {
  bool is_compressed = false;
  std::string_view bytes;
};
auto message_of_grpc(std::string_view body) -> std::optional<grpc_message>;

class grpc_channel {
public:
  static constexpr std::uint32_t calls_max = 100; ///< of one client at once

  explicit grpc_channel(std::size_t body_bytes_max);
  ~grpc_channel();
  grpc_channel(const grpc_channel&) = delete;
  auto operator=(const grpc_channel&) -> grpc_channel& = delete;

  /// Takes all of the bytes. errc::malformed: this is no HTTP/2. Total.
  auto feed(std::string_view bytes) -> result<void>;
  /// The next call that is whole.
  auto take_call() -> std::optional<grpc_call>;
  /// Answers a call; nothing happens if its client has given it up.
  void answer(std::int32_t stream, const grpc_answer& what);
  /// What is to be sent next; empty: nothing now. Valid until the next call.
  auto output() -> std::string_view;
  /// Calls that are not whole are given up.
  void give_up();
  auto has_unfinished() const -> bool { return !calls_.empty(); }
  /// Of bodies that are not whole.
  auto held_bytes() const -> std::size_t { return held_bytes_; }
  /// Nothing more comes or goes.
  auto is_over() const -> bool;

private:
  struct callbacks;
  struct answer_body {
    std::string bytes; ///< with the head that gRPC puts before a message
    std::size_t sent = 0;
  };
  void begin(std::int32_t stream);
  void add_field(std::int32_t stream, std::string_view name, std::string_view value);
  void add_body(std::int32_t stream, std::string_view bytes);
  void end(std::int32_t stream);
  void forget(std::int32_t stream);

  nghttp2_session* session_ = nullptr;
  std::size_t body_bytes_max_;
  std::map<std::int32_t, grpc_call> calls_; ///< that are not whole
  std::deque<grpc_call> whole_;
  std::map<std::int32_t, answer_body> answers_;
  std::size_t held_bytes_ = 0;
};

} // namespace weir
