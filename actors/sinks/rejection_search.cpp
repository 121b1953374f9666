#include "actors/sinks/rejection_search.hpp"

#include <algorithm>
#include <utility>

namespace weir {

auto rejection_search::end() const -> std::uint64_t {
  return bad_ > 0 ? good_ + (bad_ - good_) / 2 : good_ + std::min(step_, events_ - good_);
}

auto rejection_search::next() const -> std::vector<index_range> {
  auto wanted = std::vector<index_range>{};
  auto at = begin_;
  const auto add_up_to = [&](std::uint64_t stop) {
    if (at < stop) wanted.push_back({at, stop});
  };
  for (const auto& f : found_) {
    if (f.first.index < at) continue;
    add_up_to(f.first.index);
    at = f.first.index + 1;
  }
  add_up_to(end());
  return wanted;
}

void rejection_search::accepted() {
  good_ = end();
  if (bad_ == 0) step_ *= 2;
  conclude();
}

void rejection_search::stored() {
  begin_ = end();
  accepted();
}

void rejection_search::rejected(std::string reason) {
  bad_ = end();
  reason_ = std::move(reason);
  conclude();
}

void rejection_search::conclude() {
  if (bad_ == 0 || bad_ - good_ > 1) return;
  found_.push_back({std::move(reason_), {0, good_}, 1});
  good_ = std::exchange(bad_, 0);
  step_ = 1;
}

} // namespace weir
