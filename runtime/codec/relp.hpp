/// RELP, syslog with acks: what a client sends and is answered.
//
//  frame    := number SP command SP size [SP data] LF
//  response := frame whose command is "rsp" and whose data begins with "200 " or "500 "; its number is that of what it answers
//
//  A server that is going to close says "0 serverclose 0".
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

inline constexpr auto relp_number_max = std::uint32_t{999'999'999};
inline constexpr auto relp_frame_bytes_max = std::size_t{128} << 10;

struct relp_head {
  std::uint32_t number = 0;
  std::string_view command; ///< of the bytes it was taken from
  std::uint32_t data_bytes = 0;
};

struct relp_frame {
  std::uint32_t number = 0;
  std::string_view command; ///< of the bytes it was taken from
  std::string_view data;
};

void append_relp_frame(byte_buffer& out, std::uint32_t number, std::string_view command, std::string_view data);
/// What stands before the data of the first frame of the bytes, which goes; behind the data is an LF. Nothing while it is not
/// whole. Total. The error: these are none of RELP.
auto take_relp_head(std::string_view& from) -> result<std::optional<relp_head>>;
/// The first frame of the bytes, which goes; nothing while it is not whole. Total. The error: these are none of RELP.
auto take_relp_frame(std::string_view& from) -> result<std::optional<relp_frame>>;

} // namespace weir
