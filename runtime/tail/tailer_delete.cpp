/// Files that are deleted once all of them is safe.
#include "runtime/tail/tailer.hpp"

#include <unistd.h>

#include <cerrno>

namespace weir {
namespace {

constexpr auto delete_look_interval = std::chrono::milliseconds{500};
/// Where nobody knows who writes, a file has to have been left alone for so long.
constexpr auto left_alone_ns = std::int64_t{5'000'000'000};

} // namespace

void tailer::may_delete(const tailed_file& file) {
  if (!options_.delete_read) return;
  read_files_.insert(file.key);
  if (!delete_at_) delete_at_ = clock_.monotonic();
}

void tailer::delete_read() {
  delete_at_.reset();
  std::erase_if(read_files_, [&](const file_key& key) {
    auto* file = files_.by_key(key);
    const auto verdict = file == nullptr || !file->is_linked() ? deletable::no : is_deletable(*file);
    if (verdict == deletable::now) delete_file(*file);
    return verdict != deletable::later;
  });
  if (!read_files_.empty()) delete_at_ = clock_.monotonic() + delete_look_interval;
}

/// Of what has more to be read the next ack tells again.
auto tailer::is_deletable(tailed_file& file) -> deletable {
  if (file.queued || !file.untold.empty() || file.acknowledged < file.given || file.offset == 0) return deletable::no;
  auto status = file_stat{};
  if (!open_file(file) || stat_descriptor(file.fd, status) != 0 || !file.skips.empty()) return deletable::no;
  if (status.size != file.offset + file.rest) return enqueue(file), deletable::no;
  const auto who = writers_of(file.fd);
  const auto is_left_alone = clock_.wall_ns() - status.mtime_ns > left_alone_ns;
  if (who == writers::some || (who == writers::unknown && !is_left_alone)) return deletable::later;
  if (file.rest == 0) return deletable::now;
  file.take_rest = true; // nobody ends the last line any more
  enqueue(file);
  return deletable::later;
}

/// Whoever opened it in the very moment goes on writing to a file without a name, which is read to its end.
void tailer::delete_file(tailed_file& file) {
  for (const auto& path : std::vector<std::string>{file.paths}) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      complaints_.add_once(path, "is read and cannot be deleted: " + describe_errno(errno));
      continue;
    }
    ++deleted_files_;
    lose_path(path);
  }
}

} // namespace weir
