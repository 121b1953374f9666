/// The protocol of Redis, as far as a client needs it: commands as they are sent, replies as they come (RESP2).
//
//  command := "*" count CRLF ("$" size CRLF bytes CRLF)*
//  reply   := "+" text CRLF | "-" text CRLF | ":" number CRLF | "$" size CRLF bytes CRLF | "*" count CRLF reply*
//
//  A size or count of -1 is a reply that there is nothing.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Nothing that is asked for is as long.
inline constexpr auto redis_reply_bytes_max = std::size_t{64} << 20;

struct redis_reply {
  enum class kind { status, error, number, text, list, nothing };
  kind is = kind::nothing;
  std::string text; ///< of a status, an error or a text
  std::int64_t number = 0;
  std::vector<redis_reply> items;

  auto is_error() const -> bool { return is == kind::error; }
};

void append_redis_command_head(byte_buffer& to, std::size_t words);
void append_redis_word(byte_buffer& to, std::string_view word);

/// The first reply of the bytes, which go; nothing while it is not whole. Total: any bytes are valid arguments. The error:
/// these are none of Redis.
auto take_redis_reply(std::string_view& from) -> result<std::optional<redis_reply>>;

/// What an error reply means for what was asked: errc::unavailable: the same may go well later, errc::failed: not before
/// somebody changes something.
auto error_of_redis(std::string_view text) -> error;

} // namespace weir
