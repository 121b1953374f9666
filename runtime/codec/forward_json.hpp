/// JSON text on a forward connection: documents one after the other, turned into the msgpack they stand for.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <string_view>

namespace weir {

/// Finds the end of an object or array that arrives in pieces, without looking at any byte twice.
class json_document_finder {
public:
  enum class progress { complete, incomplete, malformed };

  /// `bytes` begins with `{` or `[` and never shrinks between calls; reset() for the next document.
  auto resume(std::string_view bytes) noexcept -> progress;
  auto size() const noexcept -> std::size_t { return offset_; }
  void reset() noexcept { *this = {}; }

private:
  auto step(char byte) noexcept -> progress;

  std::size_t offset_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

/// Appends the msgpack form of one JSON document. Of keys that repeat in an object the last one counts.
auto json_to_msgpack(std::string_view document, byte_buffer& out) -> result<void>;

/// Appends `{"ack":"…"}` for a chunk id as forward_option::chunk holds it.
void append_json_ack(byte_buffer& out, std::string_view chunk);

} // namespace weir
