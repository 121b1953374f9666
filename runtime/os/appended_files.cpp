#include "runtime/os/appended_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

auto failure(std::string_view attempt, const std::string& path, int number) -> error {
  const auto hopeless = number == EISDIR || number == ENOTDIR || number == ENAMETOOLONG || number == ELOOP;
  return {hopeless ? errc::rejected : errc::unavailable,
          "cannot " + std::string{attempt} + " \"" + path + "\": " + describe_errno(number)};
}

/// Makes the directories above `path`; those that are there are left alone.
auto make_directories(const std::string& path) -> int {
  for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
    if (::mkdir(path.substr(0, slash).c_str(), 0755) != 0 && errno != EEXIST) return errno;
  return 0;
}

auto write_all(int descriptor, std::string_view bytes) -> int {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count > 0)
      bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (count == 0)
      return EIO;
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

/// A new name is safe only when its directory is.
auto sync_directory_of(const std::string& path) -> int {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? std::string{"."} : path.substr(0, slash + 1);
  const auto descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const auto number = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  return number;
}

} // namespace

void appended_files::begin(monotonic_time now) {
  ++batch_;
  written_ = 0;
  now_ = now;
  marks_.clear();
}

auto appended_files::open(const std::string& path) -> result<file*> {
  const auto found = by_path_.find(path);
  if (found != by_path_.end()) {
    files_.splice(files_.begin(), files_, found->second);
  } else {
    while (files_.size() >= options_.open_max) WEIR_CHECK(evict());
    files_.emplace_front().path = path;
    by_path_.emplace(path, files_.begin());
  }
  auto& f = files_.front();
  if (f.batch == batch_) return &f;
  if (auto touched = touch(f); !touched) {
    close(f);
    by_path_.erase(path);
    files_.pop_front();
    return touched.failure();
  }
  return &f;
}

/// The first use in a batch: notes where the file ends.
auto appended_files::touch(file& f) -> result<void> {
  constexpr auto check_interval = std::chrono::seconds{1};
  struct stat status {};
  if (f.descriptor >= 0 && now_ - f.checked >= check_interval) {
    if (::stat(f.path.c_str(), &status) != 0 || status.st_ino != f.inode) close(f);
    f.checked = now_;
  }
  if (f.descriptor >= 0 && (::fstat(f.descriptor, &status) != 0 || status.st_nlink == 0)) close(f);
  const auto created = f.descriptor < 0 && ::access(f.path.c_str(), F_OK) != 0;
  if (f.descriptor < 0) {
    WEIR_CHECK(open_descriptor(f));
    if (::fstat(f.descriptor, &status) != 0) return failure("look at", f.path, errno);
    f.inode = status.st_ino;
    f.checked = now_;
  }
  f.is_new = status.st_size == 0;
  f.batch = batch_;
  // The batch may have had this file before, closed for want of descriptors: its first mark counts.
  if (S_ISREG(status.st_mode)) marks_.try_emplace(f.path, mark{status.st_size, status.st_ino, created});
  return {};
}

auto appended_files::open_descriptor(file& f) -> result<void> {
  constexpr auto flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY;
  f.descriptor = ::open(f.path.c_str(), flags, 0644);
  if (f.descriptor < 0 && errno == ENOENT) {
    if (const auto number = make_directories(f.path); number != 0)
      return failure("make the directory of", f.path, number);
    f.descriptor = ::open(f.path.c_str(), flags, 0644);
  }
  if (f.descriptor < 0) return failure("open", f.path, errno);
  return {};
}

auto appended_files::flush(file& f) -> result<void> {
  if (f.pending.empty()) return {};
  auto bytes = f.pending.view();
  if (options_.encode) {
    encoded_.clear();
    WEIR_CHECK(options_.encode(bytes, encoded_));
    bytes = encoded_.view();
  }
  if (const auto number = write_all(f.descriptor, bytes); number != 0)
    return failure("write", f.path, number);
  written_ += bytes.size();
  f.pending.clear();
  f.is_new = false;
  f.unsynced = true;
  return {};
}

auto appended_files::sync(file& f) -> result<void> {
  if (!options_.sync || !f.unsynced) return {};
  // A pipe or a terminal has nothing to synchronize.
  if (::fdatasync(f.descriptor) != 0 && errno != EINVAL && errno != EROFS)
    return failure("synchronize", f.path, errno);
  const auto m = marks_.find(f.path);
  if (m != marks_.end() && m->second.created)
    if (const auto number = sync_directory_of(f.path); number != 0)
      return failure("synchronize the directory of", f.path, number);
  f.unsynced = false;
  return {};
}

auto appended_files::evict() -> result<void> {
  auto& f = files_.back();
  WEIR_CHECK(flush(f));
  WEIR_CHECK(sync(f));
  close(f);
  by_path_.erase(f.path);
  files_.pop_back();
  return {};
}

auto appended_files::commit() -> result<std::uint64_t> {
  for (auto& f : files_) {
    if (f.batch != batch_) break; // files of this batch come first
    auto done = flush(f);
    if (done) done = sync(f);
    if (done) continue;
    auto why = done.failure();
    why.code = errc::unavailable;
    if (const auto cut_back = rollback(); !cut_back) why.what += "; then " + cut_back.failure().what;
    return why;
  }
  marks_.clear();
  release_memory();
  return written_;
}

auto appended_files::rollback() -> result<void> {
  // Descriptors go first: what is open may be a file that is about to be removed.
  close_all();
  while (!marks_.empty()) {
    WEIR_CHECK(cut(marks_.begin()->first, marks_.begin()->second));
    marks_.erase(marks_.begin());
  }
  return {};
}

auto appended_files::cut(const std::string& path, const mark& m) -> result<void> {
  struct stat status {};
  const auto is_there = ::stat(path.c_str(), &status) == 0 && status.st_ino == m.inode;
  if (!is_there || (status.st_size <= m.size && !m.created)) return {};
  if (m.created && ::unlink(path.c_str()) == 0) return {};
  if (::truncate(path.c_str(), m.size) != 0) {
    auto why = failure("cut back", path, errno);
    why.code = errc::unavailable;
    return why;
  }
  return {};
}

void appended_files::close(file& f) {
  if (f.descriptor >= 0) ::close(f.descriptor);
  f.descriptor = -1;
}

void appended_files::close_all() {
  for (auto& f : files_) close(f);
  files_.clear();
  by_path_.clear();
}

/// Keeps the buffers of a few busy files, and not those of hundreds.
void appended_files::release_memory() {
  constexpr auto kept_max = std::size_t{4};
  constexpr auto small_bytes = std::size_t{4096};
  auto kept = std::size_t{0};
  for (auto& f : files_)
    if (f.pending.capacity() > small_bytes && ++kept > kept_max) f.pending = byte_buffer{};
}

} // namespace weir
