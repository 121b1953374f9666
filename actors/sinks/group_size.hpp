/// How many chunks go into one commit: fewer after a rejection, until it is known which one is rejected.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace weir {

/// Halves what is under suspicion with each commit, so that one bad chunk among n costs log2(n) of them; then
/// grows again by doubling.
class group_size {
public:
  auto max() const -> std::size_t { return suspects_ > 0 ? std::max<std::size_t>(1, suspects_ / 2) : limit_; }
  /// The oldest chunk is rejected.
  auto is_found() const -> bool { return suspects_ == 1; }

  /// The oldest `chunks` together.
  void rejected(std::size_t chunks) { suspects_ = chunks; }
  /// The oldest `chunks` are done with.
  void done(std::size_t chunks) {
    if (suspects_ == 0) {
      limit_ = limit_ > SIZE_MAX / 2 ? SIZE_MAX : limit_ * 2;
    } else {
      suspects_ -= std::min(suspects_, chunks);
      limit_ = 1;
    }
  }

private:
  std::size_t suspects_ = 0;      ///< so many of the oldest chunks have one among them that is rejected
  std::size_t limit_ = SIZE_MAX;  ///< where nothing is suspected
};

} // namespace weir
