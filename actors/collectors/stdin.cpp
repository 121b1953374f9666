#include "actors/collectors/source.hpp"
#include "runtime/os/owned_fd.hpp"
#include "runtime/tail/block_reader.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto stdin_stream = std::string_view{"!stdin"};

/// Whether epoll takes the descriptor; it refuses what never blocks, such as files.
auto is_pollable(int fd) -> bool {
  const auto waits = owned_fd{::epoll_create1(EPOLL_CLOEXEC)};
  auto event = epoll_event{};
  event.events = EPOLLIN;
  return ::epoll_ctl(waits.fd(), EPOLL_CTL_ADD, fd, &event) == 0;
}

/// Reads the descriptor as it is: to make it non-blocking would change it for everyone who shares it.
class stdin_source final : public source {
public:
  struct settings {
    std::string tag = "stdin";
    byte_count max_line{1 << 20};
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }

  stdin_source(const settings& s, const plugin_context& context)
      : tag_(s.tag), line_bytes_max_(s.max_line.value), clock_(*context.clock) {}

  auto open(const resume_info& resume) -> result<void> override {
    for (const auto& position : resume.covered)
      if (position.stream == stdin_stream) offset_ = position.end;
    waits_ = is_pollable(STDIN_FILENO);
    struct stat status {};
    if (::fstat(STDIN_FILENO, &status) != 0) return error_from_errno("reading standard input", errno);
    // A file is read by offset, so that an instance that is made anew finds its place.
    is_file_ = S_ISREG(status.st_mode);
    if (is_file_)
      file_begin_ = static_cast<std::uint64_t>(std::max<off_t>(::lseek(STDIN_FILENO, 0, SEEK_CUR), 0));
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    const auto now_ns = clock_.wall_ns();
    for (auto done = std::size_t{0}; done < budget;) {
      if (ended_) return read_status::finished;
      if (waits_ && !is_ready()) return read_status::idle;
      const auto got = fill();
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) return read_status::idle;
      if (got < 0) return error_from_errno("reading standard input", errno);
      ended_ = got == 0;
      done += deliver(out, now_ns);
    }
    return read_status::more;
  }

  auto wake_fd() const -> int override { return waits_ && !ended_ ? STDIN_FILENO : -1; }

private:
  static auto is_ready() -> bool {
    auto wanted = pollfd{STDIN_FILENO, POLLIN, 0};
    return ::poll(&wanted, 1, 0) > 0;
  }

  auto fill() -> ssize_t {
    constexpr auto block = block_reader::block_bytes;
    auto* to = held_.tail(block + block_reader::padding_bytes);
    const auto at = static_cast<off_t>(file_begin_ + offset_ + held_.size());
    const auto got = is_file_ ? ::pread(STDIN_FILENO, to, block, at) : ::read(STDIN_FILENO, to, block);
    if (got > 0) held_.advance(static_cast<std::size_t>(got));
    return got;
  }

  /// Hands on the whole lines that are held, at the end everything.
  auto deliver(intake& out, std::int64_t now_ns) -> std::size_t {
    std::memset(held_.tail(block_reader::padding_bytes), 0, block_reader::padding_bytes);
    const auto is_beginning = file_begin_ + offset_ == 0 && held_.view().starts_with(byte_order_mark);
    const auto mark = is_beginning ? byte_order_mark.size() : 0U;
    const auto text = held_.view().substr(mark);
    const auto [lines_size, is_cut] = whole_lines(text, line_bytes_max_, ended_);
    if (lines_size == 0) return 0;
    const auto size = mark + lines_size;
    auto saved = std::size_t{0};
    out.enter(stdin_stream);
    for_each_line(text.substr(0, lines_size), is_cut, line_bytes_max_, [&](std::string_view line) {
      const auto at = static_cast<std::size_t>(line.data() - held_.view().data());
      if (out.unsaved_bytes() > unsaved_bytes_max && at > saved && held_.view()[at - 1] == '\n') {
        out.covered(stdin_stream, offset_ + saved, offset_ + at);
        saved = at;
      }
      out.line(tag_, now_ns, line);
    });
    out.covered(stdin_stream, offset_ + saved, offset_ + size);
    offset_ += size;
    std::memmove(held_.data(), held_.data() + size, held_.size() - size);
    held_.truncate(held_.size() - size);
    return size;
  }

  std::string tag_;
  std::size_t line_bytes_max_;
  const class clock& clock_;
  byte_buffer held_;         ///< bytes from offset_ on, read but no whole line yet
  std::uint64_t offset_ = 0; ///< of what was handed on
  std::uint64_t file_begin_ = 0;
  bool is_file_ = false;
  bool waits_ = false;
  bool ended_ = false;
};

template <class Visitor> void describe(Visitor& v, stdin_source::settings& s) {
  v.field("tag", s.tag, "Tag of the events.");
  v.field("max_line", s.max_line, "Longer lines are delivered in pieces of this size.");
}

void validate(const stdin_source::settings& s, config::settings_reader& reader) {
  if (s.max_line.value == 0 || s.max_line.value > (64U << 20U))
    reader.complain("max_line", "\"max_line\" wants 1B..64MiB, not " + to_text(s.max_line));
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
}

const register_source<stdin_source> registered_stdin{"stdin", "Reads lines from standard input until it ends."};

} // namespace
} // namespace weir
