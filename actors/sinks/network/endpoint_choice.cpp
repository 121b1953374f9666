#include "actors/sinks/network/endpoint_choice.hpp"

#include <algorithm>

namespace weir {

auto endpoint_choice::next(monotonic_time now) -> std::size_t {
  const auto start = how_ == order::first ? 0 : last_ + 1;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const auto at = (start + i) % all_.size();
    if (is_well(all_[at], now)) return last_ = at;
  }
  const auto soonest = std::min_element(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.until < b.until; });
  return last_ = static_cast<std::size_t>(soonest - all_.begin());
}

void endpoint_choice::failed(std::size_t number, monotonic_time now, std::uint64_t random) {
  auto& e = all_[number];
  e.until = now + backoff_delay(pace_, ++e.failures, random);
}

auto endpoint_choice::left_out(monotonic_time now) const -> std::size_t {
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [&](const auto& e) { return !is_well(e, now); }));
}

auto host_of_endpoint(std::string_view text, std::uint16_t default_port) -> result<host_port> {
  const auto colon = text.rfind(':');
  const auto bracket = text.rfind(']');
  const auto is_whole_address = bracket == std::string_view::npos && colon != text.find(':'); // IPv6 without brackets
  const auto has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket) && !is_whole_address;
  if (has_port) return parse_host_port(text);
  auto whole = is_whole_address ? '[' + std::string{text} + ']' : std::string{text};
  return parse_host_port(whole + ':' + std::to_string(default_port));
}

} // namespace weir
