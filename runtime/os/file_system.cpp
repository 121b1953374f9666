#include "runtime/os/file_system.hpp"

#include "runtime/base/units.hpp"
#include "runtime/os/own_files.hpp"
#include "runtime/os/owned_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

namespace weir {
namespace {

/// Repeats a call that a signal interrupted.
template <class Call> auto retried(Call&& call) {
  auto outcome = call();
  while (outcome < 0 && errno == EINTR) outcome = call();
  return outcome;
}

auto failed_to(std::string_view verb, const std::string& path, int number = errno) -> error {
  return error_from_errno("cannot " + std::string{verb} + " " + path, number);
}

/// As failed_to(), but tells paths that no file can have from those that none has.
auto bad_path_or_failed(std::string_view verb, const std::string& path, int number = errno) -> error {
  auto failed = failed_to(verb, path, number);
  if (number == EISDIR || number == ENOTDIR || number == ENAMETOOLONG) failed.code = errc::rejected;
  return failed;
}

/// Takes `written` bytes from the front of the parts.
void take_written(std::span<iovec>& parts, std::size_t written) {
  while (!parts.empty() && written >= parts.front().iov_len) {
    written -= parts.front().iov_len;
    parts = parts.subspan(1);
  }
  if (parts.empty()) return;
  parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + written;
  parts.front().iov_len -= written;
}

class real_file final : public file {
public:
  real_file(owned_fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
    constexpr auto parts_at_once = std::size_t{16};
    for (; !parts.empty(); parts = parts.subspan(std::min(parts_at_once, parts.size()))) {
      auto vectors = std::array<iovec, parts_at_once>{};
      const auto count = std::min(parts_at_once, parts.size());
      for (auto i = std::size_t{0}; i < count; ++i)
        vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
      WEIR_CHECK(write_vectors(offset, std::span{vectors}.first(count)));
    }
    return {};
  }

  auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> override {
    auto done = std::size_t{0};
    while (done < size) {
      const auto got = retried(
          [&] { return ::pread(fd_.fd(), out + done, size - done, static_cast<off_t>(offset + done)); });
      if (got < 0) return failed_to("read", path_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  auto sync() -> result<void> override {
    if (::fdatasync(fd_.fd()) < 0) return failed_to("sync", path_);
    return {};
  }

  // Only a hint: its errors are those of sync().
  void start_sync() override { (void)::sync_file_range(fd_.fd(), 0, 0, SYNC_FILE_RANGE_WRITE); }

  void drop_cache() override { (void)::posix_fadvise(fd_.fd(), 0, 0, POSIX_FADV_DONTNEED); }

  auto reserve(std::uint64_t size) -> result<void> override {
    const auto failed = retried([&] {
      const auto number = ::posix_fallocate(fd_.fd(), 0, static_cast<off_t>(size));
      if (number == 0) return 0;
      errno = number;
      return -1;
    });
    if (failed < 0) return failed_to("reserve " + to_text(byte_count{size}) + " for", path_);
    return {};
  }

  auto truncate(std::uint64_t size) -> result<void> override {
    if (retried([&] { return ::ftruncate(fd_.fd(), static_cast<off_t>(size)); }) < 0)
      return failed_to("cut", path_);
    return {};
  }

  auto size() const -> result<std::uint64_t> override {
    WEIR_TRY(const auto seen, status());
    return static_cast<std::uint64_t>(seen.st_size);
  }
  auto inode() const -> result<std::uint64_t> override {
    WEIR_TRY(const auto seen, status());
    return static_cast<std::uint64_t>(seen.st_ino);
  }
  auto birth_ns() const -> std::int64_t override {
    const auto number = number_of(fd_.fd());
    return number ? number->birth_ns : 0;
  }
  auto links() const -> result<std::uint64_t> override {
    WEIR_TRY(const auto seen, status());
    return static_cast<std::uint64_t>(seen.st_nlink);
  }

private:
  auto write_vectors(std::uint64_t& offset, std::span<iovec> left) -> result<void> {
    take_written(left, 0);
    while (!left.empty()) {
      const auto wrote = retried([&] {
        return ::pwritev(fd_.fd(), left.data(), static_cast<int>(left.size()), static_cast<off_t>(offset));
      });
      if (wrote < 0) return failed_to("write", path_);
      offset += static_cast<std::uint64_t>(wrote);
      take_written(left, static_cast<std::size_t>(wrote));
    }
    return {};
  }
  auto status() const -> result<struct stat> {
    struct stat seen = {};
    if (::fstat(fd_.fd(), &seen) < 0) return failed_to("look at", path_);
    return seen;
  }

  owned_fd fd_;
  std::string path_;
};

class real_lock final : public file_lock {
public:
  explicit real_lock(owned_fd fd) : fd_(std::move(fd)) {}

private:
  owned_fd fd_;
};

auto nanoseconds_of(const struct statx_timestamp& t) -> std::int64_t { return t.tv_sec * 1'000'000'000 + t.tv_nsec; }

auto text_of(int fd) -> std::string {
  auto text = std::string(256, '\0');
  const auto size = retried([&] { return ::pread(fd, text.data(), text.size(), 0); });
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return text.substr(0, text.find('\n'));
}

class posix_file_system final : public file_system {
public:
  auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> override {
    auto flags = O_CLOEXEC | (mode == open_mode::read ? O_RDONLY : O_RDWR);
    if (mode == open_mode::create) flags |= O_CREAT;
    auto fd = owned_fd{retried([&] { return ::open(path.c_str(), flags, 0644); })};
    if (!fd.is_open()) return bad_path_or_failed("open", path);
    if (mode != open_mode::read) own_files_here().add(fd.fd());
    return std::shared_ptr<file>{std::make_shared<real_file>(std::move(fd), path)};
  }

  auto inode(const std::string& path) -> result<std::uint64_t> override {
    struct stat seen = {};
    if (::stat(path.c_str(), &seen) < 0) return failed_to("look at", path);
    return static_cast<std::uint64_t>(seen.st_ino);
  }

  auto look(const std::string& path) -> result<file_facts> override {
    struct statx seen = {};
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &seen) < 0) return failed_to("look at", path);
    auto made = file_facts{};
    if (S_ISREG(seen.stx_mode)) made.is = file_facts::kind::regular;
    if (S_ISDIR(seen.stx_mode)) made.is = file_facts::kind::directory;
    made.bytes = seen.stx_size;
    made.inode = seen.stx_ino;
    if ((seen.stx_mask & STATX_BTIME) != 0) made.birth_ns = nanoseconds_of(seen.stx_btime);
    made.written_ns = nanoseconds_of(seen.stx_mtime);
    return made;
  }

  auto list(const std::string& directory) -> result<std::vector<std::string>> override {
    auto* opened = ::opendir(directory.c_str());
    if (opened == nullptr) return failed_to("list", directory);
    const auto closed = std::unique_ptr<DIR, int (*)(DIR*)>{opened, ::closedir};
    auto names = std::vector<std::string>{};
    errno = 0;
    for (const auto* entry = ::readdir(opened); entry != nullptr; entry = ::readdir(opened)) {
      const auto name = std::string_view{entry->d_name};
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return failed_to("list", directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  auto make_directories(const std::string& directory) -> result<void> override {
    for (auto end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
      const auto part = directory.substr(0, end);
      if (::mkdir(part.c_str(), 0755) < 0 && errno != EEXIST && errno != EISDIR)
        return bad_path_or_failed("make the directory", part);
      if (end == std::string::npos) break;
    }
    struct stat seen = {};
    if (::stat(directory.c_str(), &seen) < 0) return failed_to("look at", directory);
    if (!S_ISDIR(seen.st_mode)) return bad_path_or_failed("make the directory", directory, ENOTDIR);
    return {};
  }

  auto rename(const std::string& from, const std::string& to) -> result<void> override {
    if (::rename(from.c_str(), to.c_str()) < 0) return failed_to("rename " + from + " to", to);
    return {};
  }
  auto remove(const std::string& path) -> result<void> override {
    if (::unlink(path.c_str()) < 0) return failed_to("remove", path);
    return {};
  }

  auto remove_empty_directory(const std::string& directory) -> result<void> override {
    if (::rmdir(directory.c_str()) < 0) return failed_to("remove", directory);
    return {};
  }

  auto sync_directory(const std::string& directory) -> result<void> override {
    const auto fd =
        owned_fd{retried([&] { return ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
    if (!fd.is_open()) return failed_to("open", directory);
    if (::fsync(fd.fd()) < 0) return failed_to("sync", directory);
    return {};
  }

  auto lock(const std::string& path, std::string_view holder) -> result<std::unique_ptr<file_lock>> override {
    auto fd = owned_fd{retried([&] { return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); })};
    if (!fd.is_open()) return failed_to("open", path);
    // Of the open file, not of the process: two in one process exclude each other too.
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    if (::fcntl(fd.fd(), F_OFD_SETLK, &whole) < 0) {
      if (errno != EAGAIN && errno != EACCES) return failed_to("lock", path);
      return error{errc::rejected, path + " is held by " + text_of(fd.fd())};
    }
    // What the text says is for people; the lock holds without it.
    const auto line = std::string{holder} + '\n';
    if (::ftruncate(fd.fd(), 0) == 0)
      std::ignore = retried([&] { return ::pwrite(fd.fd(), line.data(), line.size(), 0); });
    return std::unique_ptr<file_lock>{std::make_unique<real_lock>(std::move(fd))};
  }
};

} // namespace

auto real_file_system() -> file_system& {
  static auto files = posix_file_system{};
  return files;
}

auto lock_holder(const std::string& path) -> result<std::string> {
  const auto fd = owned_fd{retried([&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); })};
  if (!fd.is_open() && errno == ENOENT) return std::string{};
  if (!fd.is_open()) return failed_to("open", path);
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  if (::fcntl(fd.fd(), F_OFD_GETLK, &whole) < 0) return failed_to("look at the lock", path);
  return whole.l_type == F_UNLCK ? std::string{} : text_of(fd.fd());
}

} // namespace weir
