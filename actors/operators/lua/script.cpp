#include "actors/operators/lua/script.hpp"

#include "actors/operators/lua/values.hpp"

#include <lua.hpp>

#include <cmath>
#include <cstdlib>

namespace weir::lua {
namespace {

constexpr auto instructions_between_looks = 1000;

/// What a script may not reach: other files, code that is not text, the machinery of Lua itself.
constexpr const char* removed_globals[] = {"collectgarbage", "dofile",     "gcinfo",  "getfenv", "load", "loadfile",
                                           "loadstring",     "module",     "newproxy", "print",  "require", "setfenv"};
constexpr const char* kept_of_os[] = {"clock", "date", "difftime", "time"};

class lua_script final : public script {
public:
  explicit lua_script(const script_settings& s) : settings_(s) {}
  lua_script(const lua_script&) = delete;
  ~lua_script() override {
    if (state_ != nullptr) lua_close(state_);
  }

  auto prepare() -> result<void> {
    state_ = lua_newstate(allocate, this);
    if (state_ == nullptr) return error{errc::limit, "\"memory_max\" has no room for Lua itself"};
    luaJIT_setmode(state_, 0, LUAJIT_MODE_ENGINE | LUAJIT_MODE_OFF); // compiled code would run without the hook
    WEIR_CHECK(run_protected(load));
    return {};
  }

  auto call(const event_view& event) -> result<const verdict*> override {
    event_ = &event;
    written_.clear();
    ends_.clear();
    verdict_ = {verdict::kind::unchanged, event.time_ns, std::move(verdict_.records)};
    verdict_.records.clear();
    if (auto done = run_protected(judge); !done) {
      lua_gc(state_, LUA_GCCOLLECT, 0);
      return done.failure();
    }
    auto begin = std::size_t{0};
    for (const auto end : ends_) {
      verdict_.records.push_back(written_.view_from(begin).substr(0, end - begin));
      begin = end;
    }
    return &verdict_;
  }

private:
  /// Frees for a size of 0. What would be more than allowed fails, of which Lua makes an error.
  static auto allocate(void* user, void* block, std::size_t before, std::size_t wanted) -> void* {
    auto& self = *static_cast<lua_script*>(user);
    if (wanted == 0) return self.used_ -= before, std::free(block), nullptr;
    const auto others = self.used_ - (block == nullptr ? 0 : before);
    if (wanted > before && others + wanted > self.settings_.memory_max) return nullptr;
    auto* const made = std::realloc(block, wanted);
    if (made != nullptr) self.used_ = others + wanted;
    return made;
  }

  /// A script could catch one error and go on: from then on each of its instructions is one.
  static void look_at_clock(lua_State* state, lua_Debug*) {
    auto& self = of(state);
    if (std::chrono::steady_clock::now() < self.deadline_) return;
    lua_sethook(state, look_at_clock, LUA_MASKCOUNT, 1);
    luaL_error(state, "took more time than \"time_max\" allows");
  }

  static auto of(lua_State* state) -> lua_script& {
    auto* user = static_cast<void*>(nullptr);
    lua_getallocf(state, &user);
    return *static_cast<lua_script*>(user);
  }

  /// Calls a function of C with this object on the stack, where an error of Lua's ends.
  auto run_protected(lua_CFunction what) -> result<void> {
    deadline_ = std::chrono::steady_clock::now() + settings_.time_max;
    lua_sethook(state_, look_at_clock, LUA_MASKCOUNT, instructions_between_looks);
    const auto status = lua_cpcall(state_, what, this);
    lua_sethook(state_, nullptr, 0, 0);
    if (status == 0) return {};
    const auto* const text = lua_tostring(state_, -1);
    auto failed = error{errc::rejected, text == nullptr ? "failed without a message" : text};
    lua_settop(state_, 0);
    return failed;
  }

