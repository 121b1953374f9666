#include "actors/operators/watched_file.hpp"

#include <sys/stat.h>

namespace weir {

auto watched_file::has_changed(monotonic_time now) -> bool {
  if (now < look_at_) return false;
  look_at_ = now + std::chrono::seconds{1};
  struct stat found {};
  if (::stat(path_.c_str(), &found) != 0) return false;
  const auto there = version{found.st_dev, found.st_ino, static_cast<std::uint64_t>(found.st_size), found.st_mtim.tv_sec,
                             found.st_mtim.tv_nsec};
  if (there == last_) return false;
  last_ = there;
  return true;
}

} // namespace weir
