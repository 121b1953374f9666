/// Cuts what a client of the forward protocol sends into root objects: msgpack, or JSON if that comes first.
#pragma once

#include "actors/collectors/network/connection.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/codec/forward_json.hpp"
#include "runtime/event/msgpack_skipper.hpp"

#include <optional>
#include <string_view>

namespace weir {

class forward_roots {
public:
  /// `sniffs_json`: a first byte of { or [ means JSON for good.
  explicit forward_roots(bool sniffs_json) : sniffs_json_(sniffs_json) {}

  /// The next whole root object as msgpack, if it is there; valid until consume(). The size of a root
  /// object is bounded before its bytes are stored. errc::malformed or errc::limit end the connection.
  auto next(client_connection& from, std::size_t bytes_max) -> result<std::optional<std::string_view>>;
  /// Bytes of the current root object on the wire.
  auto bytes() const -> std::size_t { return bytes_; }
  void consume(client_connection& from);
  auto is_json() const -> bool { return is_json_; }

private:
  void decide_codec(std::string_view bytes);
  auto next_json(std::string_view bytes, std::size_t bytes_max) -> result<std::optional<std::string_view>>;
  auto next_msgpack(client_connection& from, std::size_t bytes_max) -> result<std::optional<std::string_view>>;

  std::size_t bytes_ = 0;
  msgpack_skipper skipper_;
  json_document_finder finder_;
  byte_buffer converted_; ///< a JSON document as msgpack
  bool sniffs_json_;
  bool is_json_ = false;
};

} // namespace weir
