/// Writes numbered lines to a file that is rotated in all the ways that lose nothing by nature.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/stream.hpp"

#include <deque>
#include <string>

namespace weir::chaos {

class file_stream {
public:
  /// Files are `path` and, after rotation, `path` with something behind it.
  file_stream(stream_state& state, std::string path, pace wanted, std::uint64_t seed);
  ~file_stream();
  file_stream(const file_stream&) = delete;
  auto operator=(const file_stream&) -> file_stream& = delete;

  /// Until the thread is to stop; the last line is complete then.
  auto run(std::stop_token stop) -> result<void>;

private:
  struct rotated {
    std::string path;
    std::uint64_t end = 0; ///< number behind its last line
  };
  auto reopen(int flags) -> result<void>;
  auto write_batch(std::uint64_t lines, pauses& wait) -> result<void>;
  auto write_all(std::string_view text) -> result<void>;
  auto rotate(pauses& wait) -> result<void>;
  /// path.1, path.2, …: all of them move up.
  auto shift_names() -> result<void>;
  auto rename_to(const std::string& to) -> result<void>;
  /// Waits a while until all of this stream is stored, so that its file may go.
  auto is_all_stored(pauses& wait) -> bool;
  void delete_stored();
  void choose_size();
  /// A file whose new name matches no pattern is found only by who has seen it before.
  auto may_rotate() const -> bool { return !state_.only_live || state_.stored_floor > first_; }

  stream_state& state_;
  std::string path_;
  throttle throttle_;
  bool is_full_speed_;
  randomness random_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::uint64_t size_max_ = 0;
  std::uint64_t first_ = 0; ///< number of the file's first line
  std::uint64_t next_name_ = 0;
  std::deque<rotated> rotated_; ///< oldest first
  std::string text_;
};

} // namespace weir::chaos
