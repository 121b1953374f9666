#include "cli/top/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace weir::cli {
namespace {

// xterm's alternate screen; no wrapping at the right edge, no cursor. Whoever does not know them leaves them out.
constexpr auto enter = std::string_view{"\x1b[?1049h\x1b[?7l\x1b[?25l\x1b[2J"};
constexpr auto leave = std::string_view{"\x1b[0m\x1b[?25h\x1b[?7h\x1b[?1049l"};

auto raw_of(termios how) -> termios {
  how.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  how.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL);
  how.c_cc[VMIN] = 0;
  how.c_cc[VTIME] = 0;
  return how;
}

} // namespace

auto full_screen::take(int in, int out) -> std::optional<full_screen> {
  auto before = termios{};
  if (::isatty(out) != 1 || ::tcgetattr(in, &before) != 0) return std::nullopt;
  auto taken = full_screen{in, out, before};
  taken.take_back();
  return taken;
}

full_screen::full_screen(full_screen&& other) noexcept
    : in_(std::exchange(other.in_, -1)), out_(std::exchange(other.out_, -1)), before_(other.before_), shown_(std::move(other.shown_)) {}

full_screen::~full_screen() {
  if (in_ >= 0) give_back();
}

void full_screen::give_back() {
  put(leave);
  ::tcsetattr(in_, TCSAFLUSH, &before_);
}

void full_screen::take_back() {
  const auto raw = raw_of(before_);
  ::tcsetattr(in_, TCSAFLUSH, &raw);
  put(enter);
  forget();
}

auto full_screen::size() const -> screen_size {
  auto told = winsize{};
  if (::ioctl(out_, TIOCGWINSZ, &told) != 0 || told.ws_col == 0 || told.ws_row == 0) return {};
  return {told.ws_col, told.ws_row};
}

void full_screen::show(const screen& lines, bool has_colours) {
  auto text = shown_.empty() ? std::string{"\x1b[2J"} : std::string{};
  shown_.resize(lines.size(), std::string{"\n"}); // no line is that
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto line = to_terminal(lines[i], has_colours);
    if (line == shown_[i]) continue;
    text += "\x1b[" + std::to_string(i + 1) + ";1H\x1b[2K" + line;
    shown_[i] = std::move(line);
  }
  put(text);
}

auto full_screen::read() const -> std::string {
  char bytes[256];
  const auto came = ::read(in_, bytes, sizeof bytes);
  return came > 0 ? std::string(bytes, static_cast<std::size_t>(came)) : std::string{};
}

/// A terminal that takes nothing for a while is waited for.
void full_screen::put(std::string_view text) const {
  while (!text.empty()) {
    const auto written = ::write(out_, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      auto waits = pollfd{out_, POLLOUT, 0};
      if (::poll(&waits, 1, 1000) <= 0) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

} // namespace weir::cli
