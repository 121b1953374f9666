#include "actors/collectors/network/refusals.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

constexpr auto pause = std::chrono::minutes{1};

} // namespace

void client_refusals::add(std::string_view reason, const std::string& what) {
  const auto now = clock_.monotonic();
  auto& k = kinds_.try_emplace(std::string{reason}).first->second;
  const auto is_first = ++k.count == 1;
  latest_ = what + " (" + std::to_string(k.count) + " so far)";
  latest_at_ = now;
  if (!is_first && now - k.told_at < pause) {
    ++k.untold;
    return;
  }
  const auto more = k.untold == 0 ? std::string{} : "; " + std::to_string(k.untold) + " more since the last line of this kind";
  spdlog::warn("{}: {}{}", component_, what, more);
  k.told_at = now;
  k.untold = 0;
}

auto client_refusals::text() const -> std::string {
  auto out = std::string{};
  for (const auto& [reason, k] : kinds_)
    out += (out.empty() ? ", refused " : ", ") + std::to_string(k.count) + " (" + reason + ')';
  return out;
}

auto client_refusals::latest() const -> std::string {
  return kinds_.empty() || clock_.monotonic() - latest_at_ >= pause ? std::string{} : latest_;
}

} // namespace weir
