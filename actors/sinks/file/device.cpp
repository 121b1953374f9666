#include "actors/sinks/file/device.hpp"

#include "runtime/os/owned_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace weir {
namespace {

/// There is nothing to read, to cut or to synchronize.
class device_file final : public file {
public:
  device_file(owned_fd descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  auto write_at(std::uint64_t, std::span<const std::string_view> parts) -> result<void> override {
    for (auto bytes : parts) {
      while (!bytes.empty()) {
        const auto count = ::write(descriptor_.fd(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return error_from_errno("cannot write " + path_, count < 0 ? errno : EIO);
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
    }
    return {};
  }
  auto read_at(std::uint64_t, char*, std::size_t) const -> result<std::size_t> override {
    return std::size_t{0};
  }
  auto sync() -> result<void> override { return {}; }
  auto reserve(std::uint64_t) -> result<void> override { return {}; }
  auto truncate(std::uint64_t) -> result<void> override { return {}; }
  auto size() const -> result<std::uint64_t> override { return std::uint64_t{0}; }
  auto inode() const -> result<std::uint64_t> override { return std::uint64_t{0}; }

private:
  owned_fd descriptor_;
  std::string path_;
};

} // namespace

auto is_device(const std::string& path) -> bool {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

auto open_device(const std::string& path) -> result<std::shared_ptr<file>> {
  if (!is_device(path)) return std::shared_ptr<file>{};
  auto descriptor = owned_fd{::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY)};
  if (!descriptor.is_open()) return error_from_errno("cannot open " + path, errno);
  return std::shared_ptr<file>{std::make_shared<device_file>(std::move(descriptor), path)};
}

} // namespace weir
