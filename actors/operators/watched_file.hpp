/// A file that operators hold in memory and read again when it has changed.
#pragma once

#include "runtime/os/clock.hpp"

#include <cstdint>
#include <string>

namespace weir {

/// Looks at the file at most once a second. One that is not there has not changed: what is held of it is still the best.
class watched_file {
public:
  explicit watched_file(std::string path) : path_(std::move(path)) {}

  auto path() const -> const std::string& { return path_; }
  /// Whether it is another one than at the last call that said so; the first time that it is there.
  auto has_changed(monotonic_time now) -> bool;

private:
  struct version {
    std::uint64_t device = 0, inode = 0, bytes = 0;
    std::int64_t changed_s = 0, changed_ns = 0;
    auto operator==(const version&) const -> bool = default;
  };

  std::string path_;
  version last_;
  monotonic_time look_at_{};
};

} // namespace weir
