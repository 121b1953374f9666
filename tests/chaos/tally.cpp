#include "tests/chaos/tally.hpp"

#include <algorithm>
#include <bit>

namespace weir::chaos {

namespace {

constexpr auto listed_max = std::size_t{20};
constexpr auto number_max = std::uint64_t{1} << 33; ///< a damaged number must not take all memory

} // namespace

auto stream_tally::has(std::uint64_t number) const -> bool {
  return number / 64 < bits_.size() && (bits_[number / 64] >> (number % 64) & 1) != 0;
}

auto stream_tally::add(std::uint64_t number) -> bool {
  if (has(number)) {
    ++repeated_;
    if (first_repeated_.size() < listed_max) first_repeated_.push_back(number);
    return false;
  }
  if (number / 64 >= bits_.size()) bits_.resize(std::max(number / 64 + 1, bits_.size() * 2));
  bits_[number / 64] |= std::uint64_t{1} << (number % 64);
  ++distinct_;
  return true;
}

auto stream_tally::floor() const -> std::uint64_t {
  while (has(floor_)) floor_ += floor_ % 64 == 0 && bits_[floor_ / 64] == ~std::uint64_t{0} ? 64 : 1;
  return floor_;
}

auto stream_tally::missing(std::uint64_t written, std::vector<std::uint64_t>& first) const -> std::uint64_t {
  auto count = std::uint64_t{0};
  for (auto number = floor(); number < written; ++number) {
    if (has(number)) continue;
    ++count;
    if (first.size() < listed_max) first.push_back(number);
  }
  return count;
}

auto stream_tally::beyond(std::uint64_t written) const -> std::uint64_t {
  auto below = std::uint64_t{0};
  for (std::uint64_t word = 0; word < bits_.size() && word * 64 < written; ++word) {
    const auto whole = (word + 1) * 64 <= written;
    const auto mask = whole ? ~std::uint64_t{0} : (std::uint64_t{1} << (written % 64)) - 1;
    below += static_cast<std::uint64_t>(std::popcount(bits_[word] & mask));
  }
  return distinct_ - below;
}

void tally::add(std::string_view stored) {
  ++lines;
  const auto which = recognise(stored);
  if (which && which->number < number_max) return void(streams[which->stream].add(which->number));
  if (foreign++ == 0) first_foreign = stored.substr(0, 400);
}

} // namespace weir::chaos
