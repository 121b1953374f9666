/// A few lines at the bottom of a terminal that are drawn anew in place; other output goes above them.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace weir::cli {

class terminal_block {
public:
  explicit terminal_block(int fd) : fd_(fd) {}
  terminal_block(const terminal_block&) = delete;
  auto operator=(const terminal_block&) -> terminal_block& = delete;

  /// Columns that a line may have without being wrapped.
  auto width() const -> std::size_t;
  auto height() const -> std::size_t;
  /// In place of the lines that are there.
  void draw(std::vector<std::string> lines);
  /// Leaves the lines as they are, for good: nothing is drawn any more.
  void finish();
  /// Takes the block away, lets `write` write, and puts the block below that.
  template <class Write> void write_above(Write&& write) {
    const auto lock = std::lock_guard{mutex_};
    put(erasing());
    write();
    put(showing());
  }

private:
  auto erasing() const -> std::string;
  auto showing() const -> std::string;
  void put(const std::string& text) const;

  int fd_;
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  bool is_finished_ = false;
};

} // namespace weir::cli
