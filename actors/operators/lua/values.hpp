/// msgpack to values of Lua and back.
//
//  nil                 the global `null`, as a table cannot hold nil
//  integers            numbers, as long as a number holds them exactly (2^53)
//  str, bin            strings
//  maps, lists         tables; one that was an empty list stays a list
//  all else            opaque values that may be moved and compared with null only: times, larger integers, what is
//                      deeper than depth_max
#pragma once

#include "runtime/event/msgpack.hpp"

struct lua_State;

namespace weir::lua {

inline constexpr auto depth_max = 64;
/// Tables may hold one table many times: what is written of them is bounded.
inline constexpr auto written_bytes_max = std::size_t{16} << 20;

/// Defines `null` and what values() and append_value() tell tables and opaque values by. May raise an error of Lua's.
void define_values(lua_State* state);
/// Pushes the value at the front of `read`. May raise.
void push_value(lua_State* state, msgpack_reader& read, int depth = 0);
/// Appends the value at `index`, which is not relative to the top. May raise.
void append_value(lua_State* state, int index, byte_buffer& out, int depth = 0);
/// Whether the value at `index` is a list that is not empty. May raise.
auto is_list(lua_State* state, int index) -> bool;

} // namespace weir::lua
