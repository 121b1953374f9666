#include "tests/chaos/file_stream.hpp"

#include "tests/chaos/line.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace weir::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto batch_lines_max = std::uint64_t{2000};
constexpr auto shifted_max = std::size_t{12};

} // namespace

file_stream::file_stream(stream_state& state, std::string path, pace wanted, std::uint64_t seed)
    : state_(state),
      path_(std::move(path)),
      throttle_(wanted),
      is_full_speed_(wanted.lines_per_second == 0),
      random_(seed) {
  choose_size();
}

file_stream::~file_stream() {
  if (file_ >= 0) ::close(file_);
}

/// Mostly small ones, so that rotation meets everything; some that take a while to read.
void file_stream::choose_size() {
  const auto largest = is_full_speed_ ? std::uint64_t{16} << 20 : std::uint64_t{1} << 20;
  size_max_ = pick(random_, 4096, one_in(random_, 3) ? largest : largest / 16);
}

auto file_stream::run(std::stop_token stop) -> result<void> {
  auto wait = pauses{stop};
  WEIR_CHECK(reopen(O_CREAT));
  while (!wait.is_over()) {
    const auto lines = throttle_.room(state_, pick(random_, 1, batch_lines_max));
    if (lines == 0 && !wait.wait(5ms)) break;
    if (lines == 0) continue;
    WEIR_CHECK(write_batch(lines, wait));
    if (size_ >= size_max_ && may_rotate()) WEIR_CHECK(rotate(wait));
    if (!is_full_speed_) wait.wait(std::chrono::milliseconds{pick(random_, 1, 20)});
  }
  return {};
}

auto file_stream::reopen(int flags) -> result<void> {
  if (file_ >= 0) ::close(file_);
  file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0644);
  if (file_ < 0) return error_from_errno("cannot open " + path_, errno);
  size_ = 0;
  first_ = state_.written;
  return {};
}

auto file_stream::write_all(std::string_view text) -> result<void> {
  size_ += text.size();
  state_.bytes += text.size();
  while (!text.empty()) {
    const auto done = ::write(file_, text.data(), text.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return error_from_errno("cannot write " + path_, errno);
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

/// Now and then a line is cut by the end of a write, and the rest follows later.
auto file_stream::write_batch(std::uint64_t lines, pauses& wait) -> result<void> {
  text_.clear();
  const auto first = state_.written.load();
  state_.begun = first + lines;
  for (std::uint64_t i = 0; i < lines; ++i) {
    append_line(text_, {state_.id, first + i});
    text_ += '\n';
  }
  auto text = std::string_view{text_};
  if (one_in(random_, 8)) {
    const auto cut = pick(random_, 1, text.size() - 1);
    WEIR_CHECK(write_all(text.substr(0, cut)));
    text.remove_prefix(cut);
    wait.wait(std::chrono::milliseconds{pick(random_, 1, one_in(random_, 10) ? 600 : 10)});
  }
  WEIR_CHECK(write_all(text));
  state_.written += lines;
  return {};
}

auto file_stream::rename_to(const std::string& to) -> result<void> {
  if (std::rename(path_.c_str(), to.c_str()) != 0) return error_from_errno("cannot rename " + path_, errno);
  rotated_.push_back({to, state_.written.load()});
  // Between rename and creation there is no file of this name.
  return reopen(O_CREAT | O_EXCL);
}

auto file_stream::shift_names() -> result<void> {
  for (auto i = rotated_.size(); i > 0; --i) {
    auto& file = rotated_[rotated_.size() - i];
    const auto to = path_ + '.' + std::to_string(i + 1);
    if (std::rename(file.path.c_str(), to.c_str()) != 0)
      return error_from_errno("cannot rename " + file.path, errno);
    file.path = to;
  }
  return rename_to(path_ + ".1");
}

auto file_stream::is_all_stored(pauses& wait) -> bool {
  if (!state_.may_delete) return false;
  for (auto tries = 0; tries < 300 && state_.stored_floor < state_.written; ++tries)
    if (!wait.wait(10ms)) return false;
  return state_.stored_floor >= state_.written;
}

void file_stream::delete_stored() {
  while (state_.may_delete && !rotated_.empty() && rotated_.front().end <= state_.stored_floor) {
    std::filesystem::remove(rotated_.front().path);
    rotated_.pop_front();
  }
}

auto file_stream::rotate(pauses& wait) -> result<void> {
  delete_stored();
  choose_size();
  if (one_in(random_, 8) && is_all_stored(wait)) {
    if (state_.may_cut && one_in(random_, 2)) {
      // Like copytruncate at a moment when nothing is unread.
      if (::ftruncate(file_, 0) != 0) return error_from_errno("cannot truncate " + path_, errno);
      size_ = 0;
      first_ = state_.written;
      return {};
    }
    std::filesystem::remove(path_);
    return reopen(O_CREAT | O_EXCL); // often gets the inode of the one before
  }
  // The names of a stream are either counted or shifted: a shift must find all that it moves.
  if (state_.id % 2 == 0 && rotated_.size() < shifted_max) return shift_names();
  return rename_to(path_ + ".r" + std::to_string(++next_name_));
}

} // namespace weir::chaos
