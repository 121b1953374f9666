/// JSON documents -> the msgpack they stand for.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <memory>
#include <string_view>

namespace weir {

/// Keeps its memory from document to document.
class json_packer {
public:
  json_packer();
  ~json_packer();

  /// Appends the msgpack form of one JSON document; after an error nothing. Of keys that repeat in an object the last one
  /// counts. Total.
  auto append(std::string_view document, byte_buffer& out) -> result<void>;

private:
  struct memory;
  std::unique_ptr<memory> memory_;
};

} // namespace weir
