/// A layer over any file system that makes chosen calls fail, as broken disks do.
#pragma once

#include "runtime/os/file_system.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weir::test {

enum class file_call {
  any,
  open,
  read,
  write,
  sync,
  reserve,
  truncate,
  list,
  rename,
  remove,
  sync_directory
};

enum class fault_kind {
  io_error,    ///< EIO: nothing was done; of a sync: what was to be synced is lost to later ones
  no_space,    ///< ENOSPC: nothing was done
  short_write, ///< a write stops in the middle: half of the bytes are there
  late_error,  ///< an error although all was done
};

struct fault {
  file_call call = file_call::any;
  std::uint64_t nth = 1; ///< of these calls, counted from arm() on; the first is 1
  fault_kind kind = fault_kind::io_error;
  std::uint64_t times = 1; ///< how many in a row
};

class faulty_file_system final : public file_system {
public:
  explicit faulty_file_system(file_system& under) : under_(under), plan_(std::make_shared<plan>()) {}

  /// Counts from here; what was armed before is forgotten.
  void arm(std::vector<fault> faults);
  void disarm() { arm({}); }
  /// How many faults have struck since arm().
  auto struck() const -> std::uint64_t { return plan_->struck; }
  /// Calls of this kind since arm().
  auto calls(file_call which) const -> std::uint64_t;

  auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> override;
  auto list(const std::string& directory) -> result<std::vector<std::string>> override;
  auto make_directories(const std::string& directory) -> result<void> override;
  auto rename(const std::string& from, const std::string& to) -> result<void> override;
  auto remove(const std::string& path) -> result<void> override;
  auto sync_directory(const std::string& directory) -> result<void> override;
  auto lock(const std::string& path, std::string_view holder) -> result<std::unique_ptr<file_lock>> override;

  struct plan {
    std::vector<fault> faults;
    std::vector<std::uint64_t> seen = std::vector<std::uint64_t>(16, 0);
    std::uint64_t struck = 0;
    /// The fault that strikes this call, if one does.
    auto strike(file_call which) -> const fault*;
  };

private:
  file_system& under_;
  std::shared_ptr<plan> plan_;
};

} // namespace weir::test
