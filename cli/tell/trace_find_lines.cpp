#include "cli/tell/trace_find_lines.hpp"

#include "runtime/os/owned_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace weir::cli {
namespace {

constexpr auto block_bytes = std::uint64_t{1} << 20;
constexpr auto line_reach = std::uint64_t{16} << 10; ///< so far an end of a line is looked for

class backward_search {
public:
  backward_search(int fd, std::uint64_t size, const line_wish& wanted)
      : fd_(fd), size_(size), wanted_(wanted), needle_(wanted.text.empty() ? std::string_view{"\n"} : wanted.text) {}

  auto run() -> found_lines {
    const auto lowest = size_ - std::min(size_, wanted_.bytes_max);
    auto end = size_;
    while (end > lowest && !is_full() && system_clock().monotonic() < wanted_.until) {
      const auto begin = std::max(lowest, end - std::min(end, block_bytes));
      look_at(begin, end);
      end = begin;
    }
    found_.left_bytes = is_full() ? 0 : end;
    return std::move(found_);
  }

private:
  auto is_full() const -> bool { return found_.has_more; }

  auto read(std::uint64_t begin, std::uint64_t end) const -> std::string {
    auto bytes = std::string(static_cast<std::size_t>(end - begin), '\0');
    const auto count = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(begin));
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }

  /// What begins in the block, the last first.
  void look_at(std::uint64_t begin, std::uint64_t end) {
    const auto bytes = read(begin, std::min(size_, end + needle_.size() - 1));
    auto hits = std::vector<std::size_t>{};
    for (auto at = bytes.find(needle_); at != std::string::npos && begin + at < end; at = bytes.find(needle_, at + 1)) hits.push_back(at);
    for (auto i = hits.size(); i > 0 && !is_full(); --i) {
      const auto at = begin + hits[i - 1];
      if (last_begin_ && at >= *last_begin_) continue; // of a line that was found
      take(at);
    }
  }

  void take(std::uint64_t at) {
    if (found_.lines.size() == wanted_.most) {
      found_.has_more = true;
      return;
    }
    const auto from = at - std::min(at, line_reach);
    const auto around = read(from, std::min(size_, at + line_reach));
    const auto place = static_cast<std::size_t>(at - from);
    if (place >= around.size()) return; // it was cut meanwhile
    const auto before = place == 0 ? std::string::npos : around.rfind('\n', place - 1);
    const auto begin = before == std::string::npos ? 0 : before + 1;
    auto line = around.substr(begin, std::min(around.find('\n', place), around.size()) - begin);
    if (line.ends_with('\r')) line.pop_back();
    last_begin_ = from + begin;
    found_.lines.push_back({from + begin, std::move(line)});
  }

  int fd_;
  std::uint64_t size_;
  const line_wish& wanted_;
  std::string_view needle_;
  std::optional<std::uint64_t> last_begin_;
  found_lines found_;
};

} // namespace

auto find_lines(const std::string& path, const line_wish& wanted) -> found_lines {
  const auto file = owned_fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  struct stat about {};
  if (!file.is_open() || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) return {};
  return backward_search{file.fd(), static_cast<std::uint64_t>(about.st_size), wanted}.run();
}

} // namespace weir::cli
