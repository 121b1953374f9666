#include "cli/terminal_block.hpp"

#include "runtime/base/utf8.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

namespace weir::cli {
namespace {

constexpr auto usual_width = std::size_t{80};
constexpr auto usual_height = std::size_t{24};

} // namespace

auto terminal_block::width() const -> std::size_t {
  auto size = winsize{};
  if (::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return usual_width - 1;
  return size.ws_col - std::size_t{1}; // a full line would wrap on some terminals
}

auto terminal_block::height() const -> std::size_t {
  auto size = winsize{};
  return ::ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ? usual_height : size.ws_row;
}

void terminal_block::draw(std::vector<std::string> lines) {
  const auto lock = std::lock_guard{mutex_};
  if (is_finished_) return;
  auto text = erasing();
  lines_ = std::move(lines);
  put(text + showing()); // at once, or it flickers
}

void terminal_block::finish() {
  const auto lock = std::lock_guard{mutex_};
  is_finished_ = true;
  lines_.clear();
}

auto terminal_block::erasing() const -> std::string {
  if (lines_.empty()) return {};
  // Lines that were drawn before the terminal became narrower take several rows now.
  auto rows = std::size_t{0};
  for (const auto& line : lines_)
    rows += std::max<std::size_t>(1, (columns_taken_by(line) + width()) / (width() + 1));
  return "\r\x1b[" + std::to_string(rows) + "A\x1b[J";
}

auto terminal_block::showing() const -> std::string {
  auto text = std::string{};
  for (const auto& line : lines_) text += line + '\n';
  return text;
}

void terminal_block::put(const std::string& text) const {
  auto left = std::string_view{text};
  while (!left.empty()) {
    const auto written = ::write(fd_, left.data(), left.size());
    if (written <= 0) return;
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

} // namespace weir::cli
