#include "runtime/tail/path_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

auto is_packed(const std::string& path) -> bool {
  constexpr auto packed = std::array{".gz", ".xz", ".bz2", ".zst", ".lz4", ".zip"};
  return std::any_of(packed.begin(), packed.end(), [&](const char* end) { return path.ends_with(end); });
}

auto begin_alike(std::string_view a, std::string_view b) -> bool {
  const auto size = std::min(a.size(), b.size());
  return size > 0 && a.substr(0, size) == b.substr(0, size);
}

} // namespace

void path_memory::remember(const std::string& stream) {
  const auto identity = parse_stream(stream);
  if (!identity) return;
  auto& known = known_[identity->path];
  known.birth_ns = std::max(known.birth_ns, identity->key.birth_ns);
  known.heads.push_back(identity->head);
}

void path_memory::note_copy(const std::string& path, std::int64_t birth_ns) {
  if (const auto known = known_.find(path); known != known_.end())
    known->second.copy_ns = std::max(known->second.copy_ns, birth_ns);
}

auto path_memory::is_unseen(const std::string& first_path, const std::string& path, const file_stat& status,
                            const successor& now) const -> bool {
  const auto& known = known_.at(first_path);
  if (!status.is_regular() || known.birth_ns == 0 || status.key.birth_ns <= known.birth_ns) return false;
  // Older than what has the path now; or, where files are copied and cut off, younger than the first such
  // copy.
  const auto is_later_copy = known.copy_ns != 0 && status.key.birth_ns > known.copy_ns;
  if ((status.key.birth_ns >= now.birth_ns && !is_later_copy) || is_packed(path)) return false;
  const auto fd = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return false;
  const auto head = std::string{read_head(fd, head_bytes_max)};
  ::close(fd);
  if (is_later_copy && now.fd >= 0 && begin_alike(head, read_head(now.fd, head_bytes_max))) return false;
  return std::none_of(known.heads.begin(), known.heads.end(), [&](const head_print& print) {
    return print_of(std::string_view{head}.substr(0, print.length)) == print;
  });
}

} // namespace weir
