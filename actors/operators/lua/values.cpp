#include "actors/operators/lua/values.hpp"

#include <lua.hpp>

#include <cmath>
#include <cstring>

namespace weir::lua {
namespace {

constexpr auto list_type = "weir.list";
constexpr auto opaque_type = "weir.opaque";
constexpr auto exact_integer_max = std::int64_t{1} << 53;

void push_text(lua_State* state, std::string_view text) { lua_pushlstring(state, text.data(), text.size()); }

/// Its msgpack in a block of Lua's.
void push_opaque(lua_State* state, msgpack_reader& read) {
  auto value = std::string_view{};
  if (!read.value(value)) return lua_pushnil(state);
  std::memcpy(lua_newuserdata(state, value.size()), value.data(), value.size());
  luaL_getmetatable(state, opaque_type);
  lua_setmetatable(state, -2);
}

void push_table(lua_State* state, msgpack_reader& read, int depth) {
  auto count = std::uint32_t{0};
  const auto is_map = read.map(count);
  if (!is_map && !read.array(count)) return lua_pushnil(state);
  luaL_checkstack(state, 6, "values are too deep");
  lua_newtable(state);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (is_map)
      push_value(state, read, depth_max); // what is no text or number cannot be a key
    else
      lua_pushnumber(state, i + 1.0);
    push_value(state, read, depth + 1);
    if (lua_isnil(state, -2))
      lua_pop(state, 2);
    else
      lua_rawset(state, -3);
  }
  if (is_map) return;
  luaL_getmetatable(state, list_type);
  lua_setmetatable(state, -2);
}

auto has_type(lua_State* state, int index, const char* type) -> bool {
  if (lua_getmetatable(state, index) == 0) return false;
  luaL_getmetatable(state, type);
  const auto is_it = lua_rawequal(state, -1, -2) != 0;
  lua_pop(state, 2);
  return is_it;
}

/// Whether its keys are just 1, 2, 3, ….
auto is_sequence(lua_State* state, int table) -> bool {
  const auto size = lua_objlen(state, table);
  auto keys = std::size_t{0};
  for (lua_pushnil(state); lua_next(state, table) != 0; lua_pop(state, 1), ++keys) {
    const auto key = lua_type(state, -2) == LUA_TNUMBER ? lua_tonumber(state, -2) : 0.0;
    if (key >= 1 && key <= static_cast<double>(size) && key == std::floor(key)) continue;
    lua_pop(state, 2);
    return false;
  }
  return keys == size;
}

void append_key(lua_State* state, int index, msgpack_writer& out) {
  if (lua_type(state, index) != LUA_TSTRING && lua_type(state, index) != LUA_TNUMBER)
    luaL_error(state, "a field's name is a %s, wanted a string", luaL_typename(state, index));
  lua_pushvalue(state, index); // a number becomes text, which must not happen to the key of a walk
  auto size = std::size_t{0};
  const auto* const text = lua_tolstring(state, -1, &size);
  out.str({text, size});
  lua_pop(state, 1);
}

void append_table(lua_State* state, int table, byte_buffer& out, int depth) {
  luaL_checkstack(state, 6, "tables are too deep");
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  auto count = std::uint32_t{0};
  const auto is_array = is_sequence(state, table) && (lua_objlen(state, table) > 0 || has_type(state, table, list_type));
  for (std::size_t i = 1; is_array && i <= lua_objlen(state, table); ++i, ++count) {
    lua_rawgeti(state, table, static_cast<int>(i));
    append_value(state, lua_gettop(state), out, depth + 1);
    lua_pop(state, 1);
  }
  if (is_array) return write.close_array(mark, count);
  for (lua_pushnil(state); lua_next(state, table) != 0; lua_pop(state, 1), ++count) {
    append_key(state, lua_gettop(state) - 1, write);
    append_value(state, lua_gettop(state), out, depth + 1);
  }
  write.close_map(mark, count);
}

void append_number(lua_State* state, int index, msgpack_writer& out) {
  const auto number = lua_tonumber(state, index);
  if (number == std::floor(number) && std::abs(number) <= static_cast<double>(exact_integer_max))
    out.integer(static_cast<std::int64_t>(number));
  else
    out.real(number);
}

} // namespace

void define_values(lua_State* state) {
  luaL_newmetatable(state, list_type);
  luaL_newmetatable(state, opaque_type);
  lua_pop(state, 2);
  lua_pushlightuserdata(state, nullptr);
  lua_setglobal(state, "null");
}

void push_value(lua_State* state, msgpack_reader& read, int depth) {
  auto flag = false;
  auto whole = std::int64_t{0};
  auto real = 0.0;
  auto text = std::string_view{};
  const auto type = read.peek();
  if (type == msgpack_type::nil) return read.nil(), lua_pushlightuserdata(state, nullptr);
  if (read.boolean(flag)) return lua_pushboolean(state, flag ? 1 : 0);
  if (read.str_or_bin(text)) return push_text(state, text);
  if (type == msgpack_type::real && read.real(real)) return lua_pushnumber(state, real);
  if ((type == msgpack_type::map || type == msgpack_type::array) && depth < depth_max) return push_table(state, read, depth);
  auto ahead = read;
  if (!ahead.integer(whole) || whole > exact_integer_max || whole < -exact_integer_max) return push_opaque(state, read);
  read = ahead;
  lua_pushnumber(state, static_cast<double>(whole));
}

void append_value(lua_State* state, int index, byte_buffer& out, int depth) {
  if (out.size() > written_bytes_max) luaL_error(state, "what is returned makes more than 16 MiB");
  auto write = msgpack_writer{out};
  auto size = std::size_t{0};
  switch (lua_type(state, index)) {
  case LUA_TNIL: return write.nil();
  case LUA_TBOOLEAN: return write.boolean(lua_toboolean(state, index) != 0);
  case LUA_TNUMBER: return append_number(state, index, write);
  case LUA_TSTRING: {
    const auto* const text = lua_tolstring(state, index, &size);
    return write.str({text, size});
  }
  case LUA_TLIGHTUSERDATA: return write.nil();
  case LUA_TTABLE:
    if (depth >= depth_max) luaL_error(state, "tables are more than 64 deep, or hold themselves");
    return append_table(state, index, out, depth);
  case LUA_TUSERDATA:
    if (has_type(state, index, opaque_type))
      return write.raw({static_cast<const char*>(lua_touserdata(state, index)), lua_objlen(state, index)});
    [[fallthrough]];
  default: luaL_error(state, "a %s cannot be in a record", luaL_typename(state, index));
  }
}

auto is_list(lua_State* state, int index) -> bool {
  return lua_istable(state, index) && lua_objlen(state, index) > 0 && is_sequence(state, index);
}

} // namespace weir::lua
