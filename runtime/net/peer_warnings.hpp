/// Warnings about peers: at most one per peer and kind in ten seconds, and a few a minute of all, however many peers.
#pragma once

#include "runtime/os/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir {

class peer_warnings {
public:
  peer_warnings(std::string component, const clock& time)
      : component_(std::move(component)), clock_(time) {}
  /// `kind` is a static word; `peer` an address without port, or a listener.
  void warn(std::string_view kind, std::string_view peer, std::string_view text);
  /// Says at the end of a minute how many were not told in it.
  void tell_left_out();
  /// When tell_left_out() has something to say.
  auto due() const -> std::optional<monotonic_time>;

private:
  auto may_tell(std::string_view kind, std::string_view peer, monotonic_time now) -> bool;

  std::string component_;
  const clock& clock_;
  std::unordered_map<std::string, monotonic_time> said_; ///< in this minute and the one before
  monotonic_time minute_ends_{};
  std::uint64_t told_ = 0;     ///< in this minute
  std::uint64_t left_out_ = 0; ///< in this minute
};

} // namespace weir
