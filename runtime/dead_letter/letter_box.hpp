/// Where one collector or sink puts its dead letters: into their file, and if that cannot be, not for ever.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/dead_letter/dead_letter_file.hpp"
#include "runtime/os/clock.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace weir {

/// The reason under which events are counted whose letters could not be kept.
inline constexpr std::string_view letter_lost = "dead letter lost";

enum class letter_fate {
  kept,   ///< in the file, on the device
  lost,   ///< the file is full, or could not be written for too long; told in the log
  unkept, ///< nobody wants them kept
};

class letter_box {
public:
  /// `owner`: logical address, for the log. Without a file none are kept.
  letter_box(std::string owner, std::shared_ptr<dead_letter_file> file, std::optional<duration> give_up_after)
      : owner_(std::move(owner)), file_(std::move(file)), give_up_after_(give_up_after) {}

  /// An error: not now, and too early to give them up; call it again with the same letters. All of them have
  /// one `reason`.
  auto keep(std::span<const dead_letter> letters, monotonic_time now) -> result<letter_fate>;

private:
  void tell_lost(std::size_t letters, const std::string& why, monotonic_time now);

  std::string owner_;
  std::shared_ptr<dead_letter_file> file_;
  std::optional<duration> give_up_after_; ///< absent: never
  std::optional<monotonic_time> failing_since_;
  std::uint64_t untold_ = 0; ///< lost, and not in the log yet
  std::optional<monotonic_time> told_at_;
};

} // namespace weir
