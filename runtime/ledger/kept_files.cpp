#include "runtime/ledger/kept_files.hpp"

#include <algorithm>
#include <tuple>

namespace weir {

auto interval_of(const kept_limits& limits) -> duration {
  constexpr auto least = duration{std::chrono::seconds{1}};
  constexpr auto most = duration{std::chrono::minutes{1}};
  constexpr auto of_size = duration{std::chrono::seconds{10}};
  if (!limits.any()) return duration{0};
  const auto of_age = limits.age > duration{0} ? std::clamp(limits.age / 10, least, most) : most;
  return limits.bytes > 0 ? std::min(of_age, of_size) : of_age;
}

auto beyond(const kept_limits& limits, std::vector<kept_file> all, std::int64_t now_ns) -> files_to_go {
  auto made = files_to_go{};
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return std::tie(a.written_ns, a.path) < std::tie(b.written_ns, b.path); });
  auto left = std::uint64_t{0};
  for (const auto& f : all) left += f.bytes;
  for (auto& f : all) {
    const auto is_old = limits.age > duration{0} && now_ns - f.written_ns >= limits.age.count();
    const auto is_much = limits.bytes > 0 && left > limits.bytes;
    if (f.is_in_use || (!is_old && !is_much)) continue;
    left -= f.bytes;
    (is_old ? made.too_old : made.too_much).push_back(std::move(f));
  }
  return made;
}

} // namespace weir
