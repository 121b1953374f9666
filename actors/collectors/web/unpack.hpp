/// The content of a request's body: out of its chunks, and decompressed.
#pragma once

#include "actors/collectors/web/request.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <string_view>

namespace weir {

class web_unpacker {
public:
  /// `framed` is all of the body as it came, with line_padding readable bytes behind it, and so has the result, which is valid
  /// until the next call. errc::limit: more than `bytes_max` come out; errc::rejected: a coding that is not known; errc::malformed.
  auto whole(const web_request& of, std::string_view framed, std::size_t bytes_max) -> result<std::string_view>;
  /// By a coding alone: "", identity, gzip, zstd, deflate.
  auto decoded(std::string_view coding, std::string_view content, std::size_t bytes_max) -> result<std::string_view>;

private:
  byte_buffer joined_;
  byte_buffer unpacked_;
};

/// Whether its content is as it is.
auto is_plain(const web_request& of) -> bool;
/// The status for an error of web_unpacker.
auto status_of_unpacking(const error& why) -> int;

} // namespace weir
