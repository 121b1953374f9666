#include "actors/operators/lua/script.hpp"
#include "actors/operators/lua/settings.hpp"
#include "actors/operators/operator.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/os/whole_file.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

auto open_script(const lua_settings& s) -> result<std::unique_ptr<lua::script>> {
  auto made = lua::script_settings{s.script, "=script", s.function, s.time_max, static_cast<std::size_t>(s.memory_max.value)};
  if (!s.file.empty()) {
    WEIR_TRY(made.text, read_whole(s.file));
    made.name = '@' + s.file;
  }
  return lua::script::open(made);
}

class lua_operator final : public event_operator {
public:
  static constexpr bool makes_several = true;
  static constexpr bool remembers = true;
  using settings = lua_settings;

  lua_operator(const settings& s, const plugin_context& context) : on_error_(s.on_error) {
    // Validated before; but the file may have changed since.
    if (auto opened = open_script(s)) {
      script_ = std::move(*opened);
    } else {
      missing_ = opened.failure().what;
      spdlog::warn("{}/{}: lua: {}", context.node, context.component, missing_);
    }
  }

  void apply(const event_view& in, event_output& out) override {
    if (script_ == nullptr) return put_failed(in, missing_, out);
    const auto done = script_->call(in);
    if (!done) return put_failed(in, done.failure().what, out);
    const auto& verdict = **done;
    using kind = lua::verdict::kind;
    if (verdict.what == kind::dropped) return out.drop("dropped by lua");
    if (verdict.what == kind::unchanged) return out.put(in);
    auto made = in;
    made.time_ns = verdict.time_ns;
    made.is_timed_at_reading = in.is_timed_at_reading && verdict.time_ns == in.time_ns;
    for (const auto record : verdict.records) made.record = record, out.put(made);
  }

private:
  void put_failed(const event_view& in, std::string_view why, event_output& out) {
    if (on_error_ == lua_failure::drop) return out.drop("lua failed");
    if (on_error_ == lua_failure::dead_letter) return out.dead_letter(in, why);
    out.note_unparsed();
    why_.clear();
    msgpack_writer{why_}.str(why);
    record_.clear();
    append_with_path(record_, in.record, "lua_error", why_.view());
    out.put(in.with(record_.view()));
  }

  lua_failure on_error_;
  std::unique_ptr<lua::script> script_;
  std::string missing_;
  byte_buffer why_;
  byte_buffer record_;
};

} // namespace

void validate(const lua_settings& s, config::settings_reader& reader) {
  if (s.script.empty() == s.file.empty()) return reader.complain({}, "wants either \"script\" or \"file\"");
  if (s.time_max <= duration{0}) return reader.complain("time_max", "\"time_max\" wants a time above 0");
  if (const auto opened = open_script(s); !opened)
    reader.complain(s.file.empty() ? "script" : "file", "lua: " + opened.failure().what);
}

namespace {

const register_operator<lua_operator> registered_lua{"lua", std::string{lua_help}};

} // namespace
} // namespace weir
