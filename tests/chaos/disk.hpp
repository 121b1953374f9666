/// A file system of its own for a buffer, small enough to be filled at will.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>

namespace weir::chaos {

/// Gives this process a mount namespace; false where that is not allowed. Before any thread is started.
auto may_mount() -> bool;

class scarce_disk {
public:
  /// Mounts a tmpfs over the folder, which must exist; it goes with this object.
  static auto mount(const std::string& folder, std::uint64_t bytes) -> result<scarce_disk>;
  /// Without a file system: fill() does nothing.
  scarce_disk() = default;
  scarce_disk(scarce_disk&& other) noexcept;
  auto operator=(scarce_disk&& other) noexcept -> scarce_disk&;
  ~scarce_disk();

  auto is_mounted() const -> bool { return !folder_.empty(); }
  /// Leaves no byte free, until empty().
  void fill();
  void empty();

private:
  std::string folder_;
};

} // namespace weir::chaos