  static auto load(lua_State* state) -> int {
    auto& self = of(state);
    for (const auto open : {luaopen_base, luaopen_table, luaopen_string, luaopen_math, luaopen_bit, luaopen_os}) {
      lua_pushcfunction(state, open);
      lua_call(state, 0, 0);
    }
    remove_dangers(state);
    define_values(state);
    const auto& s = self.settings_;
    if (luaL_loadbufferx(state, s.text.data(), s.text.size(), s.name.c_str(), "t") != 0) return lua_error(state);
    lua_call(state, 0, 0);
    lua_getglobal(state, s.function.c_str());
    if (!lua_isfunction(state, -1)) luaL_error(state, "there is no function \"%s\"", s.function.c_str());
    lua_setfield(state, LUA_REGISTRYINDEX, "weir.function");
    return 0;
  }

  static void remove_dangers(lua_State* state) {
    for (const auto* name : removed_globals) {
      lua_pushnil(state);
      lua_setglobal(state, name);
    }
    lua_getglobal(state, "string");
    lua_pushnil(state);
    lua_setfield(state, -2, "dump");
    lua_getglobal(state, "os");
    lua_newtable(state);
    for (const auto* name : kept_of_os) {
      lua_getfield(state, -2, name);
      lua_setfield(state, -2, name);
    }
    lua_setglobal(state, "os");
    lua_pop(state, 2);
  }

  static auto judge(lua_State* state) -> int {
    auto& self = of(state);
    const auto& event = *self.event_;
    const auto seconds = static_cast<double>(event.time_ns) / 1e9;
    lua_getfield(state, LUA_REGISTRYINDEX, "weir.function");
    lua_pushlstring(state, event.tag.data(), event.tag.size());
    lua_pushnumber(state, seconds);
    auto read = msgpack_reader{event.record};
    push_value(state, read);
    lua_call(state, 3, 3);
    const auto first = lua_gettop(state) - 2;
    if (!lua_isnumber(state, first)) luaL_error(state, "returned no code; wanted -1, 0, 1 or 2");
    const auto code = lua_tonumber(state, first);
    if (code == 0) return 0;
    self.verdict_.what = code == -1 ? verdict::kind::dropped : verdict::kind::changed;
    if (code == -1) return 0;
    if (code != 1 && code != 2) luaL_error(state, "returned the code %f; wanted -1, 0, 1 or 2", code);
    if (code == 1) self.take_time(state, first + 1, seconds);
    self.take_records(state, first + 2);
    return 0;
  }

  /// A number has not all digits of a time: one that was not changed leaves the time as it is.
  void take_time(lua_State* state, int index, double before) {
    constexpr auto seconds_max = 4294967296.0; // what an event's time can be
    if (lua_isnumber(state, index) == 0) luaL_error(state, "returned the code 1 and no time");
    const auto seconds = lua_tonumber(state, index);
    if (seconds == before) return;
    if (!(seconds >= 0 && seconds < seconds_max)) luaL_error(state, "returned a time that is none of 1970 to 2106");
    const auto whole = std::floor(seconds);
    verdict_.time_ns = static_cast<std::int64_t>(whole) * 1'000'000'000 + std::llround((seconds - whole) * 1e9);
  }

  void take_records(lua_State* state, int index) {
    if (!lua_istable(state, index)) luaL_error(state, "returned no record");
    if (!is_list(state, index)) return take_record(state, index);
    for (std::size_t i = 1; i <= lua_objlen(state, index); ++i) {
      lua_rawgeti(state, index, static_cast<int>(i));
      take_record(state, lua_gettop(state));
      lua_pop(state, 1);
    }
  }

  void take_record(lua_State* state, int index) {
    const auto begin = written_.size();
    append_value(state, index, written_);
    if (msgpack_reader{written_.view_from(begin)}.peek() != msgpack_type::map) luaL_error(state, "returned a record that is no table of names");
    ends_.push_back(written_.size());
  }

  script_settings settings_;
  lua_State* state_ = nullptr;
  std::size_t used_ = 0;
  std::chrono::steady_clock::time_point deadline_;
  const event_view* event_ = nullptr;
  byte_buffer written_;
  std::vector<std::size_t> ends_; ///< of the records in written_
  verdict verdict_;
};

} // namespace

auto script::open(const script_settings& settings) -> result<std::unique_ptr<script>> {
  auto made = std::make_unique<lua_script>(settings);
  WEIR_CHECK(made->prepare());
  return std::unique_ptr<script>{std::move(made)};
}

} // namespace weir::lua
