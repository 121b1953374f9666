#include "actors/aggregators/outgoing_process.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace weir {
namespace {

constexpr auto letters_again_after = std::chrono::seconds{1};

} // namespace

outgoing_process::outgoing_process(const chunk_process_settings& settings, letter_box letters)
    : address_(settings.address), process_(settings), letters_(std::move(letters)) {}

auto outgoing_process::run(const chunk_ptr& c, monotonic_time now) -> std::optional<outcome> {
  if (retry_at_ && now < *retry_at_) return std::nullopt;
  auto done = process_.run(c);
  if (!keep(done, now)) return std::nullopt;
  return outcome{std::move(done.content), std::move(done.losses.tally)};
}

auto outgoing_process::keep(processed_chunk& done, monotonic_time now) -> bool {
  const auto& letters = done.losses.letters;
  if (letters.empty()) return true;
  const auto fate = letters_.keep(letters, now);
  if (!fate) {
    if (problem_ != fate.failure().what)
      spdlog::warn("{}: {}; it is tried again until it works", address_, fate.failure().what);
    problem_ = fate.failure().what;
    failed_at_ = now;
    retry_at_ = now + letters_again_after;
    return false;
  }
  problem_.clear();
  retry_at_.reset();
  if (*fate == letter_fate::kept) return true;
  const auto none = std::exchange(done.losses.tally.letters, {});
  done.losses.tally.dropped.add(*fate == letter_fate::lost ? letter_lost : "unparsed", none.total());
  return true;
}

void outgoing_process::count(const process_tally& tally, bounded_counts& dropped) {
  counted_.add(tally);
  dropped.add(tally.dropped);
  kept_.add(tally.letters);
  if (!tally.letters.empty()) dropped.add("unparsed", tally.letters.total());
}

} // namespace weir
