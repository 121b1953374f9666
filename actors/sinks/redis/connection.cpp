#include "actors/sinks/redis/connection.hpp"

#include <charconv>

namespace weir {
namespace {

/// The oldest server that lets a script ask what its user may do.
constexpr auto redis_version_min = 7;

/// Of what INFO says, lines "name:value".
auto told_value(std::string_view told, std::string_view name) -> std::string_view {
  const auto line = "\n" + std::string{name} + ':';
  const auto at = told.find(line);
  if (at == std::string_view::npos) return {};
  const auto value = told.substr(at + line.size());
  return value.substr(0, value.find_first_of("\r\n"));
}

} // namespace

auto redis_connection::open(wire_dialer& by, const std::string& endpoint, const redis_settings& s)
    -> result<std::unique_ptr<redis_connection>> {
  WEIR_TRY(auto dialled, by.dial(endpoint));
  auto made = std::unique_ptr<redis_connection>{new redis_connection{std::move(dialled), s}};
  WEIR_CHECK(made->log_in());
  WEIR_CHECK(made->check_server());
  return made;
}

void redis_connection::begin(std::size_t words) {
  append_redis_command_head(out_, words);
  ++asked_;
}

void redis_connection::put(std::initializer_list<std::string_view> words) {
  begin(words.size());
  for (const auto w : words) put_word(w);
}

auto redis_connection::ask(duration patience) -> result<std::vector<redis_reply>> {
  auto replies = std::vector<redis_reply>{};
  wire_->send(out_.view());
  out_.clear();
  while (true) {
    auto rest = wire_->received();
    const auto before = rest.size();
    while (replies.size() < asked_) {
      WEIR_TRY(auto reply, take_redis_reply(rest));
      if (!reply) break;
      replies.push_back(std::move(*reply));
    }
    wire_->take(before - rest.size());
    if (replies.size() == asked_) break;
    const auto moved = wire_->step(patience);
    // A server with too many clients says so and hangs up, whatever it was asked.
    if (!moved && !replies.empty() && replies.back().is_error()) return error_of_redis(replies.back().text);
    if (!moved) return moved.failure();
  }
  asked_ = 0;
  return replies;
}

auto redis_connection::ask_one(std::initializer_list<std::string_view> words) -> result<redis_reply> {
  put(words);
  WEIR_TRY(auto replies, ask());
  if (replies[0].is_error()) return error_of_redis(replies[0].text);
  return std::move(replies[0]);
}

auto redis_connection::log_in() -> result<void> {
  const auto& auth = settings_.network.auth;
  if (!auth.user.empty()) put({"AUTH", auth.user, auth.password.value});
  if (settings_.database != 0) put({"SELECT", std::to_string(settings_.database)});
  if (asked_ == 0) return {};
  WEIR_TRY(const auto replies, ask(settings_.network.timeout.connect));
  for (const auto& r : replies)
    if (r.is_error()) return error_of_redis(r.text);
  return {};
}

auto redis_connection::check_server() -> result<void> {
  put({"INFO"});
  put({"CONFIG", "GET", "appendfsync"});
  WEIR_TRY(const auto replies, ask(settings_.network.timeout.connect));
  const auto& info = replies[0];
  if (info.is_error()) return error_of_redis(info.text);
  const auto version = told_value(info.text, "redis_version");
  auto major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  if (major < redis_version_min) return error{errc::failed, "it is a Redis " + std::string{version.substr(0, 20)} + "; 7 or newer is wanted"};
  if (const auto mode = told_value(info.text, "redis_mode"); mode != "standalone")
    return error{errc::failed, "it is part of a Redis " + std::string{mode.substr(0, 20)} + "; the events and the ledger want one server"};
  if (told_value(info.text, "loading") == "1") return error{errc::unavailable, "it is loading what it has kept"};
  if (told_value(info.text, "role") != "master") return error{errc::unavailable, "it is a replica, which takes no writes"};
  find_doubts(info.text);
  // Who may not ask for settings does not know.
  const auto& fsync = replies[1];
  if (fsync.items.size() == 2 && doubts_.empty() && fsync.items[1].text != "always")
    doubts_.push_back("its \"appendfsync " + fsync.items[1].text.substr(0, 20) + "\" answers before what it has taken is on its disk");
  return {};
}

void redis_connection::find_doubts(std::string_view told) {
  if (told_value(told, "aof_enabled") == "0") doubts_.push_back("it keeps no append-only file, and forgets what came since its latest snapshot");
  const auto eviction = told_value(told, "maxmemory_policy");
  if (!eviction.empty() && eviction != "noeviction")
    doubts_.push_back("its \"maxmemory-policy " + std::string{eviction.substr(0, 30)} + "\" removes keys when memory ends");
}

} // namespace weir
