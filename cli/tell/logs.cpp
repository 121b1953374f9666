#include "cli/tell/logs.hpp"

#include "cli/logging.hpp"
#include "cli/status/json_object.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto entries_told = std::size_t{1000}; // if nobody says how many
constexpr auto newest_bytes_most = std::size_t{1} << 20; // of an answer; who wants more asks again

auto levels_text() -> std::string {
  auto text = std::string{};
  for (const auto* l : log_levels) text += (text.empty() ? "" : ", ") + std::string{l};
  return text;
}

auto level_of(const std::string& name) -> result<int> {
  const auto at = std::find(log_levels.begin(), log_levels.end(), name);
  if (at != log_levels.end()) return static_cast<int>(at - log_levels.begin());
  return error{errc::malformed, "\"" + name + "\" is no level; there are " + levels_text()};
}

auto name_of_level(int level) -> std::string_view { return log_levels[static_cast<std::size_t>(level)]; }

void set_log_level(int level) { spdlog::set_level(static_cast<spdlog::level::level_enum>(level)); }

auto read_query(const question& what) -> result<log_ring::query> {
  auto wanted = log_ring::query{};
  if (!what.word("since").empty()) {
    WEIR_TRY(wanted.since, what.number("since", 0));
  }
  if (const auto level = what.word("level"); !level.empty()) {
    WEIR_TRY(wanted.least, level_of(level));
  }
  wanted.text = what.word("text");
  WEIR_TRY(wanted.limit, what.number("limit", entries_told));
  wanted.bytes = newest_bytes_most;
  return wanted;
}

void write_entry(msgpack_writer& to, const log_entry& e) {
  auto out = object{to};
  out.count("seq", e.number);
  out.text("at", time_text(e.at_ns));
  out.text("level", name_of_level(e.level));
  out.text("text", e.text);
}

auto as_text(const log_ring::found& all) -> std::string {
  auto text = std::to_string(all.next) + '\n';
  for (const auto& e : all.entries)
    text += time_text(e.at_ns) + ' ' + std::string{name_of_level(e.level)} + ' ' + e.text + '\n';
  return text;
}

} // namespace

auto tell_logs(const log_ring& of, const question& what) -> result<std::string> {
  WEIR_TRY(const auto wanted, read_query(what));
  const auto all = of.find(wanted);
  if (what.word("as") == "text") return as_text(all);
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    auto& list = out.key("entries");
    list.array(static_cast<std::uint32_t>(all.entries.size()));
    for (const auto& e : all.entries) write_entry(list, e);
    out.count("first", all.first);
    out.count("next", all.next);
  });
}

auto tell_log_level(const question& what, const std::string& by) -> result<std::string> {
  const auto before = static_cast<int>(spdlog::get_level());
  const auto wanted = what.word("level");
  auto now = before;
  if (!wanted.empty()) {
    WEIR_TRY(now, level_of(wanted));
    set_log_level(std::min(before, now)); // so that it is told
    spdlog::info("log level {} instead of {}: asked for by {}", wanted, name_of_level(before), by);
    set_log_level(now);
  }
  if (what.word("as") == "text") return std::string{name_of_level(now)} + '\n';
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    out.text("level", name_of_level(now));
    out.text("before", name_of_level(before));
  });
}

} // namespace weir::cli
