/// Which of a store's hosts to use: one that fails is left out for a while, longer each time, and then tried again.
#pragma once

#include "runtime/base/backoff.hpp"
#include "runtime/net/address.hpp"
#include "runtime/os/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Each store object has its own, so it needs no lock: what one connection learns the next one soon does too. Pure.
class endpoint_choice {
public:
  enum class order {
    rotate, ///< they are equals: take turns
    first,  ///< the first of those that are well
  };
  endpoint_choice(std::vector<std::string> names, order how, backoff_settings pace = {std::chrono::seconds{1}, std::chrono::seconds{60}})
      : how_(how), pace_(pace) {
    for (auto& n : names) all_.push_back({std::move(n)});
  }

  /// The number of the one to use now. If all fail, the one whose time is up first: whoever asks paces himself.
  auto next(monotonic_time now) -> std::size_t;
  auto name(std::size_t number) const -> const std::string& { return all_[number].name; }
  auto size() const -> std::size_t { return all_.size(); }
  void failed(std::size_t number, monotonic_time now, std::uint64_t random);
  void worked(std::size_t number) { all_[number].failures = 0; }
  auto is_left_out(std::size_t number, monotonic_time now) const -> bool { return !is_well(all_[number], now); }
  /// How many are left out at this time.
  auto left_out(monotonic_time now) const -> std::size_t;

private:
  struct endpoint {
    std::string name;
    std::uint32_t failures = 0;
    monotonic_time until{}; ///< left out, if it failed
  };
  static auto is_well(const endpoint& e, monotonic_time now) -> bool { return e.failures == 0 || now >= e.until; }

  std::vector<endpoint> all_;
  order how_;
  backoff_settings pace_;
  std::size_t last_ = SIZE_MAX;
};

/// "host:port", or a host alone, which then has the store's own port.
auto host_of_endpoint(std::string_view text, std::uint16_t default_port) -> result<host_port>;

} // namespace weir
