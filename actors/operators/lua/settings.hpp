/// The settings of lua, which do without its library.
#pragma once

#include "config/settings.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

inline constexpr auto lua_help = std::string_view{"Has a function in Lua decide what becomes of an event."};

enum class lua_failure { keep, drop, dead_letter };

constexpr auto names_of(lua_failure*) {
  return std::array<std::pair<std::string_view, lua_failure>, 3>{
      {{"keep", lua_failure::keep}, {"drop", lua_failure::drop}, {"dead_letter", lua_failure::dead_letter}}};
}

struct lua_settings {
  std::string script;
  std::string file;
  std::string function = "process";
  duration time_max = std::chrono::milliseconds{100};
  byte_count memory_max{std::uint64_t{64} << 20};
  lua_failure on_error = lua_failure::keep;
};

template <class Visitor> void describe(Visitor& v, lua_settings& s) {
  v.field("script", s.script, "The script itself; or:");
  v.field("file", s.file, "The file that has it. It is read at a start.");
  v.field("function", s.function,
          "The function that is called with tag, time and record, and returns a code (-1: drop, 0: as it is, 1: new time and "
          "record, 2: new record), the time, and the record or a list of records.");
  v.field("time_max", s.time_max, "A call that takes longer is stopped, and has failed.");
  v.field("memory_max", s.memory_max, "What the script may have in memory, each collector's apart.");
  v.field("on_error", s.on_error,
          "When a call fails: keep: the event as it came with lua_error; drop: counted and dropped; dead_letter: set aside "
          "with the reason.");
}

} // namespace weir
