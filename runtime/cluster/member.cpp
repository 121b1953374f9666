#include "runtime/cluster/member.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace weir {
namespace {

constexpr auto node_name_max = std::size_t{128};
constexpr auto list_max = std::size_t{1024};
constexpr auto list_text_max = std::size_t{128};
constexpr auto text_max = std::size_t{300}; // a host name has 253 at most
/// A clock that is wrong is told; one that is wrong by more would keep who is gone for ever.
constexpr auto future_max = std::chrono::nanoseconds{std::chrono::hours{24}};

auto is_sound_list(const std::vector<std::string>& list) -> bool {
  return list.size() <= list_max
         && std::all_of(list.begin(), list.end(), [](const auto& text) { return text.size() <= list_text_max; });
}

auto bytes_in(const std::vector<std::string>& list) -> std::size_t {
  auto sum = std::size_t{0};
  for (const auto& text : list) sum += text.size();
  return sum;
}

} // namespace

auto name_of(member_state state) -> const char* {
  switch (state) {
  case member_state::up: return "up";
  case member_state::draining: return "draining";
  case member_state::left: return "left";
  case member_state::down: return "down";
  }
  return "unknown";
}

auto is_gone(member_state state) -> bool { return state == member_state::left || state == member_state::down; }

auto rank_of(member_state state) -> int {
  switch (state) {
  case member_state::up: return 1;
  case member_state::draining: return 2;
  case member_state::down: return 3;
  case member_state::left: return 4;
  }
  return 0;
}

auto is_newer(const member& one, const member& other) -> bool {
  return std::tuple{one.version, rank_of(one.state)} > std::tuple{other.version, rank_of(other.state)};
}

auto is_node_name(std::string_view name) -> bool {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.'
           || c == '-';
  };
  return !name.empty() && name.size() <= node_name_max && std::all_of(name.begin(), name.end(), is_fit);
}

auto is_sound(const member_version& v, std::int64_t wall_ns) -> bool {
  return v.version <= version_max
         && v.incarnation <= static_cast<std::uint64_t>(std::max<std::int64_t>(wall_ns, 0) + future_max.count());
}

auto is_sound(const member& m, std::int64_t wall_ns) -> bool {
  if (!is_node_name(m.node) || rank_of(m.state) == 0) return false;
  if (!is_sound(m.version, wall_ns)) return false;
  if (m.since_ns < 0 || m.since_ns > wall_ns + future_max.count()) return false;
  if (std::max({m.address.size(), m.zone.size(), m.program.size()}) > text_max) return false;
  if (!is_sound_list(m.classes) || !is_sound_list(m.components)) return false;
  return bytes_in(m.classes) + bytes_in(m.components) <= member_bytes_max - 4 * text_max;
}

} // namespace weir
