#include "actors/collectors/forward_warnings.hpp"

#include <spdlog/spdlog.h>

namespace weir {

void forward_warnings::warn(std::string_view kind, std::string_view peer, std::string_view text) {
  constexpr auto pause = std::chrono::seconds{10};
  constexpr auto remembered_max = std::size_t{1024};
  const auto now = clock_.monotonic();
  auto key = std::string{kind} + '\n' + std::string{peer};
  const auto found = said_.find(key);
  if (found != said_.end() && now - found->second < pause) return;
  if (said_.size() >= remembered_max) said_.clear();
  said_[std::move(key)] = now;
  spdlog::warn("{}: {}", component_, text);
}

} // namespace weir
