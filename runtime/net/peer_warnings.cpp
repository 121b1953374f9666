#include "runtime/net/peer_warnings.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

constexpr auto peer_pause = std::chrono::seconds{10};
constexpr auto told_a_minute_max = std::uint64_t{20};

} // namespace

void peer_warnings::warn(std::string_view kind, std::string_view peer, std::string_view text) {
  tell_left_out();
  const auto now = clock_.monotonic();
  if (now >= minute_ends_) {
    minute_ends_ = now + std::chrono::minutes{1};
    told_ = 0;
    std::erase_if(said_, [&](const auto& said) { return now - said.second >= peer_pause; });
  }
  if (!may_tell(kind, peer, now)) return void(++left_out_);
  ++told_;
  spdlog::warn("{}: {}", component_, text);
}

/// What is remembered is as bounded as what is told.
auto peer_warnings::may_tell(std::string_view kind, std::string_view peer, monotonic_time now) -> bool {
  if (told_ >= told_a_minute_max) return false;
  auto key = std::string{kind} + '\n' + std::string{peer};
  const auto [said, is_new] = said_.try_emplace(std::move(key), now);
  if (!is_new && now - said->second < peer_pause) return false;
  said->second = now;
  return true;
}

void peer_warnings::tell_left_out() {
  if (left_out_ == 0 || clock_.monotonic() < minute_ends_) return;
  spdlog::warn("{}: {} more warnings about peers were not told in the last minute", component_, left_out_);
  left_out_ = 0;
}

auto peer_warnings::due() const -> std::optional<monotonic_time> {
  return left_out_ == 0 ? std::nullopt : std::optional{minute_ends_};
}

} // namespace weir
