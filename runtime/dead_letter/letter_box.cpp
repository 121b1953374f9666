#include "runtime/dead_letter/letter_box.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace weir {
namespace {

constexpr auto told_every = std::chrono::minutes{1};

} // namespace

auto letter_box::keep(std::span<const dead_letter> letters, monotonic_time now) -> result<letter_fate> {
  if (!file_) return letter_fate::unkept;
  if (letters.empty()) return letter_fate::kept;
  const auto kept = file_->add(letters);
  if (kept) {
    failing_since_.reset();
    spdlog::warn("{}: {} dead letters in {}: {}", owner_, letters.size(), file_->path(),
                 letters.front().reason);
    return letter_fate::kept;
  }
  const auto& why = kept.failure();
  // Once the bound is over, each letter has one try until the file can be written again.
  if (!failing_since_) failing_since_ = now;
  const auto is_over = give_up_after_ && now - *failing_since_ >= *give_up_after_;
  if (why.code != errc::limit && !is_over)
    return error{errc::unavailable, "cannot keep dead letters: " + why.what};
  tell_lost(letters.size(), why.what, now);
  return letter_fate::lost;
}

void letter_box::tell_lost(std::size_t letters, const std::string& why, monotonic_time now) {
  untold_ += letters;
  if (told_at_ && now - *told_at_ < told_every) return;
  told_at_ = now;
  spdlog::error("{}: {} dead letters are lost, counted as \"{}\": {}", owner_, std::exchange(untold_, 0),
                letter_lost, why);
}

} // namespace weir
