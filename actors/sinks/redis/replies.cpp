#include "actors/sinks/redis/replies.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir {
namespace {

constexpr auto reply_depth_max = 4;
constexpr auto reply_line_bytes_max = std::size_t{64} << 10;
constexpr auto told_bytes_max = std::size_t{300};

enum class reply_state { whole, incomplete, malformed };

auto take_reply_line(std::string_view& from, std::string_view& line) -> reply_state {
  const auto end = from.find("\r\n");
  if (end == std::string_view::npos) return from.size() > reply_line_bytes_max ? reply_state::malformed : reply_state::incomplete;
  line = from.substr(0, end);
  from.remove_prefix(end + 2);
  return reply_state::whole;
}

auto number_of_reply(std::string_view text, std::int64_t& to) -> bool {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), to);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

auto take_reply_text(std::string_view& from, std::int64_t size, redis_reply& to) -> reply_state {
  if (size < 0 || static_cast<std::uint64_t>(size) > redis_reply_bytes_max) return size == -1 ? reply_state::whole : reply_state::malformed;
  const auto bytes = static_cast<std::size_t>(size);
  if (from.size() < bytes + 2) return reply_state::incomplete;
  if (from.substr(bytes, 2) != "\r\n") return reply_state::malformed;
  to.is = redis_reply::kind::text;
  to.text = from.substr(0, bytes);
  from.remove_prefix(bytes + 2);
  return reply_state::whole;
}

auto take_reply(std::string_view& from, redis_reply& to, int depth) -> reply_state;

auto take_reply_list(std::string_view& from, std::int64_t count, redis_reply& to, int depth) -> reply_state {
  if (count < 0) return count == -1 ? reply_state::whole : reply_state::malformed;
  to.is = redis_reply::kind::list;
  for (; count > 0; --count)
    if (const auto state = take_reply(from, to.items.emplace_back(), depth + 1); state != reply_state::whole) return state;
  return reply_state::whole;
}

auto take_reply(std::string_view& from, redis_reply& to, int depth) -> reply_state {
  auto line = std::string_view{};
  if (depth > reply_depth_max) return reply_state::malformed;
  if (const auto state = take_reply_line(from, line); state != reply_state::whole) return state;
  const auto kind = line.empty() ? '\0' : line.front();
  const auto text = line.substr(std::min<std::size_t>(line.size(), 1));
  if (kind == '+' || kind == '-') {
    to.is = kind == '+' ? redis_reply::kind::status : redis_reply::kind::error;
    to.text = text;
    return reply_state::whole;
  }
  if (std::string_view{":$*"}.find(kind) == std::string_view::npos || !number_of_reply(text, to.number)) return reply_state::malformed;
  if (kind == '$') return take_reply_text(from, to.number, to);
  if (kind == '*') return take_reply_list(from, to.number, to, depth);
  to.is = redis_reply::kind::number;
  return reply_state::whole;
}

auto begins_with_one_of(std::string_view text, std::initializer_list<std::string_view> words) -> bool {
  return std::any_of(words.begin(), words.end(), [&](auto w) { return text.starts_with(w); });
}

/// What a server says may hold anything: a line of text, and no long one.
auto told_text(std::string_view text) -> std::string {
  auto told = std::string{text.substr(0, told_bytes_max)};
  for (auto& byte : told)
    if (static_cast<unsigned char>(byte) < ' ' || static_cast<unsigned char>(byte) > '~') byte = '?';
  return told;
}

} // namespace

void append_redis_command_head(byte_buffer& to, std::size_t words) { to.append('*' + std::to_string(words) + "\r\n"); }

void append_redis_word(byte_buffer& to, std::string_view word) {
  char head[32] = "$";
  auto* const end = std::to_chars(head + 1, head + sizeof head - 2, word.size()).ptr;
  end[0] = '\r';
  end[1] = '\n';
  to.append({head, static_cast<std::size_t>(end + 2 - head)});
  to.append(word);
  to.append("\r\n");
}

auto take_redis_reply(std::string_view& from) -> result<std::optional<redis_reply>> {
  auto rest = from;
  auto made = redis_reply{};
  const auto state = take_reply(rest, made, 0);
  const auto is_too_much = state == reply_state::incomplete && from.size() > redis_reply_bytes_max;
  if (state == reply_state::malformed || is_too_much) return error{errc::malformed, "its answer is none of Redis"};
  if (state == reply_state::incomplete) return std::optional<redis_reply>{};
  from = rest;
  return std::optional{std::move(made)};
}

auto error_of_redis(std::string_view text) -> error {
  if (text.starts_with("NOAUTH")) return {errc::failed, "it wants a login, and there is no \"auth\" that it takes: " + told_text(text)};
  if (begins_with_one_of(text, {"WRONGPASS", "ERR AUTH", "NOPERM", "MOVED", "CROSSSLOT", "ERR DB index", "ERR unknown command"}))
    return {errc::failed, told_text(text)};
  // OOM, LOADING, BUSY, READONLY, MISCONF, NOREPLICAS, MASTERDOWN, NOSCRIPT, too many clients: all of them pass.
  return {errc::unavailable, told_text(text)};
}

} // namespace weir
